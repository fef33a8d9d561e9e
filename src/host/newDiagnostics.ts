import type { Diagnostic } from "../agent/ports.ts";
import { lineDiff, splitLines } from "../edit/lineDiff.ts";

/** Which reports on a file came with a change of its text. Pure: texts and reports in, reports out. */

export interface Texts {
  readonly before: string;
  readonly after: string;
}

/** How lines moved by a change. Lines are counted from 1. */
interface Moves {
  /** Where a line that stayed as it was stands after; undefined when it was changed or removed. */
  readonly to: (line: number) => number | undefined;
  readonly isChanged: (line: number) => boolean;
  /** Names in the changed lines: all of them, and those that only one side has. */
  readonly names: ReadonlySet<string>;
  readonly comeOrGone: ReadonlySet<string>;
}

/** Those that were not there before. The same words on a line that only moved are the same report. */
export function newDiagnostics(
  before: readonly Diagnostic[],
  after: readonly Diagnostic[],
  texts: Texts | undefined,
): Diagnostic[] {
  const moves = texts && movesOf(texts);
  const kept = new Map<string, number>();
  const edited = new Map<string, number>();
  for (const one of before) {
    const line = moves ? moves.to(one.line) : one.line;
    if (line === undefined) add(edited, keyOf(one));
    else add(kept, `${line} ${keyOf(one)}`);
  }
  return after.filter((one) => {
    if (take(kept, `${one.line} ${keyOf(one)}`)) return false;
    return !(moves?.isChanged(one.line) && take(edited, keyOf(one)));
  });
}

/**
 * Nobody reported on the file before it was changed, so what of this is new can only be told by what it is about: the
 * changed lines, or a name in them. An error elsewhere may be as old as the file.
 */
export function likelyNewDiagnostics(after: readonly Diagnostic[], texts: Texts): Diagnostic[] {
  const moves = movesOf(texts);
  const lines = texts.after.split("\n");
  return after.filter(({ line, column, severity, message }) => {
    if (moves.isChanged(line)) return true;
    if (severity !== "error") return false;
    const word = /^[\p{L}\p{N}_$]+/u.exec(lines[line - 1]?.slice(column - 1, column + 199) ?? "")?.[0];
    if (word !== undefined && moves.names.has(word)) return true;
    return quotedNames(message).some((name) => moves.comeOrGone.has(name));
  });
}

function quotedNames(message: string): string[] {
  return [...message.slice(0, 2_000).matchAll(/['"`‘“]([\p{L}\p{N}_$]{1,100})['"`’”]/gu)].map(([, name = ""]) => name);
}

function movesOf({ before, after }: Texts): Moves {
  const withoutCr = (text: string) => splitLines(text.replaceAll("\r\n", "\n"));
  const [old, now] = [withoutCr(before), withoutCr(after)];
  const changes = lineDiff(old, now);
  const namesIn = (lines: readonly string[]) => new Set(lines.join("").match(/[\p{L}\p{N}_$]+/gu) ?? []);
  const gone = namesIn(changes.flatMap(({ oldStart, oldEnd }) => old.slice(oldStart, oldEnd)));
  const come = namesIn(changes.flatMap(({ newStart, newEnd }) => now.slice(newStart, newEnd)));
  return {
    to: (line) => {
      let shift = 0;
      for (const { oldStart, oldEnd, newEnd } of changes) {
        if (line <= oldStart) break;
        if (line <= oldEnd) return undefined;
        shift = newEnd - oldEnd;
      }
      return line + shift;
    },
    isChanged: (line) => changes.some(({ newStart, newEnd }) => line > newStart && line <= newEnd),
    names: new Set([...gone, ...come].filter((name) => !/^\p{N}/u.test(name))),
    comeOrGone: new Set([...gone, ...come].filter((name) => !(gone.has(name) && come.has(name)))),
  };
}

/** What makes two reports say the same, wherever they stand. */
function keyOf({ severity, source, code, message }: Diagnostic): string {
  return JSON.stringify([severity, source, code, message]);
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function take(counts: Map<string, number>, key: string): boolean {
  const left = counts.get(key) ?? 0;
  if (left === 0) return false;
  counts.set(key, left - 1);
  return true;
}
