import { open } from "node:fs/promises";
import type { TextMatch } from "../agent/ports.ts";
import { lineScan } from "./lineScan.ts";
import { globTest, isWithheld, MAX_FILE_BYTES, shownIn, type Target, type TextSearcher } from "./searchIn.ts";
import { utf16Of } from "./text.ts";
import { walk } from "./walk.ts";

/** Searches with Node alone, for where there is no ripgrep. Gives what ripgrep gives, in order, but slower. */
export function createScanSearch(): TextSearcher {
  return {
    async text(query, targets, { signal }) {
      const scan = lineScan(query);
      const wanted = globTest(query.glob);
      const matches: TextMatch[] = [];
      for (const target of targets) {
        for await (const { shown, text } of textsOf(target, wanted, signal)) {
          for (const { line, text: found } of scan(text)) matches.push({ shown, line, text: found });
          if (matches.length > query.limit) return { matches, more: true };
        }
      }
      return { matches, more: false };
    },
    async files({ glob, limit }, targets, { signal }) {
      const wanted = globTest(glob);
      const paths: string[] = [];
      for (const target of targets) {
        for await (const { inner } of filesOf(target, signal)) {
          const shown = shownIn(target, inner);
          if (wanted(inner, shown)) paths.push(shown);
          if (paths.length > limit) return { paths, more: true };
        }
      }
      return { paths, more: false };
    },
  };
}

const READ_AHEAD = 16;

/** The texts to search, in order; some are read ahead. */
async function* textsOf(
  target: Target,
  wanted: (inner: string, shown: string) => boolean,
  signal: AbortSignal,
): AsyncGenerator<{ shown: string; text: string }> {
  const ahead: Promise<{ shown: string; text: string | undefined }>[] = [];
  const next = async function* () {
    const read = await ahead.shift();
    if (read?.text !== undefined) yield { shown: read.shown, text: read.text };
  };
  for await (const { path, inner } of filesOf(target, signal)) {
    const shown = shownIn(target, inner);
    if (isWithheld(target, inner) || !wanted(inner || shown, shown)) continue;
    ahead.push(readSearchable(path).then((text) => ({ shown, text })));
    if (ahead.length >= READ_AHEAD) yield* next();
  }
  while (ahead.length > 0) yield* next();
}

async function* filesOf(target: Target, signal: AbortSignal): AsyncGenerator<{ path: string; inner: string }> {
  if (target.kind === "file") {
    yield { path: target.path, inner: "" };
    return;
  }
  for await (const { path, inner, kind } of walk(target.path, { signal })) if (kind === "file") yield { path, inner };
}

/** undefined for what is not searched: binary, too large, gone. */
async function readSearchable(path: string): Promise<string | undefined> {
  try {
    const file = await open(path);
    try {
      const found = await file.stat();
      if (!found.isFile() || found.size > MAX_FILE_BYTES) return undefined;
      return textOf(await file.readFile());
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

function textOf(bytes: Buffer): string | undefined {
  const marked = bytes[0] === 0xff || bytes[0] === 0xfe ? utf16Of(bytes) : undefined;
  if (marked) return new TextDecoder(marked === "LE" ? "utf-16le" : "utf-16be").decode(bytes);
  if (bytes.includes(0)) return undefined;
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}
