import type { Answer } from "./accumulate.ts";
import { AgentError, type ErrorDetail, isAbort, StoppedError } from "./errors.ts";
import type { Logbook } from "./logbook.ts";
import type { Usage } from "./message.ts";
import type { CacheKey, Meter } from "./meter.ts";
import type { ChatModel, ChatRequest, RequestGate, Timer } from "./ports.ts";
import { afterRetry, mayRetry, NO_TRIES, retryDelay, type Tries } from "./retry.ts";
import { requestAnswer, UnusableAnswer } from "./turn.ts";

export interface AttemptParts {
  readonly model: ChatModel;
  readonly gate: RequestGate;
  readonly timer: Timer;
  readonly newId: () => string;
  readonly logbook: Logbook;
  readonly meter: Meter;
}

/** How a request is made again after the platform refused what stood in it. */
export interface Asking {
  /** Made anew for every attempt: the same bytes unless something was mended in between. */
  readonly request: () => ChatRequest;
  readonly cache: CacheKey;
  /** Mends what a refusal names. False when there is nothing to mend. */
  readonly mend: (detail: ErrorDetail) => boolean;
  /** False once the task has cost what it may. */
  readonly affordable: () => boolean;
}

export type Got =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly error: AgentError }
  | { readonly kind: "stopped" }
  | { readonly kind: "too_dear" };

/**
 * Gets one answer, whatever number of attempts it takes: trouble that passes is waited out, what a refusal names is
 * mended, each once. What had come of an attempt that failed is kept for the user, and never sent back.
 */
export async function getAnswer(
  parts: AttemptParts,
  asking: Asking,
  options: { readonly signal: AbortSignal },
): Promise<Got> {
  const mended = new Set<ErrorDetail>();
  for (let tries = NO_TRIES; ; ) {
    const got = await attempt(parts, asking, options);
    if (got instanceof StoppedError) return { kind: "stopped" };
    if (!(got instanceof AgentError)) return { kind: "answer", answer: got };
    const { detail } = got;
    if (detail && !mended.has(detail) && asking.affordable() && asking.mend(detail)) {
      mended.add(detail);
      continue;
    }
    if (!mayRetry(got, tries)) return { kind: "failed", error: got };
    if (!asking.affordable()) return { kind: "too_dear" };
    tries = afterRetry(got, tries);
    if (!(await waited(parts, got, tries, options))) return { kind: "stopped" };
  }
}

/** Sends the request once. */
async function attempt(
  parts: AttemptParts,
  asking: Asking,
  options: { readonly signal: AbortSignal },
): Promise<Answer | AgentError | StoppedError> {
  const { model, gate, newId, logbook } = parts;
  if (!(await unlessStopped(gate.enter(options)))) return new StoppedError();
  try {
    return await requestAnswer({ model, newId, show: (event) => logbook.show(event) }, asking.request(), options);
  } catch (error) {
    if (!(error instanceof UnusableAnswer)) throw error;
    const { partial, usage, cause } = error;
    if (partial.reasoning) logbook.keep({ type: "reasoning_delta", text: partial.reasoning });
    if (partial.content) logbook.keep({ type: "content_delta", text: partial.content });
    if (usage) bill(parts, usage, asking.cache);
    return cause;
  }
}

/** Writes down what a request has cost. */
export function bill({ logbook, meter }: Pick<AttemptParts, "logbook" | "meter">, usage: Usage, cache: CacheKey): void {
  const credits = meter.count(usage, cache);
  const webSearch = cache.webSearch ? { webSearch: true as const } : {};
  logbook.usage({ purpose: "agent", model: cache.model, usage, credits, ...webSearch });
  logbook.tell({ type: "usage", ...usage, credits });
}

/** Says how long and why, then waits. False when the user did not want to. */
async function waited(
  { gate, timer, logbook }: AttemptParts,
  error: AgentError,
  tries: Tries,
  options: { readonly signal: AbortSignal },
): Promise<boolean> {
  const attempt = tries.retries;
  const delayMs = retryDelay(attempt, await gate.spread(), error.retryAfterMs);
  if (options.signal.aborted) return false;
  logbook.tell({ type: "retry", reason: error.reason, attempt, delayMs });
  return unlessStopped(timer.wait(delayMs, options));
}

async function unlessStopped(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isAbort(error)) return false;
    throw error;
  }
}
