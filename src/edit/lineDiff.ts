import { diffArrays } from "diff";

/** A stretch of lines that differs: line indices from 0, ends exclusive. One of the two sides may be empty. */
export interface LineChange {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Longer than this the finest diff is not worth waiting for. */
const MAX_MS = 300;

/** Lines with their own endings; the last may have none. Joined they are the text. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** What turns one list of lines into the other, in order, with at least one common line between two changes. Where the
 * finest diff takes too long, one change from the first difference to the last. */
export function lineDiff(before: readonly string[], after: readonly string[]): LineChange[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const [oldEnd, newEnd] = [before.length - tail, after.length - tail];
  if (oldEnd === head && newEnd === head) return [];
  const whole = [{ oldStart: head, oldEnd, newStart: head, newEnd }];
  if (oldEnd === head || newEnd === head) return whole;
  const parts = diffArrays(before.slice(head, oldEnd), after.slice(head, newEnd), { timeout: MAX_MS });
  return parts === undefined ? whole : changesOf(parts, head);
}

interface Part {
  readonly added?: boolean;
  readonly removed?: boolean;
  readonly count?: number;
  readonly value: readonly string[];
}

function changesOf(parts: readonly Part[], offset: number): LineChange[] {
  const changes: LineChange[] = [];
  let [oldAt, newAt] = [offset, offset];
  let open: LineChange | undefined;
  for (const { added, removed, value } of parts) {
    if (!added && !removed) {
      if (open) changes.push(open);
      open = undefined;
      oldAt += value.length;
      newAt += value.length;
      continue;
    }
    const start = open ?? { oldStart: oldAt, newStart: newAt };
    if (removed) oldAt += value.length;
    else newAt += value.length;
    open = { oldStart: start.oldStart, newStart: start.newStart, oldEnd: oldAt, newEnd: newAt };
  }
  if (open) changes.push(open);
  return changes;
}
