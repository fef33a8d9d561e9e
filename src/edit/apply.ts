/** Replacing passages of a text by exact match. Everything outside the matches keeps its bytes. */

export interface Edit {
  readonly oldText: string;
  readonly newText: string;
  readonly all: boolean;
}

export type EditOutcome =
  | { readonly status: "applied"; readonly places: number }
  /** `nearest` is the line, from 1, that looks most like the start of the passage; undefined when nothing does. */
  | { readonly status: "absent"; readonly nearest: number | undefined }
  /** Lines, from 1, where the passage begins; the first few of `places`. */
  | { readonly status: "ambiguous"; readonly places: number; readonly lines: readonly number[] }
  | { readonly status: "overlaps" }
  | { readonly status: "empty" }
  | { readonly status: "unchanged" };

export interface Applied {
  readonly text: string;
  /** One for each edit, in order. */
  readonly outcomes: readonly EditOutcome[];
}

const LINES_NAMED = 8;

/** A stretch of the base text that an earlier edit replaced. */
interface Replaced {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Applies each edit on its own: one that does not match leaves the others alone. Passages are looked for in the text
 * as it was given, so that what one edit inserts cannot make another ambiguous; a passage that is not there is looked
 * for once more in what the edits before it made.
 */
export function applyEdits(text: string, edits: readonly Edit[]): Applied {
  let base = text;
  let replaced: Replaced[] = [];
  const outcomes: EditOutcome[] = [];
  for (const edit of edits) {
    let attempt = match(base, replaced, edit);
    if ((attempt.outcome.status === "absent" || attempt.outcome.status === "overlaps") && replaced.length > 0) {
      const current = render(base, replaced);
      const again = match(current, [], edit);
      if (again.outcome.status === "applied") {
        base = current;
        replaced = [];
        attempt = again;
      }
    }
    outcomes.push(attempt.outcome);
    replaced.push(...attempt.replaced);
  }
  return { text: render(base, replaced), outcomes };
}

interface Attempt {
  readonly outcome: EditOutcome;
  readonly replaced: readonly Replaced[];
}

function match(base: string, taken: readonly Replaced[], edit: Edit): Attempt {
  const fail = (outcome: EditOutcome): Attempt => ({ outcome, replaced: [] });
  if (edit.oldText === "") return fail({ status: "empty" });
  const { oldText, newText } = inLineEndingsOf(base, edit);
  if (oldText === newText) return fail({ status: "unchanged" });
  const found = positionsOf(base, oldText);
  const [first] = found;
  if (first === undefined) return fail({ status: "absent", nearest: nearestLine(base, oldText) });
  if (found.length > 1 && !edit.all) {
    const lines = found.slice(0, LINES_NAMED).map((position) => lineAt(base, position));
    return fail({ status: "ambiguous", places: found.length, lines });
  }
  const replaced = found.map((start) => ({ start, end: start + oldText.length, text: newText }));
  const clash = replaced.some((a) => taken.some((b) => a.start < b.end && b.start < a.end));
  if (clash) return fail({ status: "overlaps" });
  return { outcome: { status: "applied", places: found.length }, replaced };
}

function render(base: string, replaced: readonly Replaced[]): string {
  let out = "";
  let at = 0;
  for (const { start, end, text } of [...replaced].sort((a, b) => a.start - b.start)) {
    out += base.slice(at, start) + text;
    at = end;
  }
  return out + base.slice(at);
}

function positionsOf(text: string, passage: string): number[] {
  const positions: number[] = [];
  for (let at = text.indexOf(passage); at >= 0; at = text.indexOf(passage, at + passage.length)) positions.push(at);
  return positions;
}

/** Models write LF. In a file that has CRLF throughout, both sides of the edit are taken to mean CRLF; the other way
 * round only when the passage is not there as it was given. */
function inLineEndingsOf(base: string, { oldText, newText }: Edit): { oldText: string; newText: string } {
  if (isUniformlyCrlf(base)) return { oldText: toCrlf(oldText), newText: toCrlf(newText) };
  if (!base.includes("\r") && oldText.includes("\r\n")) return { oldText: toLf(oldText), newText: toLf(newText) };
  return { oldText, newText };
}

/** True when every line ending is CRLF and there is at least one. */
export function isUniformlyCrlf(text: string): boolean {
  return text.includes("\r\n") && !/(^|[^\r])\n/.test(text);
}

export function toCrlf(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}

function toLf(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** The line, from 1, that holds this offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

const NEAREST_MAX_LINES = 20_000;

/**
 * Where a passage that is not there was most likely meant to be: its lines vote, without regard to white space at
 * either end, for the place where it would begin. Long lines that stand in few places count most.
 */
export function nearestLine(text: string, passage: string): number | undefined {
  const places = new Map<string, number[]>();
  for (const [index, line] of text.split("\n", NEAREST_MAX_LINES).entries()) {
    const key = line.trim();
    if (key === "") continue;
    const known = places.get(key);
    if (known) known.push(index);
    else places.set(key, [index]);
  }
  const votes = new Map<number, number>();
  const wanted = passage.split("\n", 500).map((line) => line.trim());
  for (const [offset, line] of wanted.entries()) {
    const found = line === "" ? [] : (places.get(line) ?? []);
    for (const index of found.slice(0, 50)) {
      const start = Math.max(0, index - offset);
      votes.set(start, (votes.get(start) ?? 0) + Math.min(line.length, 60) / found.length);
    }
  }
  const best = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0];
  return best ? best[0] + 1 : similarLine([...places], wanted);
}

/** No line of the passage is there: the line that shares the most words with one of its first lines. */
function similarLine(places: readonly [string, number[]][], wanted: readonly string[]): number | undefined {
  const words = (line: string) => new Set(line.match(/[\p{L}\p{N}_]{2,}/gu) ?? []);
  const first = wanted.map((line, offset) => ({ offset, words: words(line) })).filter((line) => line.words.size > 0);
  let best: { readonly score: number; readonly line: number } | undefined;
  for (const [line, [index = 0]] of places) {
    const have = words(line.slice(0, 500));
    for (const want of first.slice(0, 3)) {
      const shared = [...want.words].filter((word) => have.has(word)).length;
      const score = shared / Math.max(have.size, want.words.size);
      if (score >= 0.4 && score > (best?.score ?? 0)) best = { score, line: Math.max(0, index - want.offset) + 1 };
    }
  }
  return best?.line;
}
