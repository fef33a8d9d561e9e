import { constants, type Stats } from "node:fs";
import { lstat, open, readlink } from "node:fs/promises";
import type { BlobRef, BlobStore } from "./changeRecorder.ts";
import type { MissingReason } from "./checkpointsTypes.ts";

/** What is at a path. `undefined`: nothing. Links are kept as links, never followed. */
export type State =
  | undefined
  | { readonly kind: "file"; readonly ref: BlobRef; readonly mode: number }
  /** The ref is that of where it leads, as it is written in it. */
  | { readonly kind: "link"; readonly ref: BlobRef }
  | { readonly kind: "folder" }
  /** Something is there that is not kept. The stamp tells whether it is still the same. */
  | { readonly kind: "unkept"; readonly why: MissingReason; readonly stamp: string };

/** Of one file, when a tool changes it or a restore replaces it. */
export const MAX_FILE_BYTES = 16_000_000;

export function sameState(a: State, b: State): boolean {
  if (a === undefined || b === undefined) return a === b;
  switch (a.kind) {
    case "file":
      return b.kind === "file" && a.ref === b.ref && sameMode(a.mode, b.mode);
    case "link":
      return b.kind === "link" && a.ref === b.ref;
    case "folder":
      return b.kind === "folder";
    case "unkept":
      return b.kind === "unkept" && a.stamp === b.stamp;
  }
}

/** Windows has no such bits. */
function sameMode(a: number, b: number): boolean {
  return process.platform === "win32" || a === b;
}

/** What a face shows of it: a file's bytes or nothing. */
export function fileRef(state: State): BlobRef | undefined {
  return state?.kind === "file" ? state.ref : undefined;
}

/** It is a file, or something that only lacks being kept: not a link, not a folder, not nothing. */
export function isFile(state: State): boolean {
  return state?.kind === "file" || state?.kind === "unkept";
}

/** Changes whenever the file does, as far as the system tells. */
export function stampOf({ size, mtimeMs, ctimeMs, ino, mode }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino} ${mode}`;
}

export function unkept(why: MissingReason, stats: Stats | undefined): State {
  return { kind: "unkept", why, stamp: stats ? stampOf(stats) : "" };
}

/** Keeps what is at a path now. `unsaved` stands for the bytes of a file where an editor holds others than the disk.
 * Never rejects but with `storage: "reject"`, when the store does. */
export async function readState(
  path: string,
  store: BlobStore,
  options: { readonly unsaved?: Uint8Array | undefined; readonly storage?: "reject" | undefined } = {},
): Promise<State> {
  const keep = async (bytes: Uint8Array, stats: Stats, of: (ref: BlobRef) => State): Promise<State> => {
    if (bytes.length > MAX_FILE_BYTES) return unkept("too_large", stats);
    try {
      return of(await store.put(bytes));
    } catch (error) {
      if (options.storage === "reject") throw error;
      return unkept("storage", stats);
    }
  };
  const stats = await statOf(path);
  if (stats === undefined || stats === "unreadable") return stats && unkept("unreadable", undefined);
  if (stats.isDirectory()) return { kind: "folder" };
  if (stats.isSymbolicLink()) {
    const target = await readlink(path, "buffer").catch(() => undefined);
    return target ? keep(target, stats, (ref) => ({ kind: "link", ref })) : unkept("unreadable", stats);
  }
  if (!stats.isFile()) return unkept("unreadable", stats);
  const bytes = options.unsaved ?? (await readWhole(path, stats));
  if (typeof bytes === "string") return unkept(bytes, stats);
  return keep(bytes, stats, (ref) => ({ kind: "file", ref, mode: stats.mode & 0o7777 }));
}

async function readWhole(path: string, { size }: Stats): Promise<Buffer | "too_large" | "unreadable"> {
  if (size > MAX_FILE_BYTES) return "too_large";
  try {
    // Neither a link nor a pipe that was put in its place meanwhile is opened.
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    try {
      const found = await file.stat();
      if (!found.isFile()) return "unreadable";
      return found.size > MAX_FILE_BYTES ? "too_large" : await file.readFile();
    } finally {
      await file.close();
    }
  } catch {
    return "unreadable";
  }
}

export async function statOf(path: string): Promise<Stats | "unreadable" | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : "unreadable";
  }
}
