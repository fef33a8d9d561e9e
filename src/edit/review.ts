import { type LineChange, lineDiff, splitLines } from "./lineDiff.ts";

/**
 * What an agent changed in a text, and what a person changed in it afterwards. Three texts tell both apart: `before` the
 * agent's changes that nobody has kept yet, `after` them, and as it is `now`. Line indices count from 0, ends exclusive.
 */
export interface ReviewTexts {
  readonly before: string;
  readonly after: string;
  readonly now: string;
}

/** A change of the agent's that stands in the text. */
export interface ReviewHunk {
  readonly beforeStart: number;
  readonly beforeEnd: number;
  readonly afterStart: number;
  readonly afterEnd: number;
  readonly nowStart: number;
  readonly nowEnd: number;
  /** The person has edited inside it: undoing it would take their words too. */
  readonly touched: boolean;
}

export interface Comparison {
  readonly hunks: readonly ReviewHunk[];
  /** Lines with their own endings. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly now: readonly string[];
  /** `before` in the line endings that `now` has throughout: what an undo writes. */
  readonly beforeAsNow: readonly string[];
  readonly stretches: readonly Stretch[];
}

/** `same`: nobody changed it; `user`: only the person did; `agent`: only the agent; `both`: one on top of the other. */
interface Stretch extends Omit<ReviewHunk, "touched"> {
  readonly by: "same" | "user" | "agent" | "both";
}

export function compareTexts({ before, after, now }: ReviewTexts): Comparison {
  const lines = { before: splitLines(before), after: splitLines(after), now: splitLines(now) };
  const ending = onlyEnding(lines.now);
  // An editor gives a text one line ending throughout: that alone is no change of any line.
  const foreign = ending !== undefined && now !== after && onlyEnding(lines.after) !== ending;
  const as = foreign ? (list: readonly string[]) => withEnding(list, ending) : (list: readonly string[]) => list;
  const [beforeAsNow, afterAsNow] = [as(lines.before), as(lines.after)];
  const stretches = stretchesOf(lineDiff(beforeAsNow, afterAsNow), lineDiff(afterAsNow, lines.now), lines);
  const hunks: ReviewHunk[] = [];
  for (const { by, ...ranges } of stretches) {
    if (by === "same" || by === "user") continue;
    if (by === "both" && isBack(ranges, beforeAsNow, lines.now)) continue;
    hunks.push({ ...ranges, touched: by === "both" });
  }
  return { ...lines, beforeAsNow, stretches, hunks };
}

/** The text now without the agent's hunks: what gutter marks are drawn against. */
export function baselineOf({ stretches, beforeAsNow, now }: Comparison): string {
  return joinLines(
    stretches.map((part) =>
      part.by === "agent" || part.by === "both"
        ? beforeAsNow.slice(part.beforeStart, part.beforeEnd)
        : now.slice(part.nowStart, part.nowEnd),
    ),
  );
}

/**
 * The `before` of the agent's next change, which starts out from `now`: the person's own changes belong to it. Hunks
 * that they touched count as kept, so that nothing of theirs is ever undone with the agent's.
 */
export function carriedOver({ stretches, beforeAsNow, now }: Comparison): string {
  return joinLines(
    stretches.map((part) =>
      part.by === "agent" ? beforeAsNow.slice(part.beforeStart, part.beforeEnd) : now.slice(part.nowStart, part.nowEnd),
    ),
  );
}

/** The `before` of which these hunks are a part. */
export function keepHunks({ stretches, before, after }: Comparison, hunks: readonly ReviewHunk[]): string {
  const kept = startsOf(hunks);
  return joinLines(
    stretches.map((part) =>
      isHunk(part, kept) ? after.slice(part.afterStart, part.afterEnd) : before.slice(part.beforeStart, part.beforeEnd),
    ),
  );
}

/** The text without these hunks, and the `after` to which they no longer belong. */
export function undoHunks(comparison: Comparison, hunks: readonly ReviewHunk[]): { after: string; now: string } {
  const { stretches, before, beforeAsNow, after, now } = comparison;
  const undone = startsOf(hunks);
  return {
    after: joinLines(
      stretches.map((part) =>
        isHunk(part, undone)
          ? before.slice(part.beforeStart, part.beforeEnd)
          : after.slice(part.afterStart, part.afterEnd),
      ),
    ),
    now: joinLines(
      stretches.map((part) =>
        isHunk(part, undone)
          ? beforeAsNow.slice(part.beforeStart, part.beforeEnd)
          : now.slice(part.nowStart, part.nowEnd),
      ),
    ),
  };
}

function startsOf(hunks: readonly ReviewHunk[]): ReadonlySet<string> {
  return new Set(hunks.map(hunkId));
}

function isHunk(part: Stretch, chosen: ReadonlySet<string>): boolean {
  return (part.by === "agent" || part.by === "both") && chosen.has(hunkId(part));
}

/** Names a hunk between the same `before` and `after`, wherever it stands by now. */
export function hunkId(hunk: Omit<ReviewHunk, "touched">): string {
  return [hunk.beforeStart, hunk.beforeEnd, hunk.afterStart, hunk.afterEnd].join("-");
}

/** What was done to a hunk by hand may have undone it. */
function isBack(
  { beforeStart, beforeEnd, nowStart, nowEnd }: Omit<ReviewHunk, "touched">,
  before: readonly string[],
  now: readonly string[],
): boolean {
  if (beforeEnd - beforeStart !== nowEnd - nowStart) return false;
  for (let i = 0; i < nowEnd - nowStart; i++) if (before[beforeStart + i] !== now[nowStart + i]) return false;
  return true;
}

/** A change in terms of `after`, the text that both sides know. */
interface Side {
  readonly by: "agent" | "user";
  readonly start: number;
  readonly end: number;
  /** By how many lines the other text is longer here. */
  readonly growth: number;
}

function stretchesOf(
  agent: readonly LineChange[],
  user: readonly LineChange[],
  lines: { readonly after: readonly string[] },
): Stretch[] {
  const sides: Side[] = [
    ...agent.map(({ oldStart, oldEnd, newStart, newEnd }) => ({
      by: "agent" as const,
      start: newStart,
      end: newEnd,
      growth: oldEnd - oldStart - (newEnd - newStart),
    })),
    ...user.map(({ oldStart, oldEnd, newStart, newEnd }) => ({
      by: "user" as const,
      start: oldStart,
      end: oldEnd,
      growth: newEnd - newStart - (oldEnd - oldStart),
    })),
  ].sort((a, b) => a.start - b.start || a.end - b.end);

  const stretches: Stretch[] = [];
  let at = 0;
  const shift = { before: 0, now: 0 };
  const add = (by: Stretch["by"], end: number, growth: { before: number; now: number }) => {
    const start = at;
    const beforeStart = start + shift.before;
    const nowStart = start + shift.now;
    shift.before += growth.before;
    shift.now += growth.now;
    at = end;
    stretches.push({
      by,
      beforeStart,
      beforeEnd: end + shift.before,
      afterStart: start,
      afterEnd: end,
      nowStart,
      nowEnd: end + shift.now,
    });
  };
  for (let i = 0; i < sides.length; ) {
    const first = sides[i];
    if (!first) break;
    let { by, end }: { by: Stretch["by"]; end: number } = first;
    const growth = { before: 0, now: 0 };
    const take = (side: Side) => {
      growth[side.by === "agent" ? "before" : "now"] += side.growth;
      if (side.by !== by) by = "both";
      end = Math.max(end, side.end);
      i++;
    };
    take(first);
    for (let next = sides[i]; next && overlaps({ start: first.start, end }, next); next = sides[i]) take(next);
    if (first.start > at) add("same", first.start, { before: 0, now: 0 });
    add(by, end, growth);
  }
  if (at < lines.after.length) add("same", lines.after.length, { before: 0, now: 0 });
  return stretches;
}

/** Side by side is no overlap; two insertions at the same place are: nobody could tell their order. */
function overlaps(a: { readonly start: number; readonly end: number }, b: Side): boolean {
  if (a.start < b.end && b.start < a.end) return true;
  return a.start === a.end && b.start === b.end && a.start === b.start;
}

/** The ending that all lines have, undefined when they differ or have none. The last line may be without. */
function onlyEnding(lines: readonly string[]): "\n" | "\r\n" | undefined {
  let only: "\n" | "\r\n" | undefined;
  for (const line of lines) {
    if (!line.endsWith("\n")) continue;
    const ending = line.endsWith("\r\n") ? "\r\n" : "\n";
    if (only !== undefined && only !== ending) return undefined;
    only = ending;
  }
  return only;
}

function withEnding(lines: readonly string[], ending: "\n" | "\r\n"): string[] {
  return lines.map((line) => line.replace(/\r?\n$/, ending));
}

/** A line without an ending was the last of its text: when others follow, it gets the one of its neighbours. */
function joinLines(parts: readonly (readonly string[])[]): string {
  const lines = parts.flat();
  for (const [i, line] of lines.entries()) {
    if (line.endsWith("\n") || i === lines.length - 1) continue;
    const neighbour = lines[i - 1] ?? lines[i + 1] ?? "";
    lines[i] = `${line}${neighbour.endsWith("\r\n") ? "\r\n" : "\n"}`;
  }
  return lines.join("");
}
