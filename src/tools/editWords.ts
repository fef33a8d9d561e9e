import type { Hunk, Place } from "../agent/ports.ts";
import type { Applied, EditOutcome } from "../edit/apply.ts";
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
  /** The file as it was read; undefined when the model may not be told what stands in it. */
  readonly text: string | undefined;
}

/** Why edits did not land, one for each that did not. */
export function failuresOf({ outcomes }: Applied, { form, text }: Said): string[] {
  let room = NEAREST_BYTES;
  return outcomes.flatMap((outcome, index) => {
    const words = failure(outcome, { form, text }, room);
    if (words === undefined) return [];
    room = Math.max(0, room - words.length);
    return outcomes.length === 1
      ? `Not edited: ${words}`
      : `${NAMES[form].each} ${index + 1} of ${outcomes.length} failed: ${words}`;
  });
}

/** What the model should know of edits that landed otherwise than by the very text it gave. */
export function remarksOf({ outcomes }: Applied, { form, text }: Said): string[] {
  return outcomes.flatMap((outcome, index) => {
    if (outcome.status !== "applied" || text === undefined) return [];
    if (outcome.by !== "near" || !outcome.nearest) return [];
    const which =
      outcomes.length === 1 ? NAMES[form].passage : `${NAMES[form].each} ${index + 1}: ${NAMES[form].passage}`;
    const { from, to } = outcome.nearest;
    return [
      `${sentence(which)} was not there as given; taken for ${linesNamed(from, to)}, the only place much like it:`,
      ...differencesOf(outcome.nearest),
    ].join("\n");
  });
}

function sentence(words: string): string {
  return words.startsWith("old_text") ? words : `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}`;
}

function failure(outcome: EditOutcome, { form, text }: Said, room: number): string | undefined {
  const { passage } = NAMES[form];
  switch (outcome.status) {
    case "applied":
      return undefined;
    case "absent":
      if (text === undefined) return `${passage} is not in the file. You have not read this file yet: read it first.`;
      if (outcome.nearest === undefined) return `${passage} is not in the file as given. Read the file again.`;
      if (outcome.nearest.length === 0)
        return `${passage} is not in the file, nor anything like it. Read the file again.`;
      return `${passage} is not in the file as given. ${nearestWords(outcome.nearest, text, room)}`;
    case "ambiguous": {
      const rest = outcome.places > outcome.lines.length ? ", …" : "";
      const how = form === "hunk" ? "Add lines of context around it, or an @@ line." : ADD_LINES;
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
    ...differencesOf(best),
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

function differencesOf({ differences }: Nearest): string[] {
  return differences.map(({ line, given, file }: Difference) => {
    if (line === undefined) return `- not in the file: ${quoted(given)}`;
    if (given === undefined) return `- line ${line} is missing in what you gave: ${quoted(file)}`;
    return `- line ${line} is ${quoted(file)}, not ${quoted(given)}`;
  });
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
