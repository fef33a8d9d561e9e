import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Ignoring, ignoringIn } from "./ignoring.ts";

export interface Walked {
  /** Absolute. */
  readonly path: string;
  /** Relative to where the walk began, with `/`. */
  readonly inner: string;
  readonly kind: "file" | "folder";
}

export interface WalkOptions {
  /** Levels below the folder; without it all. */
  readonly depth?: number;
  readonly signal: AbortSignal;
}

/**
 * What lies below a folder, in the order of the paths' characters; ignore files respected, `.git` left out, links
 * neither followed nor given. Folders that cannot be read are passed over.
 */
export async function* walk(folder: string, options: WalkOptions): AsyncGenerator<Walked> {
  yield* walkIn({ path: folder, inner: "", ignoring: await ignoringIn(folder), level: 1 }, options);
}

interface Step {
  readonly path: string;
  readonly inner: string;
  readonly ignoring: Ignoring;
  readonly level: number;
}

async function* walkIn(step: Step, options: WalkOptions): AsyncGenerator<Walked> {
  options.signal.throwIfAborted();
  const entries = await readdir(step.path, { withFileTypes: true }).catch((): Dirent[] => []);
  for (const { name, kind } of sorted(entries)) {
    const path = join(step.path, name);
    if (step.ignoring.ignores(path, kind)) continue;
    const inner = step.inner === "" ? name : `${step.inner}/${name}`;
    yield { path, inner, kind };
    if (kind === "file" || step.level >= (options.depth ?? Number.POSITIVE_INFINITY)) continue;
    yield* walkIn({ path, inner, ignoring: await step.ignoring.below(path), level: step.level + 1 }, options);
  }
}

function sorted(entries: readonly Dirent[]): { name: string; kind: "file" | "folder" }[] {
  return entries
    .filter((entry) => (entry.isFile() || entry.isDirectory()) && entry.name !== ".git")
    .map((entry) => ({ name: entry.name, kind: entry.isFile() ? ("file" as const) : ("folder" as const) }))
    .map((entry) => ({ ...entry, key: entry.kind === "file" ? entry.name : `${entry.name}/` }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
