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

/** A failure with a `reason` to branch on. `message` is for a person; nothing may match on its text. */
export class AgentError extends Error {
  readonly reason: ErrorReason;
  /** HTTP status when the platform answered with one. */
  readonly status: number | undefined;

  constructor(reason: ErrorReason, message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AgentError";
    this.reason = reason;
    this.status = options.status;
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
