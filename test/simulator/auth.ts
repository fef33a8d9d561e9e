import type { IncomingHttpHeaders } from "node:http";
import { badRequest, invalidKey } from "./refusal.ts";
import type { AccountKind, Cluster } from "./script.ts";

/** Which of the platform's hosts this server stands for. */
export type Host = "payg" | Cluster;

export interface Door {
  readonly account: AccountKind;
  /** Where the account's plan lives. */
  readonly cluster: Cluster;
  /** undefined: a plain loopback server that is none of them. */
  readonly host: Host | undefined;
  /** The one key that is valid. */
  readonly key: string | undefined;
}

export function openDoor(options: {
  readonly account: AccountKind;
  readonly cluster: Cluster | undefined;
  readonly as: Host | undefined;
  readonly key: string | undefined;
}): Door {
  const { as, key } = options;
  const account = options.account === "none" && as !== undefined ? (as === "payg" ? "payg" : "plan") : options.account;
  const named = as === "payg" ? undefined : as;
  const cluster = options.cluster ?? named ?? "cn";
  const host = as ?? (account === "plan" ? cluster : account === "payg" ? "payg" : undefined);
  return { account, cluster, host, key };
}

/** Throws a Refusal unless the request may enter. */
export function checkKey(door: Door, headers: IncomingHttpHeaders): void {
  const key = presentedKey(headers);
  if (door.host === undefined) {
    // Nobody's account: what is simulated without a key. A key that is sent all the same must look like one.
    if (key !== undefined && !/^(sk|t?tp)-\S+$/.test(key)) throw invalidKey();
    if (door.key !== undefined && key !== door.key) throw invalidKey();
    return;
  }
  if (key === undefined || (door.key !== undefined && key !== door.key)) throw invalidKey();
  const kind = /^sk-\S+$/.test(key) ? "payg" : /^t?tp-\S+$/.test(key) ? "plan" : undefined;
  if (kind === undefined || kind !== door.account) throw invalidKey();
  const home = kind === "payg" ? "payg" : door.cluster;
  if (door.host !== home) throw invalidKey();
}

function presentedKey(headers: IncomingHttpHeaders): string | undefined {
  const own = headers["api-key"];
  const bearer = headers.authorization;
  // The platform takes the first of the two; which key was meant is not for a server to guess.
  if (own !== undefined && bearer !== undefined) {
    throw badRequest("Send either api-key or Authorization, not both");
  }
  if (typeof own === "string") return own;
  if (bearer === undefined) return undefined;
  const match = /^Bearer (\S+)$/.exec(bearer);
  if (!match?.[1]) throw invalidKey();
  return match[1];
}
