import { likeness, type Profile, profileOf } from "./similarity.ts";
import { type Source, viewOf, wordsOf } from "./source.ts";

/** Longer passages are not compared line by line. */
const MAX_LINES = 400;
const MAX_CANDIDATES = 8;
/** So many lines may be missing or too many before two passages fall out of step. */
const BAND = 4;

/** A passage laid over a like one of the file. */
export interface Alignment {
  /** For each line of the passage the line of the file it stands for, ascending. */
  readonly partners: readonly (number | undefined)[];
  /** Line indices from 0, inclusive. */
  readonly from: number;
  readonly to: number;
  readonly likeness: number;
}

export interface Laid extends Alignment {
  /** Other ways to lay it there, over some of the same lines. */
  readonly rivals: readonly Alignment[];
}

const known = new WeakMap<Source, Map<string, readonly Laid[]>>();

/** Places like the passage, the best first, none overlapping a better one. */
export function alignments(source: Source, given: readonly string[]): readonly Laid[] {
  if (given.length === 0 || given.length > MAX_LINES) return [];
  const passage = given.join("\n");
  const before = known.get(source)?.get(passage);
  if (before) return before;
  const found = searched(source, given);
  known.set(source, (known.get(source) ?? new Map()).set(passage, found));
  return found;
}

function searched(source: Source, given: readonly string[]): readonly Laid[] {
  const profiles = given.map((line) => profileOf(viewOf(line, "bareLooks")));
  const found = candidates(source, profiles)
    .map((start) => aligned(source, profiles, windowAt(source, profiles, start)))
    .filter((each) => each !== undefined)
    .sort((a, b) => b.likeness - a.likeness || a.from - b.from);
  const kept: (Alignment & { readonly rivals: Alignment[] })[] = [];
  for (const each of found) {
    const over = kept.find((better) => each.from <= better.to && better.from <= each.to);
    if (!over) kept.push({ ...each, rivals: [] });
    else if (over.from !== each.from || over.to !== each.to) over.rivals.push(each);
  }
  // Of two that begin within a few lines of each other the better one hides the other.
  kept[0]?.rivals.push(...besides(source, profiles, kept[0]));
  return kept;
}

/** Lines of few places say most about where a passage is; so many places of each line are looked at. */
const MAX_PLACES = 50;

/** Where the passage may begin: line indices, the likeliest first. Its lines vote for the places they stand in. */
function candidates(source: Source, given: readonly Profile[]): number[] {
  const votes = new Map<number, number>();
  const vote = (start: number, weight: number) => {
    const at = Math.max(0, start);
    votes.set(at, (votes.get(at) ?? 0) + weight);
  };
  for (const [offset, { text }] of given.entries()) {
    if (text === "") continue;
    const places = source.index.get(text) ?? [];
    for (const place of places.slice(0, MAX_PLACES)) vote(place - offset, Math.min(text.length, 60) / places.length);
  }
  const voted = ranked(votes);
  const rest = votes.size < MAX_CANDIDATES || given.length < 4 ? likeLines(source, given) : [];
  return [...new Set([...voted.slice(0, MAX_CANDIDATES), ...rest])];
}

function ranked(votes: ReadonlyMap<number, number>): number[] {
  return [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([start]) => start);
}

/** So many of its lines are looked for, by so many of their words, the longest. */
const MAX_WANTED = 3;
const MAX_WORDS = 6;
const SOME_WORDS = 0.4;
/** A word that stands in more lines than this does not lead to one of them. */
const MAX_LINES_OF_WORD = 1_000;

/** Places of lines that share the most words with those lines of the passage that have the most. */
function likeLines(source: Source, given: readonly Profile[]): number[] {
  const wanted = given
    .map(({ text }, offset) => ({ offset, words: wordsOf(text) }))
    .filter(({ words }) => words.size > 0)
    .sort((a, b) => b.words.size - a.words.size || a.offset - b.offset)
    .slice(0, MAX_WANTED);
  const votes = new Map<number, number>();
  for (const { offset, words } of wanted) {
    const longest = [...words].sort((a, b) => b.length - a.length).slice(0, MAX_WORDS);
    const having = longest.flatMap((word) => source.linesWith(word, MAX_LINES_OF_WORD) ?? []);
    for (const line of new Set(having)) {
      const there = wordsOf(source.lines[line] ?? "");
      const score = sharedWords(there, words) / Math.max(there.size, words.size);
      if (score < SOME_WORDS) continue;
      const start = Math.max(0, line - offset);
      votes.set(start, (votes.get(start) ?? 0) + score);
    }
  }
  return ranked(votes).slice(0, MAX_CANDIDATES);
}

function sharedWords(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of a) if (b.has(word)) shared++;
  return shared;
}

/** Lines less alike than this do not stand for each other. */
const SOME_LIKENESS = 0.4;

/** Lines among which a passage is laid, and the one about which it begins. */
interface Window {
  readonly first: number;
  readonly start: number;
  readonly last: number;
}

function windowAt(source: Source, given: readonly Profile[], start: number): Window {
  return {
    first: Math.max(0, start - BAND),
    start,
    last: Math.min(source.lines.length - 1, start + given.length + BAND),
  };
}

/** The best ones without its first line, and without its last. */
function besides(source: Source, given: readonly Profile[], { from, to }: Alignment): Alignment[] {
  const after = { ...windowAt(source, given, from + 1), first: from + 1 };
  const before = { ...windowAt(source, given, Math.max(0, from - 1)), last: to - 1 };
  return [after, before]
    .filter(({ first, last }) => first <= last)
    .map((window) => aligned(source, given, window))
    .filter((each) => each !== undefined);
}

/** The best way to lay the passage over these lines. Steps: a pair of lines, a line only given, one only there. */
function aligned(source: Source, given: readonly Profile[], { first, start, last }: Window): Alignment | undefined {
  const width = last - first + 1;
  // best[i][j]: the gain with i lines of the passage and j of the window used. What the window has before is free.
  let row = new Float64Array(width + 1);
  const steps = given.map(() => new Uint8Array(width + 1));
  for (const [i, line] of given.entries()) {
    const next = new Float64Array(width + 1).fill(Number.NEGATIVE_INFINITY);
    const step = steps[i] ?? new Uint8Array();
    const [low, high] = [Math.max(0, i + start - first - 2 * BAND), Math.min(width, i + start - first + 2 * BAND + 1)];
    for (let j = low; j <= high; j++) {
      next[j] = row[j] ?? 0;
      step[j] = ONLY_GIVEN;
      if (j === 0) continue;
      const there = source.profile(first + j - 1);
      const paired = (row[j - 1] ?? 0) + gain(line, there);
      if (paired > (next[j] ?? 0)) {
        next[j] = paired;
        step[j] = PAIR;
      }
      const skipped = (next[j - 1] ?? 0) - (i === given.length - 1 ? 0 : weight(there) * 0.2);
      if (i < given.length - 1 && skipped > (next[j] ?? 0)) {
        next[j] = skipped;
        step[j] = ONLY_THERE;
      }
    }
    row = next;
  }
  return traced(source, given, steps, { first, row });
}

const ONLY_GIVEN = 0;
const PAIR = 1;
const ONLY_THERE = 2;

function weight({ length }: Profile): number {
  return Math.max(1, length);
}

function gain(a: Profile, b: Profile): number {
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 1 : Number.NEGATIVE_INFINITY;
  const alike = likeness(a, b);
  return alike < SOME_LIKENESS ? Number.NEGATIVE_INFINITY : (weight(a) + weight(b)) * alike;
}

function traced(
  source: Source,
  given: readonly Profile[],
  steps: readonly Uint8Array[],
  { first, row }: { readonly first: number; readonly row: Float64Array },
): Alignment | undefined {
  let j = 0;
  for (let k = 1; k < row.length; k++) if ((row[k] ?? 0) > (row[j] ?? 0)) j = k;
  const partners: (number | undefined)[] = given.map(() => undefined);
  let shared = 0;
  for (let i = given.length - 1; i >= 0; ) {
    const step = steps[i]?.[j];
    if (step === ONLY_THERE) {
      j--;
      continue;
    }
    const line = given[i];
    if (step === PAIR && line) {
      j--;
      partners[i] = first + j;
      shared += gain(line, source.profile(first + j));
    }
    i--;
  }
  const used = partners.filter((each) => each !== undefined);
  const [from, to] = [used[0], used.at(-1)];
  if (from === undefined || to === undefined) return undefined;
  let all = given.reduce((sum, line) => sum + weight(line), 0);
  for (let line = from; line <= to; line++) all += weight(source.profile(line));
  return { partners, from, to, likeness: shared / all };
}
