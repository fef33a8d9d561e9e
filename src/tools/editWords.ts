import type { Hunk, Place } from "../agent/ports.ts";
import type { Applied, EditOutcome } from "../edit/apply.ts";
import { countBreaks, lineAt, toLf } from "../edit/lines.ts";
import type { Stage } from "../edit/match.ts";
import type { Difference, Nearest } from "../edit/near.ts";
import { headOf, linesOf } from "./limits.ts";

/** What an edit is called towards the model, by the form in which it sent it. */
export type Form = "edit" | "hunk";

const NAMES = {
  edit: { each: "Edit", passage: "old_text" },
  hunk: { each: "Hunk", passage: "the hunk's old text" },
} as const;

export interface Said {
  readonly form: Form;
  /** What each edit was to replace. */
  readonly given: readonly string[];
  /** The file as it was read; undefined when the model may not be told what stands in it. */
  readonly text: string | undefined;
}

/** Why edits did not land, one for each that did not. */
export function failuresOf({ outcomes }: Applied, { form, text, given }: Said): string[] {
  let room = NEAREST_BYTES;
  return outcomes.flatMap((outcome, index) => {
    const words = failure(outcome, { form, text, oldText: given[index] ?? "" }, room);
    if (words === undefined) return [];
    room = Math.max(0, room - words.length);
    return outcomes.length === 1
      ? `Not edited: ${words}`
      : `${NAMES[form].each} ${index + 1} of ${outcomes.length} failed: ${words}`;
  });
}

/** What the model should know of edits that landed otherwise than by the very text it gave. */
export function remarksOf({ outcomes }: Applied, { form, text }: Omit<Said, "given">): string[] {
  return outcomes.flatMap((outcome, index) => {
    if (outcome.status !== "applied" || text === undefined) return [];
    if (outcome.by !== "near" || !outcome.nearest) return [];
    const which =
      outcomes.length === 1 ? NAMES[form].passage : `${NAMES[form].each} ${index + 1}: ${NAMES[form].passage}`;
    const { from, to } = outcome.nearest;
    return [
      `${sentence(which)} was not there as given; taken for ${linesNamed(from, to)}, the only place much like it:`,
      ...differencesOf(outcome.nearest, text),
    ].join("\n");
  });
}

function sentence(words: string): string {
  return words.startsWith("old_text") ? words : `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}`;
}

interface Failed extends Pick<Said, "form" | "text"> {
  readonly oldText: string;
}

function failure(outcome: EditOutcome, { form, text, oldText }: Failed, room: number): string | undefined {
  const { passage } = NAMES[form];
  switch (outcome.status) {
    case "applied":
      return undefined;
    case "absent": {
      if (text === undefined) return `${passage} is not in the file. You have not read this file yet: read it first.`;
      if (text === "") return `the file is empty, so that ${passage} is not in it. write_file fills it.`;
      if (outcome.nearest === undefined) return `${passage} is not in the file as given. Read the file again.`;
      const otherCase = inOtherCase(text, oldText, room);
      if (otherCase) return `${passage} is there in other letter case only:\n${otherCase}`;
      if (outcome.nearest.length === 0)
        return `${passage} is not in the file, nor anything like it. Read the file again.`;
      return `${passage} is not in the file as given. ${nearestWords(outcome.nearest, text, room)}`;
    }
    case "ambiguous": {
      const rest = outcome.places > outcome.lines.length ? ", …" : "";
      const how = form === "hunk" ? "Add lines of context around it, or an @@ line." : ADD_LINES;
      if (outcome.cut) {
        return `${passage} is there too often${APART_FROM[outcome.by]} for one edit: at lines ${outcome.lines.join(", ")} and more. ${form === "hunk" ? how : "Add lines around it."}`;
      }
      return `${passage} is there ${outcome.places} times${APART_FROM[outcome.by]}, at lines ${outcome.lines.join(", ")}${rest}. ${how}`;
    }
    case "overlaps":
      return `its passage was already replaced by another ${form} of this call.`;
    case "empty":
      return form === "hunk"
        ? "it has no line of context and none to take away, so it names no place."
        : "old_text is empty. Copy the passage to replace; to fill an empty file use write_file.";
    case "unchanged":
      return form === "hunk" ? "it changes nothing." : sameWords(outcome);
  }
}

const ADD_LINES = "Add lines around it, or set replace_all.";

const APART_FROM: Readonly<Record<Stage, string>> = {
  exact: "",
  spaces: " (apart from spaces at line ends and line breaks)",
  indentation: " (apart from indentation)",
  looks: " (apart from quotes, dashes and spaces that look alike)",
  near: " (nearly)",
};

function sameWords({ already }: Extract<EditOutcome, { status: "unchanged" }>): string {
  return already ? "the file already reads as new_text." : "old_text and new_text are the same.";
}

/** The first place that differs in nothing but capital and small letters. */
function inOtherCase(text: string, oldText: string, room: number): string | undefined {
  const wanted = toLf(oldText).trim().toLowerCase();
  if (wanted === "" || room === 0) return undefined;
  const lower = toLf(text).toLowerCase();
  const at = lower.indexOf(wanted);
  if (at < 0) return undefined;
  const from = lineAt(lower, at);
  return passageAt(text, { from, to: from + countBreaks(wanted, wanted.length), max: Math.min(room, PASSAGE_BYTES) });
}

const BEFORE = 2;
const AFTER = 2;
const PASSAGE_BYTES = 4_000;
/** Of all the nearest passages that one result tells. */
const NEAREST_BYTES = 8_000;
const LINE_SHOWN = 160;

function nearestWords(nearest: readonly Nearest[], text: string, room: number): string {
  const [best, ...others] = nearest;
  if (!best || room === 0) return "Read the file again.";
  const more = others.map(({ from, to }) => linesNamed(from, to));
  return [
    `The nearest passage is ${linesNamed(best.from, best.to)}:`,
    ...differencesOf(best, text),
    passageAt(text, {
      from: best.from - BEFORE,
      to: Math.max(best.to + AFTER, best.from + 6),
      max: Math.min(room, PASSAGE_BYTES),
    }),
    ...(more.length > 0 ? [`Less like it: ${more.join("; ")}.`] : []),
  ].join("\n");
}

function linesNamed(from: number, to: number): string {
  return from === to ? `line ${from}` : `lines ${from}-${to}`;
}

function differencesOf({ differences }: Nearest, text: string): string[] {
  return differences.map(({ line, given, file }: Difference) => {
    const elsewhere = given === undefined ? "" : standsElsewhere(text, given);
    if (line === undefined) {
      return `- not ${text.includes(given?.trim() ?? "") ? "there" : "in the file"}: ${quoted(given)}${elsewhere}`;
    }
    if (given === undefined) return `- line ${line} is missing in what you gave: ${quoted(file)}`;
    const looks = elsewhere === "" ? lookAlike(given, file ?? "") : "";
    return `- line ${line} is ${quoted(file)}, not ${quoted(given)}${looks}${elsewhere}`;
  });
}

/** Shorter lines stand everywhere. */
const MIN_TELLING = 12;
const MAX_ELSEWHERE = 3;

/** Where a line that is not at the nearest passage is: perhaps that was meant. */
function standsElsewhere(text: string, given: string): string {
  const wanted = given.trim();
  if (wanted.length < MIN_TELLING || !text.includes(wanted)) return "";
  const found = linesOf(text).flatMap((line, i) => (line.trim() === wanted ? [i + 1] : []));
  if (found.length === 0 || found.length > MAX_ELSEWHERE) return "";
  return `, which is line ${found.join(", ")}`;
}

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** Names the first character that differs where the two may look the same to whoever reads them. */
function lookAlike(given: string, file: string): string {
  const [was, there] = [[...given.trim()], [...file.trim()]];
  const at = was.findIndex((character, i) => character !== there[i]);
  const [mine, own] = [was[at] ?? "", there[at < 0 ? was.length : at] ?? ""];
  const isPlain = (character: string) => character < "\x80" || CJK.test(character);
  if (isPlain(mine) && isPlain(own)) return "";
  const column = [...file].length - [...file.trimStart()].length + (at < 0 ? was.length : at) + 1;
  return ` (in column ${column} the file has ${named(own)}, you gave ${named(mine)})`;
}

function named(character: string): string {
  const code = character.codePointAt(0);
  if (code === undefined) return "nothing";
  const shown = /[\p{C}\p{Z}\p{M}]/u.test(character) ? "" : ` (${character})`;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}${shown}`;
}

/** Quoted, so that tabs and spaces at its ends can be seen. */
function quoted(line: string | undefined): string {
  const text = line ?? "";
  return JSON.stringify(text.length > LINE_SHOWN ? `${text.slice(0, LINE_SHOWN)}…` : text);
}

export function passageAt(
  text: string,
  range: { readonly from: number; readonly to: number; readonly max: number },
): string {
  const lines = linesOf(text);
  const from = Math.max(1, range.from);
  const to = Math.min(lines.length, range.to);
  const body = headOf(lines.slice(from - 1, to).join(""), range.max);
  return `[lines ${from}-${to}]\n${body}${body.endsWith("\n") ? "" : "\n"}[end]`;
}

/** What the file reads where these passages are most likely meant to be. */
export function passagesNear(text: string, nearest: readonly (Nearest | undefined)[]): string {
  const starts = [...new Set(nearest.map((each) => each?.from ?? 1))].slice(0, 3);
  return starts.map((line) => passageAt(text, { from: line - 3, to: line + 12, max: PASSAGE_BYTES })).join("\n");
}

export function landed({ outcomes }: Applied, place: Place): string {
  const places = outcomes.reduce((sum, outcome) => sum + (outcome.status === "applied" ? outcome.places : 0), 0);
  return `Edited ${place.shown}: ${places === 1 ? "1 place" : `${places} places`}`;
}

/** What the user left out of a change, so that the model does not take it for done. */
export function notTaken(hunks: readonly Hunk[], chosen: ReadonlySet<number>): string {
  const left = hunks.flatMap((hunk, index) => (chosen.has(index) ? [] : [hunkNamed(hunk)]));
  const taken = hunks.length - left.length;
  return [`The user took ${taken} of ${hunks.length} hunks. Not taken, as they left it:`, ...left].join("\n");
}

function hunkNamed({ oldStart, lines }: Hunk): string {
  const first = lines.findIndex(({ sign }) => sign !== " ");
  const before = lines.slice(0, Math.max(0, first)).filter(({ sign }) => sign !== "+").length;
  const from = oldStart + before;
  const removed = lines.filter(({ sign }) => sign === "-").length;
  const line = lines[first];
  return `- ${linesNamed(from, from + Math.max(removed, 1) - 1)}: ${line?.sign ?? ""}${(line?.text ?? "").slice(0, LINE_SHOWN)}`;
}
