import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { ToolError } from "../agent/errors.ts";
import type { FilePart, Files, Place, TextFile } from "../agent/ports.ts";
import { createFile, replaceSeen } from "./atomicWrite.ts";
import { isKnown } from "./encodings.ts";
import { type LineRange, partOf, readLargePart } from "./filePart.ts";
import { plainText } from "./output.ts";
import { codeOf, isOutputPath, locate, locateOutput, type Root } from "./places.ts";
import { withProtectedName } from "./protectedLinks.ts";
import { decodeText, encodeText, versionOf } from "./text.ts";

export type { Root } from "./places.ts";

const MAX_BYTES = 10_000_000;

/** What an editor takes such a file for, by VS Code's names: used for a new file and where it fits the bytes. */
export interface EncodingHint {
  readonly hint?: string | undefined;
}

/** Files of the disk, for an editor that knows more about them. */
export interface DiskFiles extends Files {
  read(place: Place, options?: EncodingHint): Promise<TextFile>;
  readPart(place: Place, range: LineRange, options: { readonly signal: AbortSignal } & EncodingHint): Promise<FilePart>;
  /** `isFree`: see Written. */
  write(
    place: Place,
    text: string,
    options: { readonly expect: string | "missing"; readonly isFree?: () => boolean } & EncodingHint,
  ): Promise<TextFile>;
  /** The bytes as they are. Throws like `read`, but for what they hold. */
  bytes(place: Place): Promise<Buffer>;
}

export interface FilesOptions {
  readonly roots: () => readonly Root[];
  /** Where whole outputs of commands are kept: the folder behind `output://`. */
  readonly outputs?: (() => string | undefined) | undefined;
}

/**
 * Files of the disk. A file is taken as text only in an encoding that gives its bytes back, and written in that one.
 * Writing replaces the file, so that no reader sees half of it: of a file with several hard links the other names keep
 * what was there. (Package managers link installed files to a store that all projects share.)
 */
export function createFiles({ roots, outputs }: FilesOptions): DiskFiles {
  return {
    locate: async (path) => {
      if (isOutputPath(path)) return locateOutput(path, outputs?.());
      return withProtectedName(await locate(path, roots()), roots());
    },
    read,
    readPart,
    bytes: (place) => readBytes(place),
    async write(place, text, { expect, hint, isFree }) {
      if (place.isOutput) throw new ToolError(`${place.shown} is what a command printed; it is not to be written.`);
      await refuseMoved(place, roots());
      const { bytes, found } = await current(place);
      const before = bytes && decodeText(bytes, place.shown, hint);
      const version = before?.version ?? "missing";
      if (version !== expect) throw new ToolError(changedSince(place, expect, version));
      const encoding = before?.encoding ?? (hint !== undefined && isKnown(hint) ? hint : "utf8");
      const encoded = encodeText(text, encoding, place.shown);
      await inWords(place, async () => {
        if (before && found) await replaceSeen({ path: place.path, shown: place.shown, isFree }, encoded, found);
        else await createFile(place.path, encoded);
      });
      return { text, version: versionOf(text), bytes: encoded.length, encoding };
    },
  };
}

async function read(place: Place, { hint }: EncodingHint = {}): Promise<TextFile> {
  const bytes = await readBytes(place);
  return place.isOutput ? printed(bytes) : decodeText(bytes, place.shown, hint);
}

/** What a command printed may be anything. */
function printed(bytes: Buffer): TextFile {
  const text = plainText(bytes.toString("utf8"));
  return { text, version: versionOf(text), bytes: bytes.length, encoding: "utf8" };
}

async function readPart(
  place: Place,
  range: LineRange,
  { signal, hint }: { readonly signal: AbortSignal } & EncodingHint,
): Promise<FilePart> {
  const large = await withFile(place, async (file, found) => {
    if (found.size <= MAX_BYTES) return undefined;
    const version = `large:${found.size}:${found.mtimeMs}:${found.ino}`;
    const accept = place.isOutput ? "any" : "text";
    return readLargePart(file, { shown: place.shown, size: found.size, version, hint, accept }, range, signal);
  });
  if (!large) return partOf(await read(place, { hint }), range);
  return place.isOutput ? { ...large, text: plainText(large.text) } : large;
}

/** A whole regular file. */
export async function readBytes(place: Place, maxBytes = MAX_BYTES): Promise<Buffer> {
  return withFile(place, async (file, found) => {
    if (found.size > maxBytes) throw new ToolError(tooLarge(place, found.size, maxBytes));
    const bytes = await file.readFile();
    if (bytes.length > maxBytes) throw new ToolError(tooLarge(place, bytes.length, maxBytes));
    return bytes;
  });
}

/** Opens a regular file for reading, never waiting on a pipe or a device. */
async function withFile<T>(place: Place, work: (file: FileHandle, found: Stats) => Promise<T>): Promise<T> {
  return inWords(place, async () => {
    // Without O_NONBLOCK opening a pipe waits for its other end.
    const file = await open(place.path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = await file.stat();
      if (found.isDirectory()) throw new ToolError(`${place.shown} is a folder.`);
      if (!found.isFile()) throw new ToolError(`${place.shown} is not a regular file (a device, pipe or socket).`);
      return await work(file, found);
    } finally {
      await file.close();
    }
  });
}

function tooLarge({ shown }: Place, bytes: number, max: number): string {
  return `${shown} has ${bytes} bytes, over the limit of ${max}. read_file reads parts of it and search_text finds lines in it; to change it, use run_command.`;
}

function changedSince({ shown }: Place, expect: string, found: string): string {
  if (expect === "missing") return `${shown} has come into being meanwhile; nothing was written. Read it first.`;
  if (found === "missing") return `${shown} was deleted meanwhile; nothing was written.`;
  return `${shown} was changed meanwhile; nothing was written. Read it again.`;
}

/** A link may have been put in the way since the place was located and judged. */
export async function refuseMoved(place: Place, roots: readonly Root[]): Promise<void> {
  const now = await locate(place.path, roots);
  if (now.path !== place.path || now.inside !== place.inside) {
    throw new ToolError(`${place.shown} leads elsewhere now (${now.shown}); nothing was written.`);
  }
}

interface Current {
  readonly bytes: Buffer | undefined;
  /** As it was before it was read; undefined when it is not there. */
  readonly found: Stats | undefined;
}

async function current(place: Place): Promise<Current> {
  let found: Stats | undefined;
  try {
    found = await stat(place.path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { bytes: undefined, found };
    if (codeOf(error) === "ENOTDIR") throw new ToolError(`${place.shown}: a file stands where a folder should.`);
  }
  return { bytes: await readBytes(place), found };
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EISDIR: "is a folder",
  ENOTDIR: "lies under something that is not a folder",
  EACCES: "may not be accessed (no permission)",
  EPERM: "may not be accessed (no permission)",
  EROFS: "lies on a read-only file system",
  ENOSPC: "could not be written: the disk is full",
  EEXIST: "has come into being meanwhile; nothing was written. Read it first",
  ENXIO: "is not a regular file (a device, pipe or socket)",
  ENAMETOOLONG: "has too long a name",
  ENOTEMPTY: "is not empty",
  EBUSY: "is in use",
};

/** Failures of the system as ToolErrors. */
export async function inWords<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const words = WORDS[codeOf(error) ?? ""];
    if (error instanceof ToolError || !words) throw error;
    throw new ToolError(`${place.shown} ${words}.`, { cause: error });
  }
}
