import { hasLookAlikes } from "./fold.ts";
import { type IndentPair, indentOf, type Reindent, shiftOf } from "./indent.ts";
import { keepCommon, type MatchedLine } from "./keep.ts";
import { endingAt, toCrlf, toLf } from "./lines.ts";
import { foldingOf, isBare, type Source, type View, viewOf } from "./source.ts";

/** What is looked for and what is to stand in its place. */
export interface Passage {
  readonly oldText: string;
  readonly newText: string;
}

/** A place where a passage was found, and the text that is to stand there. */
export interface Site {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** How a passage was found, from the strictest on. */
export type Stage = "exact" | "spaces" | "indentation" | "looks" | "near";

export interface Found {
  readonly stage: Stage;
  /** In the order of the text, none in another. At least one. */
  readonly sites: readonly Site[];
  /** Where the passage begins once more within such a place; the first few. */
  readonly within: readonly number[];
  /** There are more places than were looked at: none of them can be said to be meant, nor all of them. */
  readonly cut?: boolean | undefined;
}

/** A passage that is there more often than this is so only by mistake or malice. */
const MAX_SITES = 200_000;
/** A way of comparing is tried in so many places, and on so many lines of them. */
const MAX_TRIES = 20_000;
const MAX_LINES_TRIED = 100_000;
/** Places that fit but for what stands before or behind them. */
const MAX_MISFITS = 1_000;
const MAX_WITHIN = 8;

/** Models write LF whatever the file has, and cannot tell what it has: line breaks never make a difference here. */
export function findExact(source: Source, passage: Passage): Found | undefined {
  const { oldText } = passage;
  const mixed = source.hasCrlf && oldText.includes("\n") && !source.isCrlf;
  const spans = mixed
    ? spansByLine(source, toLf(oldText))
    : spansOf(source.text, source.isCrlf ? toCrlf(oldText) : oldText);
  const found = spans.sites.length > 0 || !oldText.includes("\r\n") ? spans : spansOf(source.text, toLf(oldText));
  if (found.sites.length === 0) return undefined;
  const replacement = replacementOf(source, passage);
  return {
    stage: "exact",
    sites: found.sites.map(({ start, end }) => ({ start, end, text: replacement(start, end) })),
    within: found.within,
    cut: found.cut,
  };
}

interface Spans extends Pick<Found, "within" | "cut"> {
  readonly sites: readonly { readonly start: number; readonly end: number }[];
}

function spansOf(text: string, wanted: string): Spans {
  const sites: { start: number; end: number }[] = [];
  let at = text.indexOf(wanted);
  while (at >= 0 && sites.length < MAX_SITES) {
    const end = at + wanted.length;
    if (!cutsBreak(text, at) && !cutsBreak(text, end)) sites.push({ start: at, end });
    at = text.indexOf(wanted, end);
  }
  return { sites, within: beginningsWithin(text, wanted, sites), cut: at >= 0 };
}

/** In a file with mixed line breaks. */
function spansByLine(source: Source, wanted: string): Spans {
  const text = toLf(source.text);
  const { sites, within, cut } = spansOf(text, wanted);
  let [line, lineStart] = [0, 0];
  const offset = (at: number): number => {
    if (at < lineStart) [line, lineStart] = [0, 0];
    for (let next = text.indexOf("\n", lineStart); next >= 0 && next < at; next = text.indexOf("\n", lineStart)) {
      lineStart = next + 1;
      line++;
    }
    return (source.starts[line] ?? 0) + at - lineStart;
  };
  return {
    sites: sites.map(({ start, end }) => ({ start: offset(start), end: offset(end) })),
    within: within.map(offset),
    cut,
  };
}

function beginningsWithin(text: string, wanted: string, sites: Spans["sites"]): number[] {
  const [first] = sites;
  // With more places than one it is told apart already, or all of them are meant.
  if (!first || sites.length > 1) return [];
  const again = text.slice(0, first.end + wanted.length).indexOf(wanted, first.start + 1);
  return again >= 0 && again < first.end ? [again] : [];
}

/** Between the two characters of CRLF. */
function cutsBreak(text: string, at: number): boolean {
  return text[at] === "\n" && text[at - 1] === "\r";
}

/** What stands in place of an exact match: the new text, with line breaks like those of its neighbours. */
function replacementOf(source: Source, { oldText, newText }: Passage): (start: number, end: number) => string {
  const literally = !newText.includes("\n") || toLf(oldText) === toLf(newText);
  if (literally || (!source.hasCrlf && !newText.includes("\r"))) return () => newText;
  return (start, end) => {
    const slice = source.text.slice(start, end).split("\n");
    const lines = slice.map((line, i): MatchedLine => {
      if (i === slice.length - 1) return { given: line, file: line, space: "", ending: "" };
      const content = line.endsWith("\r") ? line.slice(0, -1) : line;
      return { given: content, file: content, space: "", ending: `${line.slice(content.length)}\n` };
    });
    const ending = endingAt(source.text, end);
    if (ending === undefined) return newText;
    return keepCommon(lines, newText, { compared: (line) => line, units: (line) => line.split(""), ending });
  };
}

const TOLERANT: readonly { readonly stage: Stage; readonly view: View }[] = [
  { stage: "spaces", view: "spaces" },
  { stage: "indentation", view: "bareSpaces" },
  { stage: "looks", view: "looks" },
  { stage: "looks", view: "bareLooks" },
];

/** A passage that is not there as given, by the first way of comparing that finds it anywhere. */
export function findTolerant(source: Source, given: Passage): Found | undefined {
  const passage = withoutHangingIndent(given);
  for (const { stage, view } of TOLERANT) {
    const found = sitesIn(source, passage, view);
    if (found.sites.length > 0) return { stage, ...found };
  }
  return undefined;
}

/** The indentation of the line after the passage, when both texts end in it, is no part of the change. */
function withoutHangingIndent({ oldText, newText }: Passage): Passage {
  const hanging = oldText.match(/\n([ \t]+)$/)?.[1];
  if (hanging === undefined || !newText.endsWith(`\n${hanging}`)) return { oldText, newText };
  return { oldText: oldText.slice(0, -hanging.length), newText: newText.slice(0, -hanging.length) };
}

function sitesIn(source: Source, { oldText, newText }: Passage, view: View): Omit<Found, "stage"> {
  const given = linesOf(oldText);
  const wanted = given.map((line) => viewOf(line, view)).join("\n");
  const last = given.at(-1) ?? "";
  if (wanted.trim() === "" || (last !== "" && last.trim() === "")) return NOWHERE;
  if ((view === "looks" || view === "bareLooks") && !hasLookAlikes(oldText) && !hasLookAlikes(source.text)) {
    return NOWHERE;
  }
  // What stood after the white space that does not count must not follow directly.
  const toLineEnd = last !== last.trimEnd() || (isBare(view) && given.length === 1);
  const text = source.view(view);
  const sites: Site[] = [];
  const within: number[] = [];
  let [line, lineStart, taken] = [0, 0, 0];
  let [tries, misfits] = [0, 0];
  for (let at = text.indexOf(wanted); at >= 0; tries++) {
    if (tries > MAX_TRIES || tries * given.length > MAX_LINES_TRIED || misfits > MAX_MISFITS) {
      return { sites, within, cut: true };
    }
    const end = at + wanted.length;
    for (let next = text.indexOf("\n", lineStart); next >= 0 && next < at; next = text.indexOf("\n", lineStart)) {
      lineStart = next + 1;
      line++;
    }
    const fits = (!isBare(view) || at === lineStart) && (endsLine(text, end) || (!toLineEnd && !cutsWord(text, end)));
    const site = fits ? siteAt(source, { given, newText, view, line, column: at - lineStart }) : undefined;
    if (site && at >= taken) {
      sites.push(site);
      taken = end;
    } else if (site && within.length < MAX_WITHIN) within.push(site.start);
    if (!site) misfits++;
    if (isBare(view)) at = nextLine(text, at, wanted);
    else at = text.indexOf(wanted, at + 1);
  }
  return { sites, within };
}

const NOWHERE = { sites: [], within: [] };

function linesOf(text: string): string[] {
  return toLf(text).split("\n");
}

function endsLine(text: string, at: number): boolean {
  return at === text.length || text[at] === "\n" || text[at - 1] === "\n";
}

function cutsWord(text: string, at: number): boolean {
  return /[\p{L}\p{N}_]{2}/u.test(text.slice(at - 1, at + 1));
}

function nextLine(text: string, at: number, wanted: string): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? -1 : text.indexOf(wanted, end + 1);
}

interface Match {
  readonly given: readonly string[];
  readonly newText: string;
  readonly view: View;
  /** Where it begins in the view: the line's index and the column in the folded line. */
  readonly line: number;
  readonly column: number;
}

function siteAt(source: Source, { given, newText, view, line, column }: Match): Site | undefined {
  const folding = foldingOf(view);
  const last = given.length - 1;
  const shift = isBare(view) ? shiftAt(source, given, newText, line) : undefined;
  if (isBare(view) && !shift) return undefined;
  let [start, end] = [0, 0];
  const lines = given.map((text, i): MatchedLine => {
    const file = source.lines[line + i] ?? "";
    const fileStart = source.starts[line + i] ?? 0;
    const units = folding.units(file);
    const own = text.trimEnd();
    const from = i > 0 ? 0 : isBare(view) ? (shift?.freeFirst ? indentOf(file).length : 0) : column;
    const folded = folding.fold(own);
    const open = isBare(view) ? folded.trimStart() : folded;
    // The last line may go on in the file behind what was given of it.
    const to = i < last ? units.length : open === "" ? from : (isBare(view) ? indentIn(units) : from) + open.length;
    const [before, content] = [units.slice(0, from).join(""), units.slice(from, to).join("")];
    const rest = file.slice(before.length + content.length);
    const space = rest.trim() === "" && (i < last || content !== "") ? rest.replace(/\r$/, "") : "";
    if (i === 0) start = fileStart + before.length;
    if (i === last) end = fileStart + before.length + content.length + space.length;
    const stripped = own.trim() === "" ? "" : own.slice(indentOf(own).length);
    const indent = from > 0 ? "" : indentOf(content);
    return {
      given: isBare(view) ? (stripped === "" ? "" : indent + stripped) : own,
      file: content,
      space,
      ending: i < last ? `${rest.slice(space.length)}\n` : "",
    };
  });
  const text = shift ? reindented(newText, shift) : newText;
  return {
    start,
    end,
    text: keepCommon(lines, text, {
      compared: (each) => each.trimEnd(),
      units: (each) => folding.units(each),
      ending: endingAt(source.text, end),
    }),
  };
}

function indentIn(units: readonly string[]): number {
  const first = units.findIndex((unit) => unit.trim() !== "");
  return first < 0 ? units.length : first;
}

export interface Shift {
  readonly reindent: Reindent;
  /** The passage begins within its first line, behind the indentation. */
  readonly freeFirst: boolean;
}

function shiftAt(source: Source, given: readonly string[], newText: string, line: number): Shift | undefined {
  const pairs = given.flatMap((text, i): IndentPair[] =>
    text.trim() === "" ? [] : [{ given: indentOf(text), file: indentOf(source.lines[line + i] ?? "") }],
  );
  return shiftFor(pairs, newText);
}

export function shiftFor(pairs: readonly IndentPair[], newText: string): Shift | undefined {
  const others = newText
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(indentOf);
  const whole = shiftOf(pairs, others);
  if (whole) return { reindent: whole, freeFirst: false };
  const behind = pairs.slice(1);
  if (pairs[0]?.given !== "" || behind.length === 0 || behind.some(({ given }) => given === "")) return undefined;
  const rest = shiftOf(behind, others.slice(1));
  return rest && { reindent: rest, freeFirst: true };
}

export function reindented(text: string, { reindent, freeFirst }: Shift): string {
  return text
    .split("\n")
    .map((line, i) => {
      if (line.trim() === "" || (freeFirst && i === 0)) return line;
      const indent = indentOf(line);
      return reindent(indent) + line.slice(indent.length);
    })
    .join("\n");
}
