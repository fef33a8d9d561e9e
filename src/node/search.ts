import { ToolError } from "../agent/errors.ts";
import type { Place, Search, TextMatch } from "../agent/ports.ts";
import type { Root } from "./places.ts";
import { createRipgrepSearch } from "./ripgrepSearch.ts";
import { createScanSearch } from "./scanSearch.ts";
import { LINE_BY_LINE, shownIn, type TextSearcher, targetsOf } from "./searchIn.ts";
import { walk } from "./walk.ts";

export interface SearchOptions {
  readonly roots: () => readonly Root[];
  /** The absolute path of a ripgrep; looked for at the first search, once. */
  readonly ripgrep: () => Promise<string | undefined>;
}

/** Searches the disk, with ripgrep where there is one. */
export function createSearch({ roots, ripgrep }: SearchOptions): Search {
  let searcher: Promise<TextSearcher> | undefined;
  const ready = () => {
    searcher ??= ripgrep().then((program) => (program ? createRipgrepSearch(program) : createScanSearch()));
    return searcher;
  };
  return {
    async text(query, options) {
      if (query.pattern === "") throw new ToolError("The pattern is empty.");
      if (query.pattern.includes("\n")) throw new ToolError(LINE_BY_LINE);
      const found = await (await ready()).text(query, targetsOf(query.within, roots()), options);
      const matches = found.matches.sort(byPlace);
      return { matches: matches.slice(0, query.limit), more: found.more || matches.length > query.limit };
    },
    async files({ glob, within, limit }, options) {
      refuseFile(within);
      const found = await (await ready()).files({ glob, limit }, targetsOf(within, roots()), options);
      const paths = found.paths.sort(byCharacters);
      return { paths: paths.slice(0, limit), more: found.more || paths.length > limit };
    },
    async list({ folder, depth, limit }, { signal }) {
      refuseFile(folder);
      const paths: string[] = [];
      const targets = targetsOf(folder, roots());
      for (const target of targets) {
        if (targets.length > 1) paths.push(`${target.shown}/`);
        const levels = targets.length > 1 ? depth - 1 : depth;
        if (levels < 1) continue;
        for await (const { inner, kind } of walk(target.path, { depth: levels, signal })) {
          if (paths.length >= limit) return { paths, more: true };
          paths.push(`${shownIn(target, inner)}${kind === "folder" ? "/" : ""}`);
        }
      }
      return { paths, more: false };
    },
  };
}

function refuseFile({ kind, shown }: Place): void {
  if (kind !== "folder") throw new ToolError(`${shown} is not a folder.`);
}

function byPlace(a: TextMatch, b: TextMatch): number {
  return byCharacters(a.shown, b.shown) || a.line - b.line;
}

function byCharacters(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
