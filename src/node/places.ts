import { lstat, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { ToolError } from "../agent/errors.ts";
import type { Place } from "../agent/ports.ts";
import { checkSpelling } from "./spelling.ts";

/** A workspace folder. */
export interface Root {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** The place that stands for the whole workspace when it has several folders. Its path is the first folder's. */
export const WHOLE_WORKSPACE = ".";

/** How places under each root begin when they are shown; "" with a single root. Names are made unique. */
export function rootLabels(roots: readonly Root[]): string[] {
  if (roots.length < 2) return roots.map(() => "");
  const used = new Set<string>();
  return roots.map(({ name, path }) => {
    const wanted = (name || basename(path)).replaceAll("/", "-");
    let label = wanted;
    for (let n = 2; used.has(label); n++) label = `${wanted}-${n}`;
    used.add(label);
    return label;
  });
}

/** How a path under a root is shown. `inner` is relative to the root. */
export function shownUnder(label: string, inner: string): string {
  const path = inner.split(sep).join("/");
  return [label, path].filter((part) => part !== "").join("/") || ".";
}

/**
 * Resolves a path as the model or the user wrote it. Symlinks are followed, so that what is judged and shown is what
 * would be touched: `path` and `shown` name the target, and a link that leads out of the workspace is outside.
 */
export async function locate(path: string, roots: readonly Root[]): Promise<Place> {
  checkSpelling(path);
  const wanted = absolute(path, roots);
  const real = await realPath(wanted);
  const kind = await kindOf(real);
  if (roots.length > 1 && wanted === roots[0]?.path && !isAbsolute(path) && !namesRoot(path, roots)) {
    return { path: wanted, shown: WHOLE_WORKSPACE, inside: true, kind };
  }
  const found = await underRoot(real, roots);
  const alias = wanted === real ? {} : { alias: wanted };
  if (!found) return { path: real, shown: real.split(sep).join("/"), inside: false, kind, ...alias };
  const inRoot = join(found.root.path, found.inner);
  return {
    path: inRoot,
    shown: shownUnder(found.label, found.inner),
    inside: true,
    kind,
    ...(wanted === inRoot ? {} : alias),
  };
}

const OUTPUT = /^output:\/\/([A-Za-z0-9_-][A-Za-z0-9._-]{0,200})$/;

/** The whole output of a command, as its result names it. Nothing but plain files of the one folder can be meant. */
export async function locateOutput(path: string, folder: string | undefined): Promise<Place> {
  const name = OUTPUT.exec(path)?.[1];
  if (!name) throw new ToolError(`${JSON.stringify(path.slice(0, 200))} names no output of a command.`);
  if (folder === undefined) throw new ToolError(`${path} is not kept (any more).`);
  const wanted = join(folder, name);
  const found = await lstat(wanted).catch(() => undefined);
  const kind = !found ? "missing" : found.isFile() ? "file" : "other";
  return { path: wanted, shown: path, inside: false, kind, isOutput: true };
}

export function isOutputPath(path: string): boolean {
  return path.startsWith("output://");
}

function absolute(path: string, roots: readonly Root[]): string {
  if (isAbsolute(path)) return resolve(path);
  const [first] = roots;
  if (!first) throw new ToolError("No folder is open, so only absolute paths can be taken.");
  const named = namesRoot(path, roots);
  return named ? resolve(named.root.path, named.inner) : resolve(first.path, path);
}

function namesRoot(path: string, roots: readonly Root[]): { root: Root; inner: string } | undefined {
  if (roots.length < 2) return undefined;
  const parts = path.split(/[\\/]/).filter((part, i) => part !== "." || i > 0);
  const index = rootLabels(roots).indexOf(parts[0] ?? "");
  const root = roots[index];
  return root && { root, inner: parts.slice(1).join("/") || "." };
}

interface Under {
  readonly root: Root;
  readonly label: string;
  /** Relative to the root, "" for the root itself. */
  readonly inner: string;
}

/** The innermost root that holds this real path. */
export async function underRoot(real: string, roots: readonly Root[]): Promise<Under | undefined> {
  const labels = rootLabels(roots);
  const found = await Promise.all(
    roots.map(async (root, i): Promise<Under | undefined> => {
      const inner = relative(await realPath(root.path), real);
      if (inner === ".." || inner.startsWith(`..${sep}`) || isAbsolute(inner)) return undefined;
      return { root, label: labels[i] ?? "", inner };
    }),
  );
  return found.reduce(
    (best, next) => (next && (!best || next.inner.length < best.inner.length) ? next : best),
    undefined,
  );
}

const MAX_LINKS = 40;

/** The real path; where nothing is there, that of the nearest existing ancestor and the rest. Dangling links are
 * followed too: writing through one creates its target. */
export async function realPath(path: string, links = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) === "ELOOP" || links > MAX_LINKS) throw new ToolError(`${path}: its links lead in a circle.`);
    const target = await readlink(path).catch(() => undefined);
    if (target !== undefined) return realPath(resolve(await realPath(dirname(path), links + 1), target), links + 1);
    const parent = dirname(path);
    return parent === path ? path : join(await realPath(parent, links), basename(path));
  }
}

async function kindOf(real: string): Promise<Place["kind"]> {
  try {
    const found = await stat(real);
    return found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return "missing";
    // Not to be looked at: whether it is there decides nobody here, reading or writing it will say why not.
    return (await lstat(real).catch(() => undefined)) ? "other" : "missing";
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
