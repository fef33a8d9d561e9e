import { lineDiff } from "./lineDiff.ts";
import { similarity } from "./similarity.ts";

/** A line of the passage beside the line of the file that it was found to mean. */
export interface MatchedLine {
  readonly given: string;
  readonly file: string;
  /** The white space that ends the line in the file. */
  readonly space: string;
  /** Its line break; "" for the last line. */
  readonly ending: string;
}

export interface Keeping {
  /** How a line of the new text is compared with one of the passage. */
  readonly compared: (line: string) => string;
  /** The parts of a line; those of a given line and of its file line stand for each other one by one. */
  readonly units: (line: string) => readonly string[];
  /** The line break for what is added where the matched lines have none; undefined in a file of one line. */
  readonly ending: string | undefined;
}

/** Lines of more parts than this are not searched for what they have in common in their middle. */
const MAX_UNITS = 1_500;
/** Below this a line was replaced by another one rather than changed. */
const SAME_LINE = 0.5;

/**
 * The new text, with the file's own bytes wherever it has in common with the passage what the passage and the file wrote
 * differently. Line breaks that are added are like those of their neighbours.
 */
export function keepCommon(lines: readonly MatchedLine[], newText: string, how: Keeping): string {
  const wanted = newText.split("\n");
  const last = wanted.length - 1;
  for (let i = 0; i < last; i++) wanted[i] = withoutCr(wanted[i] ?? "");
  const out: string[] = [];
  const put = (text: string, index: number, line: MatchedLine | undefined, space = "") => {
    out.push(text, space);
    if (index === last) return;
    out.push(line?.ending || (endingFrom(lines, Math.min(index, lines.length - 1)) ?? how.ending ?? "\n"));
  };
  let [oldAt, newAt] = [0, 0];
  const copy = (until: number) => {
    for (; newAt < until; newAt++, oldAt++) put(lines[oldAt]?.file ?? "", newAt, lines[oldAt], lines[oldAt]?.space);
  };
  const changes = lineDiff(
    lines.map((line) => how.compared(line.given)),
    wanted.map((line) => how.compared(line)),
  );
  for (const { oldStart, oldEnd, newStart, newEnd } of changes) {
    copy(newStart);
    const replaced = lines.slice(oldStart, oldEnd);
    const partners = partnersOf(replaced, wanted.slice(newStart, newEnd));
    for (; newAt < newEnd; newAt++) {
      const text = wanted[newAt] ?? "";
      const partner = partners[newAt - newStart];
      if (partner) put(refined(partner, text, how), newAt, partner, partner.space);
      else put(text, newAt, neighbour(lines, replaced, newAt - newStart, oldStart));
    }
    oldAt = oldEnd;
  }
  copy(wanted.length);
  return out.join("");
}

function withoutCr(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

/** The line whose ending an added line takes: the one in whose place it stands, else the one it is put before. */
function neighbour(
  lines: readonly MatchedLine[],
  replaced: readonly MatchedLine[],
  index: number,
  at: number,
): MatchedLine | undefined {
  return replaced[Math.min(index, replaced.length - 1)] ?? lines[Math.min(at, lines.length - 1)];
}

function endingFrom(lines: readonly MatchedLine[], index: number): string | undefined {
  return lines.slice(index).find(({ ending }) => ending !== "")?.ending;
}

/** For each new line the line it is a changed form of, in order. */
function partnersOf(replaced: readonly MatchedLine[], wanted: readonly string[]): (MatchedLine | undefined)[] {
  let next = 0;
  return wanted.map((text, index) => {
    if (replaced.length === wanted.length) next = index;
    // Bounded, since hostile input could have thousands of lines on both sides.
    for (let i = next; i < Math.min(replaced.length, next + 8); i++) {
      const line = replaced[i];
      if (line && similarity(line.given, text) >= SAME_LINE) {
        next = i + 1;
        return line;
      }
      if (replaced.length === wanted.length) return undefined;
    }
    return undefined;
  });
}

function refined({ given, file }: MatchedLine, text: string, { units }: Keeping): string {
  if (given === file) return text;
  const [was, kept, now] = [units(given), units(file), units(text)];
  const rest = text.slice(now.join("").length);
  if (was.length !== kept.length || was.length > MAX_UNITS || now.length > MAX_UNITS) return text;
  let out = "";
  let at = 0;
  for (const { oldStart, oldEnd, newStart, newEnd } of lineDiff(was, now)) {
    out += kept.slice(at, oldStart).join("") + now.slice(newStart, newEnd).join("");
    at = oldEnd;
  }
  return out + kept.slice(at).join("") + rest;
}
