import { createContext, Script } from "node:vm";
import { ToolError } from "../agent/errors.ts";
import type { TextQuery } from "../agent/ports.ts";
import { LINE_BY_LINE, MAX_LINE } from "./searchIn.ts";

export interface ScannedLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** Finds the matching lines of a text, a few more than wanted at the most. */
export type LineScan = (text: string) => ScannedLine[];

const MAX_MS_A_TEXT = 500;

/** Throws ToolError for patterns that cannot be used; the scan throws it for one that takes too long. */
export function lineScan({ pattern, literal, ignoreCase, limit }: TextQuery): LineScan {
  if (!literal && /(^|[^\\])(\\\\)*\\n/.test(pattern)) throw new ToolError(LINE_BY_LINE);
  const expression = compile(literal ? pattern.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&") : pattern, ignoreCase);
  const scan: LineScan = (text) => scanLines(text, expression, limit + 1);
  return literal || !/[*+?{|]/.test(pattern) ? scan : interruptible(scan);
}

function scanLines(text: string, expression: RegExp, limit: number): ScannedLine[] {
  const found: ScannedLine[] = [];
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const [index, raw] of lines.entries()) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (expression.test(line)) found.push({ line: index + 1, text: line.slice(0, MAX_LINE) });
    if (found.length >= limit) break;
  }
  return found;
}

/** Repetition within repetition, or choice after choice, can take longer than the universe on one line; called from a script it can be ended. */
function interruptible(scan: LineScan): LineScan {
  let text = "";
  const context = createContext({ scan: () => scan(text) });
  const script = new Script("scan()");
  return (next) => {
    text = next;
    try {
      return script.runInContext(context, { timeout: MAX_MS_A_TEXT }) as ScannedLine[];
    } catch (error) {
      throw new ToolError("The pattern takes too long. Write one without nested repetition or many choices.", {
        cause: error,
      });
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
