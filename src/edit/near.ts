import { type Alignment, alignments } from "./alignment.ts";
import { indentOf } from "./indent.ts";
import { keepCommon, type MatchedLine } from "./keep.ts";
import { type LineChange, lineDiff } from "./lineDiff.ts";
import { endingAt, toLf } from "./lines.ts";
import { type Found, type Passage, reindented, shiftFor } from "./match.ts";
import { merged, mergedWords } from "./merge.ts";
import { isMisquote } from "./misquote.ts";
import { type Source, viewOf } from "./source.ts";

/** A passage of the file that looks like one that is not there. */
export interface Nearest {
  /** Lines, from 1, inclusive. */
  readonly from: number;
  readonly to: number;
  /** 0 to 1, by what both have in common over what both have. */
  readonly likeness: number;
  /** The first lines that differ; `line` from 1, undefined for one that the file does not have. */
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly line: number | undefined;
  /** undefined for a line that only the file has. */
  readonly given: string | undefined;
  readonly file: string | undefined;
}

/**
 * A passage this much like the one given is taken for it: one misquoted word in three or four lines is above, another
 * function of the same shape is below.
 */
const LIKE_ENOUGH = 0.85;
/** The next best place must be less alike by this, else it is a guess between two. */
const CLEARLY = 0.08;
/** A line alone says little: it must be long. Several must have so many characters between them. */
const MIN_SINGLE_LINE = 50;
const MIN_CHARACTERS = 24;

export interface NearMatch {
  readonly found: Found;
  readonly nearest: Nearest;
}

/** The one passage of whole lines that is clearly meant, if there is one. */
export function findNear(source: Source, passage: Passage): NearMatch | undefined {
  const given = bodyOf(passage.oldText);
  const filled = given.lines.filter((line) => line.trim() !== "");
  const characters = filled.reduce((sum, line) => sum + line.trim().length, 0);
  if (characters < (filled.length === 1 ? MIN_SINGLE_LINE : MIN_CHARACTERS)) return undefined;
  const [best, second] = alignments(source, given.lines);
  if (!best || best.likeness < LIKE_ENOUGH) return undefined;
  if (second && best.likeness - second.likeness < CLEARLY) return undefined;
  if (!isSamePassage(source, given.lines, best)) return undefined;
  // A passage that repeats itself lies over its own place once more, some lines on.
  const again = best.rivals.filter(({ likeness }) => best.likeness - likeness < CLEARLY);
  if (again.some((rival) => isSamePassage(source, given.lines, rival))) return undefined;
  const site = siteOf(source, passage, given, best);
  return site && { found: { stage: "near", sites: [site], within: [] }, nearest: nearestOf(source, given.lines, best) };
}

/** Its first and its last line are there, and no line of it is another line than the model believed. */
function isSamePassage(source: Source, given: readonly string[], { partners }: Alignment): boolean {
  if (partners[0] === undefined || partners.at(-1) === undefined) return false;
  return partners.every((partner, i) => {
    if (partner === undefined) return true;
    const [line, there] = [viewOf(given[i] ?? "", "bareLooks"), viewOf(source.lines[partner] ?? "", "bareLooks")];
    return line === there || isMisquote(line, there);
  });
}

/** What looks most like the passage, the best first. */
export function nearestTo(source: Source, oldText: string, limit: number): Nearest[] {
  const { lines } = bodyOf(oldText);
  return alignments(source, lines)
    .slice(0, limit)
    .map((alignment) => nearestOf(source, lines, alignment));
}

interface Body {
  readonly lines: readonly string[];
  /** Blank lines left out before and behind it; the second counts what follows a line break at the end too. */
  readonly lead: number;
  readonly trail: number;
}

/** The lines from the first to the last that is not blank. */
function bodyOf(text: string): Body {
  const lines = toLf(text).split("\n");
  let lead = 0;
  while (lead < lines.length && lines[lead]?.trim() === "") lead++;
  let end = lines.length;
  while (end > lead && lines[end - 1]?.trim() === "") end--;
  return { lines: lines.slice(lead, end), lead, trail: lines.length - end };
}

const MAX_DIFFERENCES = 3;

function nearestOf(source: Source, given: readonly string[], alignment: Alignment): Nearest {
  const differences: Difference[] = [];
  const there = (line: number) => withoutCr(source.lines[line] ?? "");
  let at = alignment.from;
  for (const [i, partner] of alignment.partners.entries()) {
    if (partner === undefined) {
      differences.push({ line: undefined, given: given[i], file: undefined });
      continue;
    }
    for (; at < partner; at++) differences.push({ line: at + 1, given: undefined, file: there(at) });
    at = partner + 1;
    if (there(partner).trimEnd() !== given[i]?.trimEnd()) {
      differences.push({ line: partner + 1, given: given[i], file: there(partner) });
    }
  }
  const { from, to, likeness: alike } = alignment;
  return { from: from + 1, to: to + 1, likeness: alike, differences: differences.slice(0, MAX_DIFFERENCES) };
}

function withoutCr(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function siteOf(source: Source, { newText }: Passage, given: Body, alignment: Alignment) {
  const { from, to, partners } = alignment;
  const pairs = partners.flatMap((partner, i) => {
    const line = given.lines[i] ?? "";
    if (partner === undefined || line.trim() === "") return [];
    return [{ given: indentOf(line), file: indentOf(source.lines[partner] ?? "") }];
  });
  const shift = shiftFor(pairs, newText);
  if (!shift) return undefined;
  const free = shift.freeFirst ? { reindent: (indent: string) => indent || (pairs[0]?.file ?? "") } : undefined;
  const shifted = (text: string) => {
    const lines = reindented(text, shift).split("\n");
    // The first line was given without its indentation; here whole lines are compared.
    if (free && lines[0] !== undefined) lines[0] = free.reindent(indentOf(lines[0])) + lines[0].trimStart();
    return lines;
  };
  const base = shifted(given.lines.join("\n")).map((line) => line.trimEnd());
  const theirs = source.lines.slice(from, to + 1).map((line) => line.trimEnd());
  const wanted = bodyFor(newText, given);
  const ours = wanted === undefined ? [] : shifted(wanted).map((line) => line.trimEnd());
  const text = merged(
    { base, theirs, ours },
    { theirs: changesOf(base, theirs, partners, from), ours: lineDiff(base, ours) },
    mergedWords,
  );
  if (!text) return undefined;
  return written(source, alignment, theirs, { text, endsLine: given.trail > 0 });
}

/** The new text's lines without the padding that the passage has; undefined when it is nothing. */
function bodyFor(newText: string, given: Body): string | undefined {
  const lines = toLf(newText).split("\n");
  let lead = 0;
  while (lead < given.lead && lines[lead]?.trim() === "") lead++;
  let trail = 0;
  while (trail < given.trail && lines[lines.length - 1 - trail]?.trim() === "") trail++;
  return newText.trim() === "" ? undefined : lines.slice(lead, lines.length - trail).join("\n");
}

function changesOf(
  base: readonly string[],
  theirs: readonly string[],
  partners: readonly (number | undefined)[],
  from: number,
): LineChange[] {
  const changes: LineChange[] = [];
  let [oldAt, newAt] = [0, 0];
  const differ = (oldEnd: number, newEnd: number) => {
    if (oldEnd > oldAt || newEnd > newAt) changes.push({ oldStart: oldAt, oldEnd, newStart: newAt, newEnd });
  };
  for (const [i, partner] of partners.entries()) {
    if (partner === undefined || base[i] !== theirs[partner - from]) continue;
    differ(i, partner - from);
    [oldAt, newAt] = [i + 1, partner - from + 1];
  }
  differ(base.length, theirs.length);
  return changes;
}

interface Written {
  readonly text: readonly string[];
  readonly endsLine: boolean;
}

function written(source: Source, { from, to }: Alignment, theirs: readonly string[], { text, endsLine }: Written) {
  const isLast = to === source.lines.length - 1;
  const breaks = endsLine && !isLast;
  const lines = theirs.map((content, i): MatchedLine => {
    const rest = (source.lines[from + i] ?? "").slice(content.length);
    const space = rest.replace(/\r$/, "");
    const ended = i < theirs.length - 1 || breaks;
    return { given: content, file: content, space, ending: ended ? `${rest.slice(space.length)}\n` : "" };
  });
  if (breaks) lines.push({ given: "", file: "", space: "", ending: "" });
  const start = source.starts[from] ?? 0;
  const end = breaks
    ? (source.starts[to + 1] ?? 0)
    : (source.starts[to] ?? 0) + withoutCr(source.lines[to] ?? "").length;
  const body = text.join("\n") + (breaks && text.length > 0 ? "\n" : "");
  const ending = endingAt(source.text, end);
  return {
    start,
    end,
    text: keepCommon(lines, body, { compared: (line) => line.trimEnd(), units: (line) => line.split(""), ending }),
  };
}
