import { randomBytes } from "node:crypto";
import { renameSync, type Stats, statSync } from "node:fs";
import { chmod, chown, link, mkdir, open, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ToolError } from "../agent/errors.ts";
import { codeOf } from "./places.ts";

/** A file that is written, and how it is called in words. */
export interface Written {
  readonly path: string;
  readonly shown: string;
  /** Asked at the last moment: false when somebody else has taken to the file in another way than by writing it. */
  readonly isFree?: (() => boolean) | undefined;
}

/** Whatever is there, or nothing. Atomic, as all of these. */
export async function replaceFile(path: string, bytes: Buffer): Promise<void> {
  const before = await stat(path).catch(() => undefined);
  if (before) await replaceSeen({ path, shown: path }, bytes, before);
  else await createFile(path, bytes);
}

/** Whoever reads the file meanwhile sees the old or the new content, never a part. Keeps mode and owner. */
export async function replaceSeen(written: Written, bytes: Buffer, before: Stats): Promise<void> {
  const { path, shown } = written;
  refuseReadOnly(before.mode, shown);
  const temporary = temporaryBeside(path);
  try {
    await writeFile(temporary, bytes, { flag: "wx", mode: 0o600 });
    await chmod(temporary, before.mode & 0o7777);
    const own = await stat(temporary);
    if (own.uid !== before.uid || own.gid !== before.gid) await chown(temporary, before.uid, before.gid);
    refuseChanged(written, before);
    renameSync(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    // The folder takes no new files, or the owner cannot be kept: the file itself may still be writable.
    if (!["EACCES", "EPERM", "EROFS", "EBUSY"].includes(codeOf(error) ?? "")) throw error;
    refuseChanged(written, before);
    await writeFile(path, bytes, { flag: "r+" });
    await truncateTo(path, bytes.length);
  }
}

/** Nothing of this process comes between this last look and the change, and of others hardly anything. */
function refuseChanged({ path, shown, isFree }: Written, before: Stats): void {
  const last = statSync(path);
  const isSame = last.mtimeMs === before.mtimeMs && last.size === before.size && last.ino === before.ino;
  if (isSame && isFree?.() !== false) return;
  throw new ToolError(`${shown} was changed meanwhile; nothing was written. Read it again.`);
}

/** Renaming would get around it. */
function refuseReadOnly(mode: number, shown: string): void {
  if ((mode & 0o222) === 0) throw new ToolError(`${shown} is read-only.`);
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
export async function createFile(path: string, bytes: Buffer): Promise<void> {
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
