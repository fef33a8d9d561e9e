import { structuredPatch } from "diff";
import type { FileChange, Hunk } from "../agent/ports.ts";

/** What a change of text looks like to a person: the fields of a `FileChange` that the two texts can tell. */
export type TextChange = Pick<FileChange, "added" | "removed" | "hunks" | "truncated">;

const CONTEXT = 3;
const MAX_LINES = 600;
const MAX_LINE_LENGTH = 1_000;
/** Longer than this the finest diff is not worth waiting for: the changed stretch is shown as one hunk. */
const MAX_MS = 300;

/** Unified hunks between two texts, bounded in size. */
export function textChange(before: string, after: string): TextChange {
  const patch = structuredPatch("", "", before, after, undefined, undefined, { context: CONTEXT, timeout: MAX_MS });
  const hunks = patch ? patch.hunks.map((hunk) => fromPatch(hunk)) : coarseHunks(before, after);
  let added = 0;
  let removed = 0;
  for (const hunk of hunks) {
    for (const { sign } of hunk.lines) {
      if (sign === "+") added++;
      else if (sign === "-") removed++;
    }
  }
  return { added, removed, ...bounded(hunks) };
}

function fromPatch(hunk: { oldStart: number; newStart: number; lines: string[] }): Hunk {
  const lines: { sign: " " | "+" | "-"; text: string }[] = [];
  for (const line of hunk.lines) {
    const sign = line[0];
    // "\ No newline at end of file" is a remark of the format, not a line.
    if (sign === " " || sign === "+" || sign === "-") lines.push({ sign, text: withoutCr(line.slice(1)) });
  }
  return { oldStart: hunk.oldStart, newStart: hunk.newStart, lines };
}

function coarseHunks(before: string, after: string): Hunk[] {
  const old = linesOf(before);
  const now = linesOf(after);
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const from = Math.max(0, head - CONTEXT);
  const signed = (sign: " " | "+" | "-", lines: string[]) => lines.map((text) => ({ sign, text: withoutCr(text) }));
  return [
    {
      oldStart: from + 1,
      newStart: from + 1,
      lines: [
        ...signed(" ", old.slice(from, head)),
        ...signed("-", old.slice(head, old.length - tail)),
        ...signed("+", now.slice(head, now.length - tail)),
        ...signed(" ", old.slice(old.length - tail, old.length - tail + CONTEXT)),
      ],
    },
  ];
}

function bounded(hunks: readonly Hunk[]): { hunks: Hunk[]; truncated: boolean } {
  const kept: Hunk[] = [];
  let room = MAX_LINES;
  let truncated = false;
  for (const hunk of hunks) {
    if (room <= 0) {
      truncated = true;
      break;
    }
    const lines = hunk.lines.slice(0, room).map(({ sign, text }) => {
      if (text.length <= MAX_LINE_LENGTH) return { sign, text };
      truncated = true;
      return { sign, text: `${text.slice(0, MAX_LINE_LENGTH)}…` };
    });
    if (lines.length < hunk.lines.length) truncated = true;
    room -= lines.length;
    kept.push({ ...hunk, lines });
  }
  return { hunks: kept, truncated };
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function withoutCr(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
