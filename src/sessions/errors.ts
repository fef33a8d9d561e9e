/** Why a session could not be opened, or what was said not be kept. */
export type SessionFailure =
  /** Written by a newer version of the extension. */
  | "too_new"
  | "not_a_session"
  /** Another window or process has it. */
  | "in_use"
  /** The disk, or the user's share of it. */
  | "full"
  | "read_only"
  | "denied"
  /** The file or its folder was taken away. */
  | "gone"
  | "failed";

export class SessionError extends Error {
  readonly reason: SessionFailure;

  constructor(reason: SessionFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SessionError";
    this.reason = reason;
  }
}

/** The file is left as it is: what an older version does not know it could only spoil. */
export class SessionTooNew extends SessionError {
  readonly version: number;

  constructor(version: number) {
    super(
      "too_new",
      `The session was written by a newer version of MiMo Agent (format ${version}). Update to open it.`,
    );
    this.name = "SessionTooNew";
    this.version = version;
  }
}

/** What could not be written stays with the open session, which writes it first once there is room. */
export class StorageFull extends SessionError {
  constructor(path: string, options?: ErrorOptions) {
    super("full", `The disk is full: ${path} could not be written. Free some space, then go on.`, options);
    this.name = "StorageFull";
  }
}

const NAMES: ReadonlySet<string> = new Set(["SessionError", "SessionTooNew", "StorageFull"]);

/** The reason of a SessionError, by its name: the extension's two bundles hold a class of it each. */
export function sessionFailure(error: unknown): SessionFailure | undefined {
  if (!(error instanceof Error) || !NAMES.has(error.name)) return undefined;
  return (error as SessionError).reason;
}
