/** What the model was told of an edit beyond that it was done: refused parts, new problems, what a save changed. */
export interface Remarks {
  readonly text: string;
  readonly count: number;
}

/** What is said of each file that a call changed. */
const DONE = /^(?:Edited|Replaced|Created|Deleted|Moved) /;
/** Belongs to the remark before it: an item, a note on a cut, a problem with its place. */
const PART = /^(?:\s|- |\[|[^\n]+:\d+:\d+ (?:error|warning|info|hint)\b)/;

export function remarksOf(result: string): Remarks | undefined {
  const end = result.indexOf("\n");
  const text = end < 0 ? "" : result.slice(end + 1).trim();
  const lines = outsidePassages(text).filter((line) => line !== "" && !DONE.test(line));
  if (lines.length === 0) return undefined;
  return { text, count: Math.max(1, lines.filter((line) => !PART.test(line)).length) };
}

/** Without the lines of files that are quoted. */
function outsidePassages(text: string): string[] {
  let quoted = false;
  return text.split("\n").filter((line) => {
    if (/^\[lines \d/.test(line)) quoted = true;
    else if (line === "[end]") quoted = false;
    else return !quoted;
    return false;
  });
}

/** How many hunks the user took of how many, where it was not all. */
export function partTaken(result: string): readonly [taken: number, of: number] | undefined {
  const found = /^The user took (\d+) of (\d+) hunks\b/m.exec(result);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}
