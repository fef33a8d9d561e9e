import { SessionError, type SessionFailure, StorageFull } from "../sessions/errors.ts";

const REASONS: ReadonlyMap<unknown, SessionFailure> = new Map<string, SessionFailure>([
  ["ENOSPC", "full"],
  ["EDQUOT", "full"],
  ["EFBIG", "full"],
  ["EROFS", "read_only"],
  ["EACCES", "denied"],
  ["EPERM", "denied"],
  ["ENOENT", "gone"],
  ["ENOTDIR", "gone"],
  ["ESTALE", "gone"],
]);

/** What the system said about the file at `path`, as an error with a reason. SessionErrors stay as they are. */
export function storageFailure(error: unknown, path: string): SessionError {
  if (error instanceof SessionError) return error;
  const reason = REASONS.get(codeOf(error)) ?? "failed";
  const options = { cause: error };
  switch (reason) {
    case "full":
      return new StorageFull(path, options);
    case "read_only":
      return new SessionError(reason, `The disk is read-only: ${path} could not be written.`, options);
    case "denied":
      return new SessionError(reason, `The system allows no access to ${path}.`, options);
    case "gone":
      return new SessionError(reason, `${path} or its folder was taken away while it was in use.`, options);
    default:
      return new SessionError(reason, `${path} could not be read or written: ${messageOf(error)}`, options);
  }
}

/** The system's error code, like ENOENT. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
