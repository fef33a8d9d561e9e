import type { FoldedSession } from "./fold.ts";
import { SESSION_VERSION, type SessionRecord } from "./format.ts";

/**
 * Appends what the file lacks, so that it says the same as `session`: a head where there is none of the current format,
 * results of calls that were left open, the end of a task that a kill cut short. `at` is ISO 8601.
 */
export function mendSession(session: FoldedSession, append: (record: SessionRecord) => void, at: string): void {
  const { head, repairs, repaired, turn, needsHead } = session;
  if (needsHead) append({ ...head, v: SESSION_VERSION });
  for (const message of repairs) append({ type: "message", at, message });
  if (repaired.some(({ kind }) => kind === "no_end")) {
    append({ type: "event", at, event: { type: "end", at, turn, outcome: "stopped" } });
  }
}
