import type { Call } from "./items.ts";

/** A command's output for the panel: plain lines, and how it ended. */

// CSI, OSC (ended by BEL or ST), and other two-character escapes; then control characters but tab and line feed.
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Bidirectional overrides and invisible characters could make an output, a path or a command read as another. */
const HIDDEN = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\udb40[\udc00-\udc7f]/g;

export function plainLines(text: string): string[] {
  const lines = text.replace(ESCAPES, "").replace(/\r\n/g, "\n").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.slice(line.lastIndexOf("\r") + 1).replace(CONTROLS, ""));
}

/** Shows what would be invisible: a hidden character becomes its code point. */
export function unhidden(text: string): string {
  const name = (char: string) => `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  return text.replace(HIDDEN, name).replace(CONTROLS, name);
}

/** The same, and tabs too: nothing may be pushed out of sight. */
export function visible(text: string): string {
  return unhidden(text).replace(/\t/g, "⇥\t");
}

const ENDING = /\n?\[(?:bg\d+ has ended: )?(?:exit (-?\d+)|timed out after \d+ s|ended [^\]\n]*)\]\s*$/;
/** Stands at the end of live output from which on nothing more is sent. */
const CUT = "\n[…]\n";
const RUNS_ON = /\n?\[(bg\d+) is running in the background\]\s*$/;

export interface Ending {
  readonly exit: number | undefined;
  readonly mark: string;
}

/** The mark a command's result ends with when it did not exit with 0. */
export function endingOf(result: string): Ending | undefined {
  const found = ENDING.exec(result);
  if (!found) return undefined;
  return { exit: found[1] === undefined ? undefined : Number(found[1]), mark: found[0].trim().slice(1, -1) };
}

/** The name of a command that its result leaves running beside the conversation. */
export function runningOn(result: string): string | undefined {
  return RUNS_ON.exec(result)?.[1];
}

export interface Shown {
  readonly lines: readonly string[];
  /** Lines before these that are no longer here. */
  readonly dropped: number;
}

/** What there is to show of a command: what was printed live, else what the model was told. */
export function outputOf(call: Call): Shown {
  const { text, dropped } = call.output;
  // The result has the end of what was too long to be sent as it came.
  if (text === "" || (call.status !== "running" && text.endsWith(CUT))) {
    const told = call.status === "running" ? "" : call.result.replace(ENDING, "").replace(RUNS_ON, "");
    return { lines: told === "(no output)" ? [] : plainLines(told), dropped: 0 };
  }
  const lines = plainLines(text);
  // The first line kept may be the end of a longer one.
  return dropped > 0 ? { lines: lines.slice(1), dropped: dropped + 1 } : { lines, dropped };
}
