import { open } from "node:fs/promises";
import { createContext, Script } from "node:vm";
import { ToolError } from "../agent/errors.ts";
import type { TextMatch, TextQuery } from "../agent/ports.ts";
import { LINE_BY_LINE, globTest, isWithheld, MAX_FILE_BYTES, MAX_LINE, shownIn, type Target, type TextSearcher } from "./searchIn.ts";
import { utf16Of } from "./text.ts";
import { walk } from "./walk.ts";

/** Searches with Node alone, for where there is no ripgrep. Gives what ripgrep gives, in order, but slower. */
export function createScanSearch(): TextSearcher {
  return {
    async text(query, targets, { signal }) {
      const scan = lineScanner(query);
      const wanted = globTest(query.glob);
      const matches: TextMatch[] = [];
      for (const target of targets) {
        for await (const { path, inner } of filesOf(target, signal)) {
          const shown = shownIn(target, inner);
          if (isWithheld(target, inner) || !wanted(inner || shown, shown)) continue;
          const text = await readSearchable(path);
          if (text === undefined) continue;
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

interface ScannedLine {
  readonly line: number;
  readonly text: string;
}

/** A hostile pattern can take longer than the universe on one line; in a context of its own it can be interrupted. */
const MAX_MS_A_FILE = 500;
const SCAN = `{
  const found = [];
  const lines = text.split("\\n");
  if (lines.at(-1) === "") lines.pop();
  for (const [index, raw] of lines.entries()) {
    const line = raw.endsWith("\\r") ? raw.slice(0, -1) : raw;
    if (expression.test(line)) found.push([index + 1, line.slice(0, maxLine)]);
    if (found.length >= maxFound) break;
  }
  found;
}`;

function lineScanner({ pattern, literal, ignoreCase, limit }: TextQuery): (text: string) => ScannedLine[] {
  if (!literal && /(^|[^\\])(\\\\)*\\n/.test(pattern)) throw new ToolError(LINE_BY_LINE);
  const expression = compile(literal ? pattern.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&") : pattern, ignoreCase);
  const context = createContext({ expression, text: "", maxLine: MAX_LINE, maxFound: limit + 1 });
  const script = new Script(SCAN);
  return (text) => {
    context.text = text;
    try {
      const found = script.runInContext(context, { timeout: MAX_MS_A_FILE }) as [number, string][];
      return found.map(([line, words]) => ({ line, text: words }));
    } catch (error) {
      throw new ToolError("The pattern takes too long. Write one without nested repetition.", { cause: error });
    }
  };
}

function compile(pattern: string, ignoreCase: boolean): RegExp {
  const inline = /^\(\?([ims]+)\)/.exec(pattern);
  const source = inline ? pattern.slice(inline[0].length) : pattern;
  const flags = ignoreCase || inline?.[1]?.includes("i") ? "i" : "";
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    try {
      // Escapes that Unicode mode refuses, such as "\\-", are harmless.
      return new RegExp(source, flags);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new ToolError(`The pattern cannot be used: ${words}\nFor plain text set literal.`, { cause: error });
    }
  }
}
