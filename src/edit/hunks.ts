import type { FileChange, Hunk } from "../agent/ports.ts";
import { type LineChange, lineDiff, splitLines } from "./lineDiff.ts";
import { countBreaks } from "./lines.ts";

/** What a change of text looks like to a person: the fields of a `FileChange` that the two texts can tell. */
export type TextChange = Pick<FileChange, "added" | "removed" | "hunks" | "truncated">;

const CONTEXT = 3;
const MAX_LINES = 600;
const MAX_LINE_LENGTH = 1_000;

/** One comparison of two texts. Whoever shows its hunks and later takes some of them must use the same one: a diff that
 * takes too long is given up for a coarser one, with other hunks. */
export interface Comparison {
  readonly change: TextChange;
  /** The first text with only the chosen hunks of `change`, by their indices; every other byte is its own. */
  taking(chosen: ReadonlySet<number>): string;
}

export function compareTexts(before: string, after: string): Comparison {
  const compared = compare(before, after);
  let added = 0;
  let removed = 0;
  for (const { oldStart, oldEnd, newStart, newEnd } of compared.changes) {
    added += newEnd - newStart;
    removed += oldEnd - oldStart;
  }
  return {
    change: { added, removed, ...bounded(compared) },
    taking: (chosen) => taking(compared, chosen),
  };
}

/** Unified hunks between two texts, bounded in size. `added` and `removed` count what was left out too. */
export function textChange(before: string, after: string): TextChange {
  return compareTexts(before, after).change;
}

/** The text `before` with only the chosen hunks of `textChange(before, after)`. */
export function withHunks(before: string, after: string, chosen: ReadonlySet<number>): string {
  return compareTexts(before, after).taking(chosen);
}

function taking({ head, old, now, tail, groups }: Compared, chosen: ReadonlySet<number>): string {
  let text = head;
  let at = 0;
  for (const [index, group] of groups.entries()) {
    if (!chosen.has(index)) continue;
    for (const { oldStart, oldEnd, newStart, newEnd } of group) {
      text += old.slice(at, oldStart).join("") + now.slice(newStart, newEnd).join("");
      at = oldEnd;
    }
  }
  return text + old.slice(at).join("") + tail;
}

interface Compared {
  /** What the two texts begin and end with in common, in whole lines; some of it is in `old` and `now` as context. */
  readonly head: string;
  readonly tail: string;
  /** The line, from 1, of `old[0]` and of `now[0]`. */
  readonly firstLine: number;
  readonly old: readonly string[];
  readonly now: readonly string[];
  readonly changes: readonly LineChange[];
  /** The changes of each hunk: those with little between them are shown as one. */
  readonly groups: readonly (readonly LineChange[])[];
}

function compare(before: string, after: string): Compared {
  const start = linesBack(before, commonStart(before, after), CONTEXT);
  const room = Math.min(before.length, after.length) - start;
  const end = linesOn(before, before.length - commonEnd(before, after, room), CONTEXT);
  const tail = before.slice(end);
  const old = splitLines(before.slice(start, end));
  const now = splitLines(after.slice(start, after.length - tail.length));
  const changes = lineDiff(old, now);
  const groups: LineChange[][] = [];
  let open: LineChange[] | undefined;
  for (const change of changes) {
    const last = open?.at(-1);
    if (open && last && change.oldStart - last.oldEnd <= 2 * CONTEXT) open.push(change);
    else {
      open = [change];
      groups.push(open);
    }
  }
  return { head: before.slice(0, start), tail, firstLine: countBreaks(before, start) + 1, old, now, changes, groups };
}

const STEP = 1 << 14;

/** How many characters two texts begin with in common. Long stretches are compared at once, which is what makes a small
 * change in a large file cheap. */
function commonStart(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at + STEP <= length && a.slice(at, at + STEP) === b.slice(at, at + STEP)) at += STEP;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

function commonEnd(a: string, b: string, most: number): number {
  let n = 0;
  while (
    n + STEP <= most &&
    a.slice(a.length - n - STEP, a.length - n) === b.slice(b.length - n - STEP, b.length - n)
  ) {
    n += STEP;
  }
  while (n < most && a.charCodeAt(a.length - n - 1) === b.charCodeAt(b.length - n - 1)) n++;
  return n;
}

/** The start of the line that holds `at`, and so many lines before it. */
function linesBack(text: string, at: number, lines: number): number {
  let start = at;
  for (let i = 0; i <= lines && start > 0; i++) start = start === 1 ? 0 : text.lastIndexOf("\n", start - 2) + 1;
  return start;
}

/** The end of the line that `at` stands in, and so many lines after it. */
function linesOn(text: string, at: number, lines: number): number {
  let end = at;
  for (let i = 0; i <= lines && end < text.length; i++) {
    const next = text.indexOf("\n", end);
    end = next < 0 ? text.length : next + 1;
  }
  return end;
}

function bounded({ old, now, groups, firstLine }: Compared): { hunks: Hunk[]; truncated: boolean } {
  const hunks: Hunk[] = [];
  let room = MAX_LINES;
  let truncated = false;
  const shown = (sign: " " | "+" | "-", line: string) => {
    const text = line.replace(/\r?\n$/, "");
    if (text.length <= MAX_LINE_LENGTH) return { sign, text };
    truncated = true;
    return { sign, text: `${text.slice(0, MAX_LINE_LENGTH)}…` };
  };
  for (const group of groups) {
    if (room <= 0) {
      truncated = true;
      break;
    }
    const [first, last] = [group[0], group.at(-1)];
    if (!first || !last) continue;
    const from = Math.max(0, first.oldStart - CONTEXT);
    const lines: { sign: " " | "+" | "-"; text: string }[] = [];
    const add = (sign: " " | "+" | "-", source: readonly string[], start: number, end: number) => {
      for (const line of source.slice(start, Math.min(end, start + room))) {
        lines.push(shown(sign, line));
        room--;
      }
      if (room <= 0) truncated = true;
    };
    let at = from;
    for (const { oldStart, oldEnd, newStart, newEnd } of group) {
      add(" ", old, at, oldStart);
      add("-", old, oldStart, oldEnd);
      add("+", now, newStart, newEnd);
      at = oldEnd;
    }
    add(" ", old, at, Math.min(old.length, at + CONTEXT));
    const newFrom = first.newStart - (first.oldStart - from);
    hunks.push({ oldStart: firstLine + from, newStart: firstLine + newFrom, lines });
  }
  return { hunks, truncated };
}
