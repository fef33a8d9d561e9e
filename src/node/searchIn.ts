import { sep } from "node:path";
import type { Place, TextMatch, TextQuery } from "../agent/ports.ts";
import { isSecret } from "../approval/paths.ts";
import { compileGlob } from "./glob.ts";
import { type Root, rootLabels, shownUnder, WHOLE_WORKSPACE } from "./places.ts";

/** A file or folder to search, and how what is found in it is shown. */
export interface Target {
  /** Absolute. */
  readonly path: string;
  readonly shown: string;
  readonly kind: Place["kind"];
}

/** More than one only for the whole of a workspace with several folders. */
export function targetsOf(within: Place, roots: readonly Root[]): Target[] {
  if (roots.length > 1 && within.shown === WHOLE_WORKSPACE) {
    const labels = rootLabels(roots);
    return roots.map(({ path }, i) => ({ path, shown: labels[i] ?? "", kind: "folder" }));
  }
  return [{ path: within.path, shown: within.shown, kind: within.kind }];
}

/** `inner` is relative to the target, "" for the target itself. */
export function shownIn(target: Target, inner: string): string {
  return inner === "" ? target.shown : shownUnder(target.shown === "." ? "" : target.shown, inner.split(sep).join("/"));
}

/** A glob may be meant from the folder that is searched, or from the workspace's. */
export function globTest(glob: string | undefined): (inner: string, shown: string) => boolean {
  if (glob === undefined) return () => true;
  const test = compileGlob(glob);
  return (inner, shown) => test(inner) || test(shown);
}

/** Files that may hold secrets are read only when they are asked for by name, which is judged as a read of its own. */
export function isWithheld(target: Target, inner: string): boolean {
  return inner !== "" && isSecret(`${target.path}/${inner}`);
}

/** One way to search. What comes is neither sorted nor cut at the limit, but bounded. */
export interface TextSearcher {
  text(
    query: TextQuery,
    targets: readonly Target[],
    options: { readonly signal: AbortSignal },
  ): Promise<{ matches: TextMatch[]; more: boolean }>;
  files(
    query: { readonly glob: string; readonly limit: number },
    targets: readonly Target[],
    options: { readonly signal: AbortSignal },
  ): Promise<{ paths: string[]; more: boolean }>;
}

/** Lines longer than this are cut where they are found: a minified file must not fill the memory. */
export const MAX_LINE = 2_000;
/** Larger files are not searched. */
export const MAX_FILE_BYTES = 5_000_000;

export const LINE_BY_LINE = "The search goes line by line: the pattern cannot hold a line break.";
