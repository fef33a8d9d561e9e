import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type Stats } from "node:fs";
import type { BlobRef, BlobStore } from "./changeRecorder.ts";
import { type State, unkept } from "./checkpointsState.ts";

/** A file of the workspace as it was when it was last looked at. */
export interface ScannedFile {
  stamp: Stamp | undefined;
  /** It changed so shortly before that another change may not show in the stamp: its content is compared the next time. */
  isRacy: boolean;
  state: State;
  /** What it counts for among all bytes. */
  bytes: number;
}

export type Stamp = Pick<Stats, "size" | "mtimeMs" | "ctimeMs" | "ino" | "mode">;

/** As far as the system tells, nothing has been written to it since. */
export function isSame(stamp: Stamp | undefined, stats: Stats): boolean {
  return (
    stamp !== undefined &&
    stamp.mtimeMs === stats.mtimeMs &&
    stamp.ctimeMs === stats.ctimeMs &&
    stamp.size === stats.size &&
    stamp.ino === stats.ino &&
    stamp.mode === stats.mode
  );
}

/** A part: 20,000 whole ones would be as many megabytes. */
export function stampFrom({ size, mtimeMs, ctimeMs, ino, mode }: Stats): Stamp {
  return { size, mtimeMs, ctimeMs, ino, mode };
}

export function newFile(): ScannedFile {
  return { stamp: undefined, isRacy: false, state: undefined, bytes: 0 };
}

export interface FileBounds {
  readonly fileBytes: number;
  /** Of all files whose content is kept, as they are on the disk. */
  readonly allBytes: number;
}

/** The clocks of file systems tick in some milliseconds, the coarsest in two seconds. */
const TICK_MS = 20;
const COARSE_TICK_MS = 2_000;
/** Contents that wait for the store at a time. */
const PENDING_BYTES = 8_000_000;

/** Reads and keeps contents: at once, so that one thread reads 20,000 files in half a second. Callers look after the
 * time that this takes of their thread. */
export class FileKeeper {
  readonly #store: BlobStore;
  readonly #bounds: FileBounds;
  #keptBytes = 0;
  #pending: Promise<void>[] = [];
  #pendingBytes = 0;
  /** What the store said when it refused. */
  problem: unknown;

  constructor(store: BlobStore, bounds: FileBounds) {
    this.#store = store;
    this.#bounds = bounds;
  }

  /** Files were left out because all of them together are too much. */
  isFull = false;

  /** More should not be handed in before `settled`. */
  get isBusy(): boolean {
    return this.#pendingBytes > PENDING_BYTES;
  }

  /** Everything that was handed in is kept, and in the states of its files. */
  async settled(): Promise<void> {
    while (this.#pending.length > 0) await Promise.all(this.#pending.splice(0));
    this.#pendingBytes = 0;
  }

  /** Fills in `file.state` by the time of `settled`. undefined when nothing is there. */
  look(path: string, file: ScannedFile): Stats | undefined {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats) return undefined;
    file.stamp = stampFrom(stats);
    file.isRacy = isRacy(stats);
    if (stats.isSymbolicLink()) this.#keep(file, stats, readlinkSync(path, "buffer"), (ref) => ({ kind: "link", ref }));
    else if (stats.isFile()) this.#lookInto(path, file, stats);
    else file.state = unkept("unreadable", stats);
    return stats;
  }

  #lookInto(path: string, file: ScannedFile, stats: Stats): void {
    const isTooMuch = this.#keptBytes + stats.size > this.#bounds.allBytes;
    if (stats.size > this.#bounds.fileBytes || isTooMuch) {
      if (stats.size <= this.#bounds.fileBytes) this.isFull = true;
      file.state = unkept("too_large", stats);
      return;
    }
    const bytes = readNow(path, stats.size);
    if (!bytes) {
      file.state = unkept("unreadable", stats);
      return;
    }
    // It grew or shrank as it was read: what was read is true of a moment, and the next scan looks again.
    if (bytes.length !== stats.size) file.isRacy = true;
    file.bytes = bytes.length;
    this.#keptBytes += bytes.length;
    this.#keep(file, stats, bytes, (ref) => ({ kind: "file", ref, mode: stats.mode & 0o7777 }));
  }

  #keep(file: ScannedFile, stats: Stats, bytes: Buffer, state: (ref: BlobRef) => State): void {
    this.#pendingBytes += bytes.length;
    this.#pending.push(
      this.#store.put(bytes).then(
        (ref) => {
          file.state = state(ref);
        },
        (error: unknown) => {
          this.problem = error;
          file.state = unkept("storage", stats);
          file.isRacy = true;
        },
      ),
    );
  }

  /** Its bytes count no longer. */
  forget(file: ScannedFile): void {
    this.#keptBytes -= file.bytes;
    file.bytes = 0;
  }
}

export function isRacy({ mtimeMs, ctimeMs }: Stats): boolean {
  const latest = Math.max(mtimeMs, ctimeMs);
  const tick = Number.isInteger(mtimeMs / 1_000) ? COARSE_TICK_MS : TICK_MS;
  return latest > Date.now() - tick;
}

/** undefined when it cannot be read. Neither a link nor a pipe that was put in its place meanwhile is opened. */
function readNow(path: string, size: number): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    if (!fstatSync(file).isFile()) return undefined;
    // One more than it should have: to see that it grew.
    const bytes = Buffer.allocUnsafe(size + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, length);
    }
    return bytes.subarray(0, length);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
