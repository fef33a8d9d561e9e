import {
  closeSync,
  existsSync,
  fstatSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { SessionError } from "../sessions/errors.ts";
import type { SessionRecord } from "../sessions/format.ts";
import { isWholeLine, type ParsedSession, parseLines } from "../sessions/parse.ts";
import type { FileLock } from "./fileLock.ts";
import { storageFailure } from "./storageFailure.ts";

/** An open session file. One writer at a time. */
export interface SessionFile {
  readonly path: string;
  /** What stood in it when it was opened, and what an earlier opening could not write. */
  readonly records: readonly SessionRecord[];
  /** What was wrong with it when it was opened. */
  readonly damage: Pick<ParsedSession, "bad" | "unknown" | "torn" | "outdated">;
  /** Records that the disk refused, oldest first: the next `append` and `close` write them before anything else. */
  readonly unwritten: readonly SessionRecord[];
  /**
   * Written when this returns: a killed process loses nothing. Throws SessionError when the disk refuses; nothing torn
   * remains then, and the record is among `unwritten`.
   */
  append(record: SessionRecord): void;
  /** On the disk when this resolves: a power cut loses nothing. Throws SessionError. */
  sync(): Promise<void>;
  /** Never throws: what still could not be written is in `unwritten`. */
  close(): Promise<void>;
}

export interface SessionFileOptions {
  /** What is done where there is no file: "create" when left out; "refuse" throws "gone", for a session that was listed
   * and may have been deleted since. */
  readonly missing?: "create" | "refuse";
  /** Brings to the disk what was written to a file descriptor. */
  readonly flush?: (file: number) => Promise<void>;
  /** Writes from an offset of the bytes on; returns how many went. */
  readonly write?: (file: number, bytes: Buffer, offset: number) => number;
  /** Nothing is written once it is another's. */
  readonly lock?: Pick<FileLock, "isHeld" | "retake"> | undefined;
  /** What the last opening of this file left in its `unwritten`. */
  readonly unwritten?: readonly SessionRecord[];
}

const NEW_LINE = 0x0a;
const OWNER_ONLY = 0o600;

/** Opens a session file, or makes an empty one that nobody else can read. Throws SessionError; reading changes nothing. */
export async function openSessionFile(path: string, options: SessionFileOptions = {}): Promise<SessionFile> {
  let file: number | undefined;
  try {
    if (options.missing === "refuse" && !existsSync(path)) throw new SessionError("gone", `${path} was deleted.`);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    file = openSync(path, "a+", OWNER_ONLY);
    // Reading a pipe or a device may never come to an end.
    if (!fstatSync(file).isFile()) throw notASession(path);
    const bytes = readFileSync(file);
    const parsed = parseLines(linesOf(bytes));
    if (parsed.records.length === 0 && !isBlank(bytes) && !isTornHead(bytes)) {
      throw notASession(path);
    }
    return new OpenFile(path, file, { ...options, parsed, bytes });
  } catch (error) {
    if (file !== undefined) closeSync(file);
    throw storageFailure(error, path);
  }
}

class OpenFile implements SessionFile {
  readonly path: string;
  readonly records: readonly SessionRecord[];
  readonly damage: SessionFile["damage"];
  readonly #flush: (file: number) => Promise<void>;
  readonly #writeSome: (file: number, bytes: Buffer, offset: number) => number;
  readonly #lock: SessionFileOptions["lock"];
  readonly #unwritten: SessionRecord[];
  #file: number;
  #open = true;
  #flushing: Promise<void> | undefined;
  #unflushed = false;
  /** Puts the end of the file right before the next record goes there. */
  #mend: (() => void) | undefined;

  constructor(path: string, file: number, options: SessionFileOptions & { parsed: ParsedSession; bytes: Buffer }) {
    const { flush = promisify(fsync), write = writeSync, lock, unwritten = [], parsed, bytes } = options;
    this.path = path;
    this.#file = file;
    this.#flush = flush;
    this.#writeSome = write;
    this.#lock = lock;
    this.#unwritten = [...unwritten];
    this.records = [...parsed.records, ...unwritten];
    const { bad, unknown, torn, outdated } = parsed;
    this.damage = { bad, unknown, torn, outdated };
    this.#mend = this.#mendingOf(bytes);
  }

  get unwritten(): readonly SessionRecord[] {
    return this.#unwritten;
  }

  append(record: SessionRecord): void {
    // The number of a closed descriptor may be another file's by now.
    if (!this.#open) throw new SessionError("failed", `${this.path} is closed.`);
    this.#unwritten.push(record);
    this.#writeOut();
    // Once a turn, so that a power cut costs the last one at most. A disk that refuses says so to whoever syncs.
    if (isTurn(record)) this.#flushAll().catch(() => {});
  }

  async sync(): Promise<void> {
    if (!this.#open) return;
    await this.#flushAll().catch((error) => {
      throw storageFailure(error, this.path);
    });
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    try {
      this.#writeOut();
    } catch {
      // It stays in `unwritten`.
    }
    this.#open = false;
    await this.#flushing?.catch(() => {});
    closeSync(this.#file);
  }

  #writeOut(): void {
    while (this.#unwritten[0]) {
      this.#write(this.#unwritten[0]);
      this.#unwritten.shift();
    }
  }

  #write(record: SessionRecord): void {
    try {
      this.#restore();
      if (this.#lock?.isHeld() === false) throw taken(this.path);
      this.#mend?.();
      const end = fstatSync(this.#file).size;
      // Half a line, on a full disk, would spoil the next one too.
      this.#mend = () => ftruncateSync(this.#file, end);
      this.#writeAll(this.#file, Buffer.from(`${JSON.stringify(record)}\n`, "utf8"));
      this.#mend = undefined;
    } catch (error) {
      this.#tryMend();
      throw storageFailure(error, this.path);
    }
  }

  /** What cannot be cut off at once is cut off before the next record. */
  #tryMend(): void {
    if (this.#lock?.isHeld() === false) return;
    try {
      this.#mend?.();
      this.#mend = undefined;
    } catch {
      // Told by whatever brought us here.
    }
  }

  /** The last line was torn by a kill: a whole record only lacks its line end, a part of one is cut off. */
  #mendingOf(bytes: Buffer): (() => void) | undefined {
    const lastLine = bytes.lastIndexOf(NEW_LINE) + 1;
    if (lastLine === bytes.length) return undefined;
    const isWhole = isWholeLine(bytes.toString("utf8", lastLine));
    return isWhole ? () => this.#writeAll(this.#file, Buffer.of(NEW_LINE)) : () => ftruncateSync(this.#file, lastLine);
  }

  /** A file that was deleted under us is put back whole: the open descriptor still has it. */
  #restore(): void {
    if (fstatSync(this.#file).nlink > 0) return;
    if (existsSync(this.path)) throw new SessionError("gone", `${this.path} was replaced by another file.`);
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    if (this.#lock?.retake() === false) throw taken(this.path);
    const copy = openSync(this.path, "ax+", OWNER_ONLY);
    try {
      this.#copyAll(copy);
    } catch (error) {
      closeSync(copy);
      rmSync(this.path, { force: true });
      throw error;
    }
    closeSync(this.#file);
    this.#file = copy;
  }

  #copyAll(to: number): void {
    const piece = Buffer.alloc(1 << 20);
    for (let at = 0, read = -1; read !== 0; at += read) {
      read = readSync(this.#file, piece, 0, piece.length, at);
      this.#writeAll(to, piece.subarray(0, read));
    }
  }

  #writeAll(file: number, bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) at += this.#writeSome(file, bytes, at);
  }

  /** One at a time, in the background; whoever waits for it waits for everything that was written before. */
  #flushAll(): Promise<void> {
    this.#unflushed = true;
    this.#flushing ??= (async () => {
      try {
        while (this.#unflushed) {
          this.#unflushed = false;
          await this.#flush(this.#file);
        }
      } finally {
        this.#flushing = undefined;
      }
    })();
    return this.#flushing;
  }
}

function notASession(path: string): SessionError {
  return new SessionError("not_a_session", `${path} is not a session file; it was left as it is.`);
}

function taken(path: string): SessionError {
  return new SessionError("in_use", `Another window or process has gone on with ${path}.`);
}

/** One by one: a long session is longer than the longest string. */
function* linesOf(bytes: Buffer): Generator<string> {
  let from = 0;
  for (let to = bytes.indexOf(NEW_LINE); to >= 0; to = bytes.indexOf(NEW_LINE, from)) {
    yield bytes.toString("utf8", from, to);
    from = to + 1;
  }
  yield bytes.toString("utf8", from);
}

/** Never written to, or only zeros by the time that the power was cut. */
function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

/** The very first write was cut short. Anything else without a record is somebody's file, not ours to append to. */
function isTornHead(bytes: Buffer): boolean {
  return !bytes.includes(NEW_LINE) && bytes.toString("utf8").startsWith('{"v":'.slice(0, bytes.length));
}

function isTurn(record: SessionRecord): boolean {
  return record.type === "message" && record.message.role === "assistant";
}
