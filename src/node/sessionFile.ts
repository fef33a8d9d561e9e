import { closeSync, fstatSync, fsync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { SessionRecord } from "../sessions/format.ts";
import { parseSession } from "../sessions/parse.ts";

/** An open session file. One writer at a time. */
export interface SessionFile {
  readonly path: string;
  /** What stood in it when it was opened. */
  readonly records: readonly SessionRecord[];
  /** Written when this returns: a killed process loses nothing. Throws when the disk refuses. */
  append(record: SessionRecord): void;
  /** On the disk when this resolves: a power cut loses nothing. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

const NEW_LINE = 0x0a;

export interface SessionFileOptions {
  /** Brings to the disk what was written to a file descriptor. */
  readonly flush?: (file: number) => Promise<void>;
}

/** Opens a session file, or makes an empty one that nobody else can read. */
export async function openSessionFile(
  path: string,
  { flush = promisify(fsync) }: SessionFileOptions = {},
): Promise<SessionFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, "a+", 0o600);
  const bytes = readFileSync(file);
  const { records } = parseSession(bytes.toString("utf8"));
  if (records.length === 0 && bytes.length > 0 && !isTornHead(bytes)) {
    closeSync(file);
    throw new Error(`${path} is not a session file; it was left as it is.`);
  }
  const lastLine = bytes.lastIndexOf(NEW_LINE) + 1;
  const rest = Buffer.from(bytes.subarray(lastLine));
  let clean = rest.length === 0;
  let open = true;
  let flushing: Promise<void> | undefined;
  let unflushed = false;

  /** The last line was torn by a kill: a whole record only lacks its line end, a part of one is cut off. */
  const mend = () => {
    const isWhole = parseSession(rest.toString("utf8")).records.length === 1;
    if (isWhole) writeAll(file, Buffer.of(NEW_LINE));
    else ftruncateSync(file, lastLine);
    clean = true;
  };

  /** One at a time, in the background; whoever waits for it waits for everything that was written before. */
  const flushAll = (): Promise<void> => {
    unflushed = true;
    flushing ??= (async () => {
      try {
        while (unflushed) {
          unflushed = false;
          await flush(file);
        }
      } finally {
        flushing = undefined;
      }
    })();
    return flushing;
  };

  return {
    path,
    records,
    append(record) {
      // The number of a closed descriptor may be another file's by now.
      if (!open) throw new Error(`${path} is closed.`);
      if (!clean) mend();
      const before = fstatSync(file).size;
      try {
        writeAll(file, Buffer.from(`${JSON.stringify(record)}\n`, "utf8"));
      } catch (error) {
        // Half a line, on a full disk, would spoil the next one too.
        ftruncateSync(file, before);
        throw error;
      }
      // Once a turn, so that a power cut costs the last one at most. A disk that refuses says so to whoever syncs.
      if (isTurn(record)) flushAll().catch(() => {});
    },
    async sync() {
      if (open) await flushAll();
    },
    async close() {
      if (!open) return;
      open = false;
      await flushing?.catch(() => {});
      closeSync(file);
    },
  };
}

/** The very first write was cut short. Anything else without a record is somebody's file, not ours to append to. */
function isTornHead(bytes: Buffer): boolean {
  return !bytes.includes(NEW_LINE) && bytes.toString("utf8").startsWith('{"v":'.slice(0, bytes.length));
}

function isTurn(record: SessionRecord): boolean {
  return record.type === "message" && record.message.role === "assistant";
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
