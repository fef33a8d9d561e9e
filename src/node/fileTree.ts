import type { Stats } from "node:fs";
import { cp, lstat, mkdir, readdir, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, parse, relative, resolve, sep } from "node:path";
import { ToolError } from "../agent/errors.ts";
import type { FileTree, Place } from "../agent/ports.ts";
import { inWords, refuseMoved } from "./files.ts";
import { codeOf, type Root } from "./places.ts";

/** What a tree of the disk is asked to do once nothing speaks against it. Paths are absolute. */
export interface TreeActs {
  /** Where nothing is, in a folder that is there. */
  move(from: string, to: string): Promise<void>;
  /** A file, or a folder with all it holds. */
  remove(path: string): Promise<void>;
}

export interface FileTreeOptions {
  readonly roots: () => readonly Root[];
  /** An editor does it its own way, so that what it shows follows. */
  readonly acts?: TreeActs | undefined;
}

/** Files and folders of the disk. Looks again where a place leads before anything is done to it. */
export function createFileTree({ roots, acts = diskActs }: FileTreeOptions): FileTree {
  return {
    async createFolder(place) {
      await refuseOutput(place);
      await refuseMoved(place, roots());
      const found = await entry(place.path);
      if (found) throw new ToolError(`${place.shown} is there already${found.isDirectory() ? "" : ", and is a file"}.`);
      await refuseFileAbove(place);
      await inWords(place, async () => {
        await mkdir(place.path, { recursive: true });
      });
    },
    async move(from, to) {
      for (const place of [from, to]) {
        await refuseOutput(place);
        await refuseMoved(place, roots());
        await refuseRoot(place, roots(), "moved");
      }
      const moved = await there(from);
      if (from.path === to.path) throw new ToolError(`${from.shown} is there already.`);
      const inner = relative(from.path, to.path);
      if (moved.isDirectory() && isBelow(inner)) {
        throw new ToolError(`${from.shown} cannot be moved into itself (${to.shown}).`);
      }
      const target = await entry(to.path);
      // On a disk that knows no case, another spelling finds the file itself.
      if (target && !(sameEntry(moved, target) && isOtherCase(from.path, to.path))) {
        throw new ToolError(
          `${to.shown} is there already; nothing was moved. Delete it first if it shall be replaced.`,
        );
      }
      await refuseFileAbove(to);
      await inWords(to, async () => {
        await mkdir(dirname(to.path), { recursive: true });
      });
      await inWords(from, () => acts.move(from.path, to.path));
    },
    async remove(place) {
      await refuseOutput(place);
      await refuseMoved(place, roots());
      await refuseRoot(place, roots(), "deleted");
      await there(place);
      await inWords(place, () => acts.remove(place.path));
    },
    async filesIn(place, { limit }) {
      const found = await there(place);
      if (!found.isDirectory()) return { paths: [place.path], more: false };
      const paths: string[] = [];
      const more = await inWords(place, () => collect(place.path, paths, limit));
      return { paths, more };
    },
  };
}

const diskActs: TreeActs = {
  async move(from, to) {
    try {
      await rename(from, to);
    } catch (error) {
      if (codeOf(error) !== "EXDEV") throw error;
      await moveAcross(from, to);
    }
  },
  remove: (path) => rm(path, { recursive: true, maxRetries: 2 }),
};

/** To another disk: copied first, and what was there goes only when all of it has arrived. */
export async function moveAcross(from: string, to: string): Promise<void> {
  try {
    await cp(from, to, {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      errorOnExist: true,
      force: false,
    });
  } catch (error) {
    await rm(to, { recursive: true, force: true });
    throw error;
  }
  await rm(from, { recursive: true });
}

async function refuseOutput({ isOutput, shown }: Place): Promise<void> {
  if (isOutput) throw new ToolError(`${shown} is what a command printed; it can only be read.`);
}

/** A workspace folder, or what holds one, is not the agent's to take away; nor is a disk. */
async function refuseRoot({ path, shown }: Place, roots: readonly Root[], what: string): Promise<void> {
  if (path === parse(path).root) throw new ToolError(`${shown} is a whole disk; it cannot be ${what}.`);
  const real = await realpath(path).catch(() => path);
  for (const root of roots) {
    for (const [top, below] of [
      [path, resolve(root.path)],
      [real, await realpath(root.path).catch(() => root.path)],
    ] as const) {
      const inner = relative(top, below);
      if (inner === "" || isBelow(inner)) throw new ToolError(`${shown} holds the workspace; it cannot be ${what}.`);
    }
  }
}

/** The result of `relative` leads downwards. */
function isBelow(inner: string): boolean {
  return inner !== "" && inner !== ".." && !inner.startsWith(`..${sep}`) && resolve(inner) !== inner;
}

async function refuseFileAbove({ path, shown }: Place): Promise<void> {
  for (let above = dirname(path); above !== dirname(above); above = dirname(above)) {
    const found = await entry(above);
    if (found?.isDirectory() || found?.isSymbolicLink()) return;
    if (found) throw new ToolError(`${shown}: a file stands where a folder should.`);
  }
}

async function there(place: Place): Promise<Stats> {
  const found = await entry(place.path);
  if (!found) throw new ToolError(`${place.shown} does not exist.`);
  return found;
}

async function entry(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

function sameEntry(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

function isOtherCase(a: string, b: string): boolean {
  return a !== b && a.toLowerCase() === b.toLowerCase();
}

/** Plain files only: links are not followed, and devices hold nothing to keep. Says whether there are more. */
async function collect(folder: string, paths: string[], limit: number): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const found of entries) {
    const path = join(folder, found.name);
    if (found.isDirectory()) {
      if (await collect(path, paths, limit)) return true;
    } else if (found.isFile()) {
      if (paths.length >= limit) return true;
      paths.push(path);
    }
  }
  return false;
}
