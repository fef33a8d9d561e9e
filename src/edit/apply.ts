import { lineAt } from "./lines.ts";
import { type Found, findExact, findTolerant, type Passage, type Site, type Stage } from "./match.ts";
import { findNear, type Nearest, nearestTo } from "./near.ts";
import { anchored, type Hint, isPlaced } from "./placing.ts";
import { readingsOf, type Slip } from "./slips.ts";
import { Source } from "./source.ts";

export interface Edit extends Passage {
  /** Every place, not one. */
  readonly all: boolean;
  /** What a patch knows of the place beside its lines. */
  readonly hint?: Hint | undefined;
}

export type EditOutcome =
  | {
      readonly status: "applied";
      readonly places: number;
      readonly by: Stage;
      readonly slips: readonly Slip[];
      /** The line, from 1, where the first place begins in the text that it was found in. */
      readonly line: number;
      /** For a near match: what the passage and the file had different. */
      readonly nearest: Nearest | undefined;
    }
  /** What looks most like the passage, the best first; empty when nothing does, undefined when that was not looked for. */
  | { readonly status: "absent"; readonly nearest: readonly Nearest[] | undefined }
  /** Lines, from 1, where the passage begins; the first few of `places`, which are not all when that was cut short. */
  | {
      readonly status: "ambiguous";
      readonly places: number;
      readonly lines: readonly number[];
      readonly by: Stage;
      readonly cut?: true;
    }
  | { readonly status: "overlaps" }
  | { readonly status: "empty" }
  /** `already`: the passage is there, and what was to stand in its place is the same. */
  | { readonly status: "unchanged"; readonly already: boolean };

export interface Applied {
  readonly text: string;
  /** One for each edit, in order. */
  readonly outcomes: readonly EditOutcome[];
}

export interface ApplyOptions {
  /** Take a passage that is merely like the one given, where that is clearly meant. */
  readonly near: boolean;
}

const LINES_NAMED = 8;
const NEAREST_NAMED = 3;
/** To look for what is like a passage takes its time: so many edits of one call get it. */
const SEARCHES = 16;

/**
 * Applies each edit on its own: one that does not match leaves the others alone. Passages are looked for in the text
 * as it was given, so that what one edit inserts cannot make another ambiguous; a passage that is not there is looked
 * for once more in what the edits before it made.
 */
export function applyEdits(text: string, edits: readonly Edit[], options: ApplyOptions = { near: true }): Applied {
  let draft: Draft = { source: new Source(text), replaced: [] };
  let searches = SEARCHES;
  const outcomes: EditOutcome[] = [];
  for (const edit of edits) {
    const passage = meant(edit);
    const trivial = triviality(edit);
    if (trivial) {
      outcomes.push(trivial);
      continue;
    }
    const attempt =
      tried(draft, edit, (source) => exactly(source, passage)) ??
      tried(draft, edit, (source) => tolerantly(source, passage)) ??
      (options.near && !edit.all && searches > 0 ? tried(draft, edit, (source) => nearly(source, passage)) : undefined);
    const failed = (): EditOutcome => {
      const source = draft.replaced.length === 0 ? draft.source : new Source(render(draft));
      const nearest = searches-- > 0 ? nearestTo(source, readable(passage), NEAREST_NAMED) : undefined;
      return { status: "absent", nearest };
    };
    outcomes.push(attempt?.outcome ?? failed());
    if (attempt?.draft) draft = attempt.draft;
  }
  return { text: render(draft), outcomes };
}

/** The text that edits are looked for in, and the stretches of it that were replaced; none overlap. */
interface Draft {
  readonly source: Source;
  readonly replaced: readonly Site[];
}

interface Attempt {
  readonly outcome: EditOutcome;
  /** With the edit in it; undefined when it was not applied. */
  readonly draft?: Draft;
}

interface Sighting extends Found {
  readonly slips: readonly Slip[];
  readonly nearest?: Nearest;
}

type Search = (source: Source) => Sighting | undefined;

/** Undefined when the search finds nothing. */
function tried(draft: Draft, edit: Edit, search: Search): Attempt | undefined {
  const first = placed(draft, edit, search);
  if (first?.draft || draft.replaced.length === 0) return first;
  const again = placed({ source: new Source(render(draft)), replaced: [] }, edit, search);
  return again?.draft ? again : first;
}

function placed(draft: Draft, edit: Edit, search: Search): Attempt | undefined {
  const { source, replaced } = draft;
  const found = search(source);
  if (!found) return undefined;
  const { stage: by, slips } = found;
  const sites = edit.hint
    ? anchored(source, found.sites, edit.hint, replaced.at(-1))
    : found.sites.map((site) => withoutAddedBreak(source, site, edit));
  const [first] = sites;
  if (!first) return undefined;
  const within = sites.length === found.sites.length ? found.within : [];
  if (found.cut || (sites.length + within.length > 1 && !edit.all)) {
    const starts = [...sites.map(({ start }) => start), ...within].sort((a, b) => a - b);
    const lines = starts.slice(0, LINES_NAMED).map((start) => lineAt(source.text, start));
    const cut = found.cut ? { cut: true as const } : {};
    return { outcome: { status: "ambiguous", places: starts.length, lines, by, ...cut } };
  }
  if (sites.every(({ start, end, text }) => source.text.slice(start, end) === text)) {
    return { outcome: { status: "unchanged", already: true } };
  }
  if (clash(sites, replaced)) return { outcome: { status: "overlaps" } };
  const line = lineAt(source.text, first.start);
  return {
    outcome: { status: "applied", places: sites.length, by, slips, line, nearest: found.nearest },
    draft: { source, replaced: [...replaced, ...sites] },
  };
}

function clash(sites: readonly Site[], replaced: readonly Site[]): boolean {
  if (replaced.length === 0) return false;
  const taken = [...replaced].sort((a, b) => a.start - b.start);
  let at = 0;
  return sites.some(({ start, end }) => {
    while (at < taken.length && (taken[at]?.end ?? 0) <= start) at++;
    const next = taken[at];
    return next !== undefined && next.start < end;
  });
}

function render({ source: { text }, replaced }: Draft): string {
  const parts: string[] = [];
  let at = 0;
  for (const site of [...replaced].sort((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(text.slice(at, site.start), site.text);
    at = site.end;
  }
  parts.push(text.slice(at));
  return parts.join("");
}

function triviality({ oldText, newText, hint }: Edit): EditOutcome | undefined {
  if (oldText === "" && !(hint && isPlaced(hint))) return { status: "empty" };
  return oldText === newText ? { status: "unchanged", already: false } : undefined;
}

/** Whole lines that are replaced by others keep the break after them: without it the next line would be joined to the new
 * ones. Only to take the break away is a change of its own. */
function meant({ oldText, newText, hint }: Edit): Passage {
  const forgotten = oldText.endsWith("\n") && newText !== "" && !newText.endsWith("\n") && !hint?.literal;
  const onlyBreak = newText === oldText.replace(/\r?\n$/, "");
  return { oldText, newText: forgotten && !onlyBreak ? `${newText}\n` : newText };
}

/** Whole lines given without their last line break, and new ones given with it: the file has the break already. To add a
 * break behind what stays is a change of its own, and so is to take lines away down to one. */
function withoutAddedBreak({ text }: Source, site: Site, { oldText, newText }: Edit): Site {
  if (oldText.endsWith("\n") || !newText.endsWith("\n") || newText === `${oldText}\n`) return site;
  if (/\n\r?\n$/.test(newText) || linesIn(newText) - 1 < linesIn(oldText)) return site;
  let [from, to] = [site.start, site.end];
  while (isBlank(text[from - 1])) from--;
  while (isBlank(text[to])) to++;
  const startsLine = from === 0 || text[from - 1] === "\n";
  const wholeLines = startsLine && (to === text.length || /^\r?\n/.test(text.slice(to, to + 2)));
  return wholeLines ? { ...site, text: site.text.replace(/\r?\n$/, "") } : site;
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

function linesIn(text: string): number {
  return text.split("\n").length;
}

function exactly(source: Source, passage: Passage): Sighting | undefined {
  if (passage.oldText === "")
    return { stage: "exact", sites: [{ start: 0, end: 0, text: passage.newText }], within: [], slips: [] };
  const found = findExact(source, passage);
  return found && { ...found, slips: [] };
}

function tolerantly(source: Source, passage: Passage): Sighting | undefined {
  const found = findTolerant(source, passage) ?? atEnd(source, passage);
  if (found) return { ...found, slips: [] };
  const readings = readingsOf(passage).map(({ slips, ...read }) => ({ slips, read: meant({ ...read, all: false }) }));
  for (const find of [findExact, findTolerant, atEnd]) {
    for (const { slips, read } of readings) {
      const there = find(source, read);
      if (there) return { ...there, slips };
    }
  }
  return undefined;
}

/** A passage that ends its last line, in a file whose last line is not ended. */
function atEnd(source: Source, { oldText, newText }: Passage): Found | undefined {
  if (!oldText.endsWith("\n") || source.text.endsWith("\n")) return undefined;
  const passage = { oldText: oldText.replace(/\r?\n$/, ""), newText: newText.replace(/\r?\n$/, "") };
  if (passage.oldText === "") return undefined;
  const found = findExact(source, passage) ?? findTolerant(source, passage);
  const sites = found?.sites.filter(({ end }) => source.text.slice(end).trim() === "");
  return found && sites && sites.length > 0 ? { ...found, sites } : undefined;
}

function nearly(source: Source, passage: Passage): Sighting | undefined {
  const readings = [{ ...passage, slips: [] }, ...readingsOf(passage).slice(0, 3)];
  for (const reading of readings) {
    const near = findNear(source, reading);
    if (near) return { ...near.found, slips: reading.slips, nearest: near.nearest };
  }
  return undefined;
}

/** The passage as it is compared with the file when it is not there: without fences and the like. */
function readable(passage: Passage): string {
  const [first] = readingsOf(passage);
  const peeled = first?.slips.some((slip) => slip === "fence" || slip === "line numbers");
  return peeled && first ? first.oldText : passage.oldText;
}
