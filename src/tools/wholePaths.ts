import { ToolError } from "../agent/errors.ts";
import type { Place } from "../agent/ports.ts";
import type { ToolEnv } from "../agent/tool.ts";
import { existing } from "./places.ts";

/** Files and folders as a whole, for the tools that move and remove them. */

/** A folder with more files than this is not moved or removed by a tool: nobody can look at all that. */
const MAX_FILES = 1_000;

/** What is moved or removed: a file or folder that is there under its own name, and may go. */
export async function wholePath(path: string, env: ToolEnv, signal: AbortSignal): Promise<Place> {
  const place = await env.files.locate(path);
  // Throws in words when it is neither.
  if (place.kind !== "folder") await existing(path, "file", env, signal);
  await refuseLink(path, place, env);
  await refuseRoots(place, env);
  refuseRepository(place);
  if (place.isOutput) throw new ToolError(`${place.shown} is kept for the chat; it cannot be moved or deleted.`);
  return place;
}

/** A path at which nothing is and something may come to be. */
export async function freePath(path: string, env: ToolEnv): Promise<Place> {
  const place = await env.files.locate(path);
  await refuseLink(path, place, env);
  refuseRepository(place);
  if (place.isOutput) throw new ToolError(`Nothing can be put to ${place.shown}.`);
  return place;
}

/** A place is what a link leads to, so that a link itself cannot be meant by it. */
async function refuseLink(path: string, place: Place, env: ToolEnv): Promise<void> {
  const { parent, name } = splitPath(path);
  if (name === "" || name === "." || name === "..") return;
  const folder = await env.files.locate(parent);
  // The name of one of several workspace folders stands for itself.
  if (!(await isRoot(place, env)) && joined(folder.path, name).toLowerCase() !== place.path.toLowerCase()) {
    throw new ToolError(`${path} is a link to ${place.shown}. Name that, or change the link with run_command.`);
  }
}

async function refuseRoots(place: Place, env: ToolEnv): Promise<void> {
  const { path } = await env.files.locate(".");
  if (isAtOrBelow(path, place.path) || (await isRoot(place, env))) {
    throw new ToolError(`${place.shown} is a workspace folder, or holds one. It stays where it is.`);
  }
}

/** Whether it is a workspace folder: those alone are shown by a name without being below the first of them. */
async function isRoot({ path, shown, inside }: Place, env: ToolEnv): Promise<boolean> {
  if (!inside || shown.includes("/")) return false;
  const first = await env.files.locate(".");
  return path === first.path || path !== joined(first.path, shown);
}

function refuseRepository({ path, shown }: Place): void {
  if (!isInRepositoryFolder(path)) return;
  throw new ToolError(`${shown} belongs to git, which alone changes it: use git with run_command.`);
}

export function isInRepositoryFolder(path: string): boolean {
  return path.split(/[\\/]/).some((part) => part.toLowerCase() === ".git");
}

/** The files in a folder: absolute paths. */
export async function filesBelow(folder: Place, env: ToolEnv): Promise<readonly string[]> {
  const { paths, more } = await env.tree.filesIn(folder, { limit: MAX_FILES });
  if (!more) return paths;
  throw new ToolError(`${folder.shown} holds more than ${MAX_FILES} files. Name a part of it, or use run_command.`);
}

/** What was judged, and shown to whoever agreed, is what the folder held when the call was planned. */
export async function refuseOtherFiles(
  folder: Place,
  planned: readonly string[],
  env: ToolEnv,
  what: "moved" | "deleted",
): Promise<void> {
  const now = await filesBelow(folder, env);
  if (now.join("\0") === planned.join("\0")) return;
  throw new ToolError(`What ${folder.shown} holds has changed meanwhile; nothing was ${what}. List it again.`);
}

/** A path that has gone from one place to another, or from everywhere, and all below it. */
export function forgetSeen(seen: Map<string, string>, from: Place, to?: Place): void {
  for (const [path, version] of [...seen]) {
    if (!isAtOrBelow(path, from.path)) continue;
    seen.delete(path);
    if (to) seen.set(to.path + path.slice(from.path.length), version);
  }
}

export function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(joined(folder, ""));
}

export function countOf(files: number): string {
  return files === 1 ? "1 file" : `${files} files`;
}

export function splitPath(path: string): { readonly parent: string; readonly name: string } {
  const trimmed = path.replace(/[\\/]+$/, "");
  const at = Math.max(trimmed.lastIndexOf("/"), trimmed.lastIndexOf("\\")) + 1;
  return { parent: trimmed.slice(0, at) || ".", name: trimmed.slice(at) };
}

/** `folder` is absolute, with the separators of its system. */
export function joined(folder: string, name: string): string {
  const separator = /^[a-z]:|^\\\\/i.test(folder) ? "\\" : "/";
  return `${folder.endsWith(separator) ? folder : folder + separator}${name}`;
}
