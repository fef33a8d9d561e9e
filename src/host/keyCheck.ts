import { AgentError, type ErrorReason } from "../agent/errors.ts";
import { checkPairing, type Endpoint, keyKind } from "../mimo/endpoints.ts";
import { listModels } from "../mimo/listModels.ts";
import type { KeyFlow } from "./keyFlow.ts";
import { messageOf } from "./log.ts";

export type Check =
  | { readonly result: "accepted" }
  | { readonly result: "refused" }
  /** Nobody said that the key is wrong. */
  | { readonly result: "unknown"; readonly why: string };

export interface Found {
  readonly endpoint: Endpoint;
  readonly check: Check;
}

export interface Trial {
  readonly key: string;
  readonly flow: Pick<KeyFlow, "log" | "fetch">;
  readonly signal: AbortSignal;
}

/** The first endpoint that takes the key; else the first that could not be asked; else the first. */
export async function firstAccepting(endpoints: readonly Endpoint[], trial: Trial): Promise<Found> {
  let best: Found | undefined;
  for (const endpoint of endpoints) {
    const check = await checkKey(endpoint, trial);
    if (check.result === "accepted") return { endpoint, check };
    if (!best || (best.check.result === "refused" && check.result === "unknown")) best = { endpoint, check };
  }
  if (!best) throw new AgentError("pairing", "There is no endpoint for this kind of key.");
  return best;
}

/** Reasons that only come after a key was recognised. */
const RECOGNISED: ReadonlySet<ErrorReason> = new Set(["balance", "quota", "rate"]);

async function checkKey(endpoint: Endpoint, { key, flow, signal }: Trial): Promise<Check> {
  // Whatever led here, a key does not go to a host of the other product.
  if (checkPairing(keyKind(key), endpoint)) return { result: "refused" };
  try {
    await listModels({ endpoint, key, signal, ...(flow.fetch && { fetch: flow.fetch }) });
    return { result: "accepted" };
  } catch (error) {
    if (signal.aborted) throw error;
    flow.log.warn(`key check on ${endpoint.host}: ${messageOf(error)}`);
    if (!(error instanceof AgentError)) return { result: "unknown", why: messageOf(error) };
    if (RECOGNISED.has(error.reason)) return { result: "accepted" };
    if (error.reason === "auth" || error.reason === "pairing") return { result: "refused" };
    return { result: "unknown", why: error.message };
  }
}
