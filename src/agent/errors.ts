/** Why a request, an answer or a task failed. The list is a fixed interface. */
export const ERROR_REASONS = [
  "auth",
  "pairing",
  "balance",
  "quota",
  "rate",
  "region",
  "risk",
  "filter",
  "bad_request",
  "too_long",
  "input",
  "server",
  "network",
  "stalled",
  "cut",
  "not_a_stream",
  "malformed",
  "truncated",
  "repetition",
] as const;

export type ErrorReason = (typeof ERROR_REASONS)[number];

/**
 * What a refusal was about, where the agent can mend it: an empty `text`, `reasoning_content` that must be passed back,
 * images that the model does not take, a web search that is switched off in the console. "key_missing": there was none
 * to send. "model_gone": the platform does not know the model, or no longer.
 */
export type ErrorDetail =
  | "text_missing"
  | "reasoning_missing"
  | "images_refused"
  | "web_search_off"
  | "key_missing"
  | "model_gone";

export interface AgentErrorOptions {
  readonly cause?: unknown;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly transient?: boolean | undefined;
  readonly detail?: ErrorDetail | undefined;
}

/** Trouble that passes by itself, unless the thrower knows better. */
const TRANSIENT: ReadonlySet<ErrorReason> = new Set(["rate", "server", "network", "cut", "stalled"]);

/** A failure with a `reason` to branch on. `message` is for a person; nothing may match on its text. */
export class AgentError extends Error {
  readonly reason: ErrorReason;
  /** HTTP status when the platform answered with one. */
  readonly status: number | undefined;
  /** The platform asked not to be asked again before that, in milliseconds from now. */
  readonly retryAfterMs: number | undefined;
  /** Asking again later may succeed without anybody changing anything. */
  readonly transient: boolean;
  readonly detail: ErrorDetail | undefined;

  constructor(reason: ErrorReason, message: string, options: AgentErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AgentError";
    this.reason = reason;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.transient = options.transient ?? TRANSIENT.has(reason);
    this.detail = options.detail;
  }
}

/** A tool's failure that the model should read and act on: its message becomes the tool's result. */
export class ToolError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ToolError";
  }
}

/** Raised where work ends because the user stopped it. Never shown as an error. */
export class StoppedError extends Error {
  constructor() {
    super("stopped");
    this.name = "StoppedError";
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof StoppedError || (error instanceof Error && error.name === "AbortError");
}
