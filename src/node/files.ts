import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, chown, link, mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ToolError } from "../agent/errors.ts";
import type { Files, Place, TextFile } from "../agent/ports.ts";
import { codeOf, locate, type Root } from "./places.ts";
import { decodeText, encodeText, versionOf } from "./text.ts";

export type { Root } from "./places.ts";

const MAX_BYTES = 10_000_000;

/** Files of the disk. */
export function createFiles({ roots }: { readonly roots: () => readonly Root[] }): Files {
  return {
    locate: (path) => locate(path, roots()),
    read: async (place) => decodeText(await readBytes(place), place.shown),
    async write(place, text, { expect }) {
      await refuseMoved(place, roots());
      const before = await current(place);
      const version = before ? versionOf(before) : "missing";
      if (version !== expect) throw new ToolError(changedSince(place, expect, version));
      const bytes = encodeText(text, before);
      await inWords(place, async () => {
        if (before) await replace(place.path, bytes);
        else await create(place.path, bytes);
      });
      return { text, version: versionOf(bytes), bytes: bytes.length } satisfies TextFile;
    },
  };
}

/** A whole regular file, never waiting on a pipe or a device. */
export async function readBytes(place: Place, maxBytes = MAX_BYTES): Promise<Buffer> {
  return inWords(place, async () => {
    // Without O_NONBLOCK opening a pipe waits for its other end.
    const file = await open(place.path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = await file.stat();
      if (found.isDirectory()) throw new ToolError(`${place.shown} is a folder.`);
      if (!found.isFile()) throw new ToolError(`${place.shown} is not a regular file (a device, pipe or socket).`);
      if (found.size > maxBytes) throw new ToolError(tooLarge(place, found.size, maxBytes));
      const bytes = await file.readFile();
      if (bytes.length > maxBytes) throw new ToolError(tooLarge(place, bytes.length, maxBytes));
      return bytes;
    } finally {
      await file.close();
    }
  });
}

function tooLarge({ shown }: Place, bytes: number, max: number): string {
  return `${shown} has ${bytes} bytes, over the limit of ${max}; use search_text, or run_command to print a part.`;
}

function changedSince({ shown }: Place, expect: string, found: string): string {
  if (expect === "missing") return `${shown} has come into being meanwhile; nothing was written. Read it first.`;
  if (found === "missing") return `${shown} was deleted meanwhile; nothing was written.`;
  return `${shown} was changed meanwhile; nothing was written. Read it again.`;
}

/** A link may have been put in the way since the place was located and judged. */
async function refuseMoved(place: Place, roots: readonly Root[]): Promise<void> {
  const now = await locate(place.path, roots);
  if (now.path !== place.path || now.inside !== place.inside) {
    throw new ToolError(`${place.shown} leads elsewhere now (${now.shown}); nothing was written.`);
  }
}

async function current(place: Place): Promise<Buffer | undefined> {
  try {
    await stat(place.path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    if (codeOf(error) === "ENOTDIR") throw new ToolError(`${place.shown}: a file stands where a folder should.`);
  }
  return readBytes(place);
}

/** Whoever reads the file meanwhile sees the old or the new content, never a part. Keeps mode and owner. */
async function replace(path: string, bytes: Buffer): Promise<void> {
  const before = await stat(path);
  await refuseReadOnly(before.mode, path);
  const temporary = temporaryBeside(path);
  try {
    await writeFile(temporary, bytes, { flag: "wx", mode: 0o600 });
    await chmod(temporary, before.mode & 0o7777);
    const own = await stat(temporary);
    if (own.uid !== before.uid || own.gid !== before.gid) await chown(temporary, before.uid, before.gid);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    // The folder takes no new files, or the owner cannot be kept: the file itself may still be writable.
    if (!["EACCES", "EPERM", "EROFS", "EBUSY"].includes(codeOf(error) ?? "")) throw error;
    await writeFile(path, bytes, { flag: "r+" });
    await truncateTo(path, bytes.length);
  }
}

/** Renaming would get around it. */
async function refuseReadOnly(mode: number, path: string): Promise<void> {
  if ((mode & 0o222) === 0) throw new ToolError(`${path} is read-only.`);
}

async function truncateTo(path: string, length: number): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.truncate(length);
  } finally {
    await file.close();
  }
}

/** Fails when a file came into being meanwhile. */
async function create(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryBeside(path);
  try {
    await writeFile(temporary, bytes, { flag: "wx" });
    // Unlike a rename, a link never replaces what is there.
    await link(temporary, path);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST" || code === "ENOSPC" || code === "EACCES") throw error;
    // No hard links on this file system.
    await writeFile(path, bytes, { flag: "wx" });
  } finally {
    await rm(temporary, { force: true });
  }
}

function temporaryBeside(path: string): string {
  return join(dirname(path), `.mimo-${randomBytes(6).toString("hex")}.tmp`);
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
};

async function inWords<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const words = WORDS[codeOf(error) ?? ""];
    if (error instanceof ToolError || !words) throw error;
    throw new ToolError(`${place.shown} ${words}.`, { cause: error });
  }
}
