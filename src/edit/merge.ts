import { type LineChange, lineDiff } from "./lineDiff.ts";

/** Two changes of the same text, joined. */
export interface Sides {
  readonly base: readonly string[];
  readonly theirs: readonly string[];
  readonly ours: readonly string[];
}

/** What both sides changed: parts of the base and of both sides that stand for each other. Its merge, or undefined. */
export type Conflict = (sides: Sides) => readonly string[] | undefined;

/** Merges by parts. Changes of the two sides may touch; where they overlap `resolve` decides. Undefined when it cannot. */
export function merged(
  { base, theirs, ours }: Sides,
  changes: { readonly theirs: readonly LineChange[]; readonly ours: readonly LineChange[] },
  resolve: Conflict,
): string[] | undefined {
  const out: string[] = [];
  const left = [...changes.theirs];
  const right = [...changes.ours];
  let at = 0;
  for (;;) {
    const [a, b] = [left[0], right[0]];
    if (!a && !b) return [...out, ...base.slice(at)];
    if (a && b && overlap(a, b)) {
      const { mine, yours } = cluster(left, right);
      const [start, end] = spanOf([...mine, ...yours]);
      const sides = {
        base: base.slice(start, end),
        theirs: theirs.slice(...sideSpan(mine, start, end)),
        ours: ours.slice(...sideSpan(yours, start, end)),
      };
      const resolved = sides.theirs.join("\0") === sides.ours.join("\0") ? sides.ours : resolve(sides);
      if (!resolved) return undefined;
      out.push(...base.slice(at, start), ...resolved);
      at = end;
      continue;
    }
    const fromTheirs = a !== undefined && (b === undefined || comesFirst(a, b));
    const next = fromTheirs ? left.shift() : right.shift();
    if (!next) continue;
    out.push(...base.slice(at, next.oldStart), ...(fromTheirs ? theirs : ours).slice(next.newStart, next.newEnd));
    at = next.oldEnd;
  }
}

function comesFirst(a: LineChange, b: LineChange): boolean {
  return a.oldStart < b.oldStart || (a.oldStart === b.oldStart && a.oldEnd <= b.oldEnd);
}

/** Two insertions at one place overlap; an insertion beside a change does not. */
function overlap(a: LineChange, b: LineChange): boolean {
  if (a.oldStart === a.oldEnd && b.oldStart === b.oldEnd) return a.oldStart === b.oldStart;
  return a.oldStart < b.oldEnd && b.oldStart < a.oldEnd;
}

/** Takes from both lists what hangs together. */
function cluster(left: LineChange[], right: LineChange[]): { mine: LineChange[]; yours: LineChange[] } {
  const mine: LineChange[] = [];
  const yours: LineChange[] = [];
  for (;;) {
    const [a, b] = [left[0], right[0]];
    if (a && (mine.length === 0 || yours.some((each) => overlap(a, each)))) {
      mine.push(a);
      left.shift();
    } else if (b && mine.some((each) => overlap(each, b))) {
      yours.push(b);
      right.shift();
    } else return { mine, yours };
  }
}

function spanOf(changes: readonly LineChange[]): [number, number] {
  return [Math.min(...changes.map((each) => each.oldStart)), Math.max(...changes.map((each) => each.oldEnd))];
}

function sideSpan(changes: readonly LineChange[], start: number, end: number): [number, number] {
  const [first, last] = [changes[0], changes.at(-1)];
  if (!first || !last) return [0, 0];
  return [first.newStart - (first.oldStart - start), last.newEnd + (end - last.oldEnd)];
}

/**
 * Lines that the model changed and that it had also quoted wrongly. Where it changed other words than the misquoted ones
 * both stand; anything else would take away what the model never saw.
 */
export function mergedWords({ base, theirs, ours }: Sides): readonly string[] | undefined {
  // Two insertions at one place have no order, but for blank lines it does not matter.
  if (base.length === 0) return theirs.every((line) => line.trim() === "") ? [...theirs, ...ours] : undefined;
  const [was, file, now] = [base, theirs, ours].map((lines) => wordsOf(lines.join("\n")));
  if (!was || !file || !now) return undefined;
  const changes = { theirs: lineDiff(was, file), ours: lineDiff(was, now) };
  const words = merged({ base: was, theirs: file, ours: now }, changes, () => undefined);
  return words?.join("").split("\n");
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
}
