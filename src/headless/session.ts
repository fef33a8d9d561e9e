import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { ChatHead } from "../agent/chat.ts";
import type { Clock } from "../agent/ports.ts";
import { type FileLock, lockFile } from "../node/fileLock.ts";
import { openSessionFile, type SessionFile } from "../node/sessionFile.ts";
import { sessionFailure } from "../sessions/errors.ts";
import { type FoldedSession, foldSession, hasLoss } from "../sessions/fold.ts";
import { SESSION_VERSION, type SessionRecord } from "../sessions/format.ts";
import { mendSession } from "../sessions/mend.ts";
import { UsageError } from "./options.ts";

/** The session of a run, kept in a file or, without one, nowhere. */
export interface Session {
  /** What stands in the file; undefined in a new one. */
  readonly stored: FoldedSession | undefined;
  /** Something of what was said before could not be read. */
  readonly hasLoss: boolean;
  append(record: SessionRecord): void;
  /** To the disk, and the lock away. Never throws. */
  close(): Promise<void>;
}

/** How long a run that is about to end may take to let go of the session. */
const LOCK_WAIT_MS = 2_000;

/** Opens the session in `path` for this process alone. Throws UsageError for files that cannot be gone on with. */
export async function openSession(path: string | undefined): Promise<Session> {
  if (path === undefined) return { stored: undefined, hasLoss: false, append: () => {}, close: async () => {} };
  const lock = await usable(() => lockFile(resolve(path), { waitMs: LOCK_WAIT_MS }));
  if (!lock) throw new UsageError(`--session names a file that another run or window has open: ${path}`);
  try {
    return sessionIn(await usable(() => openSessionFile(resolve(path), { lock })), lock, path);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function usable<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!sessionFailure(error) || !(error instanceof Error)) throw error;
    throw new UsageError(`--session cannot be used: ${error.message}`);
  }
}

function sessionIn(file: SessionFile, lock: FileLock, path: string): Session {
  const stored = foldSession(file.records, { damage: file.damage });
  if (!stored && file.records.length > 0) {
    throw new UsageError(`--session names a file whose beginning is lost: ${path}`);
  }
  return {
    stored,
    hasLoss: stored !== undefined && hasLoss(stored),
    append: (record) => file.append(record),
    close: async () => {
      await file.sync().catch(() => {});
      await file.close();
      await lock.release();
    },
  };
}

/** Writes what the file lacks: its head when it is new, otherwise what a run that was killed could not say. */
export function beginSession(
  { stored, append }: Session,
  start: { readonly head: ChatHead; readonly workspace: readonly string[]; readonly model: string },
  clock: Clock,
): void {
  const at = clock.now().toISOString();
  if (stored) {
    mendSession(stored, append, at);
    return;
  }
  const { head, workspace, model } = start;
  const { system, tools } = head;
  append({
    v: SESSION_VERSION,
    type: "session",
    id: randomUUID(),
    at,
    workspace: [...workspace],
    model,
    system,
    tools: [...tools],
  });
}
