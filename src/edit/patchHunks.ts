import type { Edit } from "./apply.ts";
import type { Hint } from "./placing.ts";

/** The two sides of a hunk, in lines without their ends. */
export interface HunkBody {
  readonly old: readonly string[];
  readonly now: readonly string[];
  /** A side whose last line is said to have no line break. */
  readonly oldOpen: boolean;
  readonly nowOpen: boolean;
}

/** Reads the lines below an `@@`. Models leave out the blank before a line of context, at blank lines above all. */
export function hunkBody(lines: readonly string[]): HunkBody {
  const old: string[] = [];
  const now: string[] = [];
  let [oldOpen, nowOpen] = [false, false];
  let last = "";
  for (const line of lines.slice(0, lines.findLastIndex((each) => each !== "") + 1)) {
    const sign = line[0] ?? " ";
    const text = line.slice(1);
    switch (sign) {
      case "\\":
        if (last !== "+") oldOpen = true;
        if (last !== "-") nowOpen = true;
        continue;
      case "-":
        old.push(text);
        break;
      case "+":
        now.push(text);
        break;
      case " ":
        old.push(text);
        now.push(text);
        break;
      default:
        old.push(line);
        now.push(line);
    }
    last = sign;
  }
  return { old, now, oldOpen, nowOpen };
}

/** A hunk as an edit; `insert` of the hint counts only where the hunk has no lines to be found by. */
export function toEdit({ old, now, oldOpen, nowOpen }: HunkBody, hint: Hint): Edit {
  const text = (lines: readonly string[], open: boolean) =>
    lines.length === 0 ? "" : lines.join("\n") + (open ? "" : "\n");
  return {
    oldText: text(old, oldOpen),
    newText: text(now, nowOpen),
    all: false,
    hint: {
      ...hint,
      atEnd: hint.atEnd || oldOpen,
      insert: hint.insert && old.length === 0,
      literal: oldOpen || nowOpen,
    },
  };
}
