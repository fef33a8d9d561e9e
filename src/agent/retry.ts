import type { AgentError } from "./errors.ts";

/** Retries of one request at the most. */
export const MAX_RETRIES = 5;
/** Who is asked to wait longer than this is told so instead: nobody sits in front of a countdown of an hour. */
export const MAX_WAIT_MS = 120_000;

const FIRST_WINDOW_MS = 1_000;
const MAX_WINDOW_MS = 60_000;

/** What was tried for one request so far. A request that succeeds begins anew. */
export interface Tries {
  readonly retries: number;
  /** Of them after a stall, which has cost its whole idle time already. */
  readonly stalls: number;
}

export const NO_TRIES: Tries = { retries: 0, stalls: 0 };

/** Whether a request that failed like this may be sent again. */
export function mayRetry(error: AgentError, tries: Tries): boolean {
  if (!error.transient || tries.retries >= MAX_RETRIES) return false;
  if (error.reason === "stalled" && tries.stalls > 0) return false;
  return (error.retryAfterMs ?? 0) <= MAX_WAIT_MS;
}

export function afterRetry(error: AgentError, tries: Tries): Tries {
  return { retries: tries.retries + 1, stalls: tries.stalls + (error.reason === "stalled" ? 1 : 0) };
}

/**
 * Milliseconds to wait before retry `attempt` (from 1): a place in a window that doubles, and never before the platform
 * allows it. `spread` (0 to 1) keeps chats apart that failed at the same moment, so it counts behind Retry-After too.
 */
export function retryDelay(attempt: number, spread: number, retryAfterMs = 0): number {
  const window = Math.min(MAX_WINDOW_MS, FIRST_WINDOW_MS * 2 ** attempt);
  return Math.round(Math.max(window * (0.1 + 0.9 * spread), retryAfterMs + window * spread));
}

const FAR_MS = 365 * 24 * 60 * 60 * 1000;

/** When the platform is willing to be asked again. undefined when it has not said. ISO 8601. */
export function retryAt(error: AgentError, now: Date): string | undefined {
  const wait = error.retryAfterMs ?? 0;
  // A server may name any number; a date that is none would end the task in an exception.
  return wait > 0 ? new Date(now.getTime() + Math.min(wait, FAR_MS)).toISOString() : undefined;
}
