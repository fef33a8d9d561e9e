import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type QueuedMessage, readQueue } from "./messageQueue.ts";

export interface QueueFile {
  read(): QueuedMessage[];
  /** Never throws: the queue is in memory too. */
  readonly write: (messages: readonly QueuedMessage[]) => void;
}

/** What waits to be sent, in a file beside its session. */
export function queueFile(session: string): QueueFile {
  const path = `${session}.queue`;
  return {
    read() {
      try {
        return readQueue(JSON.parse(readFileSync(path, "utf8")));
      } catch {
        return [];
      }
    },
    write(messages) {
      try {
        if (messages.length === 0) {
          rmSync(path, { force: true });
          return;
        }
        writeFileSync(`${path}.new`, JSON.stringify(messages), { mode: 0o600 });
        renameSync(`${path}.new`, path);
      } catch {
        rmSync(`${path}.new`, { force: true });
      }
    },
  };
}
