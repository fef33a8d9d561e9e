import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, relative, sep, win32 } from "node:path";

export interface Lookup {
  /** Nothing inside these folders is ever taken: a workspace must not choose the programs that we run unasked. */
  readonly avoid: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** A program of Windows itself, with its extension. By its name alone it would be looked for in the current folder
 * first. */
export function windowsProgram(name: string, { SystemRoot = "C:\\Windows" }: NodeJS.ProcessEnv = process.env): string {
  return win32.join(SystemRoot, "System32", name);
}

/** The absolute path of a program on PATH. */
export async function findOnPath(name: string, { avoid, env = process.env }: Lookup): Promise<string | undefined> {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  const path = env.PATH ?? env.Path ?? "";
  const candidates = path
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, file));
  return firstExecutable(candidates, avoid);
}

/** The first of these that is an executable file and does not lie in one of the folders to avoid. */
export async function firstExecutable(
  candidates: readonly string[],
  avoid: readonly string[],
): Promise<string | undefined> {
  const avoided = await Promise.all(avoid.map((folder) => realpath(folder).catch(() => folder)));
  const usable = await Promise.all(candidates.map((candidate) => isUsable(candidate, avoided)));
  return candidates.find((_, i) => usable[i]);
}

async function isUsable(path: string, avoided: readonly string[]): Promise<boolean> {
  try {
    const real = await realpath(path);
    if (avoided.some((folder) => isUnder(folder, real) || isUnder(folder, path))) return false;
    await access(real, constants.X_OK);
    return (await stat(real)).isFile();
  } catch {
    return false;
  }
}

function isUnder(folder: string, path: string): boolean {
  const inner = relative(folder, path);
  return inner !== ".." && !inner.startsWith(`..${sep}`) && !isAbsolute(inner);
}
