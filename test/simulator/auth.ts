import type { IncomingHttpHeaders } from "node:http";
import type { AccountKind, AccountSpec, Cluster } from "./accountSpec.ts";
import { badRequest, invalidKey } from "./refusal.ts";

/** Which of the platform's hosts this server stands for. */
export type Host = "payg" | Cluster;

export interface Door {
  readonly account: AccountKind;
  /** Where the account's plan lives. */
  readonly cluster: Cluster;
  /** undefined: a plain loopback server that is none of them. */
  readonly host: Host | undefined;
  /** The keys that are valid; undefined: every one of the right kind. */
  readonly keys: readonly string[] | undefined;
}

export function openDoor(options: {
  readonly kind: AccountKind;
  readonly spec: AccountSpec | undefined;
  readonly as: Host | undefined;
}): Door {
  const { kind, spec, as } = options;
  const account = kind === "none" && as !== undefined ? (as === "payg" ? "payg" : "plan") : kind;
  const named = as === "payg" ? undefined : as;
  const cluster = spec?.cluster ?? named ?? "cn";
  const host = as ?? (account === "plan" ? cluster : account === "payg" ? "payg" : undefined);
  const keys = [...(spec?.key === undefined ? [] : [spec.key]), ...(spec?.keys ?? [])];
  return { account, cluster, host, keys: keys.length === 0 ? undefined : keys };
}

/** Throws a Refusal unless the request may enter. */
export function checkKey(door: Door, headers: IncomingHttpHeaders): void {
  // The platform would not mind; but the console's session opens the whole account and must come nowhere but there.
  if (headers.cookie !== undefined) throw badRequest("A cookie has no business here");
  const key = presentedKey(headers);
  if (door.host === undefined) {
    // Nobody's account: what is simulated without a key. A key that is sent all the same must look like one.
    if (key !== undefined && !/^(sk|t?tp)-\S+$/.test(key)) throw invalidKey();
    if (door.keys && (key === undefined || !door.keys.includes(key))) throw invalidKey();
    return;
  }
  if (key === undefined || (door.keys && !door.keys.includes(key))) throw invalidKey();
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
