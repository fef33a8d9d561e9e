import type { FileChange, Hunk } from "../agent/ports.ts";
import type { Call } from "./items.ts";

/** What an edit card shows of a call. Line numbers are known only when the host sent the change. */
export interface Preview {
  readonly shown: string;
  readonly kind: FileChange["kind"] | "unknown";
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly PreviewHunk[];
  readonly truncated: boolean;
}

export interface PreviewHunk {
  /** undefined: made from the arguments, so that nobody knows where it is. */
  readonly at: { readonly oldStart: number; readonly newStart: number } | undefined;
  readonly lines: Hunk["lines"];
}

type Line = Hunk["lines"][number];

const CONTEXT_LINES = 3;

export function previewOf(call: Call): Preview {
  return call.change ? previewOfChange(call.change) : previewOfArguments(call.arguments);
}

export function previewOfChange({ shown, kind, added, removed, truncated, hunks }: FileChange): Preview {
  const shownHunks = hunks.map(({ oldStart, newStart, lines }) => ({ at: { oldStart, newStart }, lines }));
  return { shown, kind, added, removed, truncated, hunks: shownHunks };
}

/** Arguments as an object, or an empty one: the model may have written anything. */
export function argumentsOf(raw: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

export function textArgument(raw: string, name: string): string {
  const values = argumentsOf(raw);
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** A command that goes on beside the conversation. */
export function isBackground(call: Call): boolean {
  const values = argumentsOf(call.arguments);
  return Object.hasOwn(values, "background") && values.background === true;
}

function previewOfArguments(raw: string): Preview {
  const { edits, content } = argumentsOf(raw);
  const shown = textArgument(raw, "path");
  if (typeof content === "string") {
    const lines = linesOf(content).map((text): Line => ({ sign: "+", text }));
    return counted(shown, lines.length === 0 ? [] : [{ at: { oldStart: 0, newStart: 1 }, lines }]);
  }
  const hunks = Array.isArray(edits) ? edits.flatMap(hunkOf) : [];
  return counted(shown, hunks);
}

function counted(shown: string, hunks: readonly PreviewHunk[]): Preview {
  const count = (sign: Line["sign"]) =>
    hunks.reduce((sum, hunk) => sum + hunk.lines.filter((line) => line.sign === sign).length, 0);
  return { shown, kind: "unknown", added: count("+"), removed: count("-"), hunks, truncated: false };
}

function hunkOf(edit: unknown): PreviewHunk[] {
  if (typeof edit !== "object" || edit === null) return [];
  const { old_text: before, new_text: after } = edit as { readonly old_text?: unknown; readonly new_text?: unknown };
  if (typeof before !== "string" || typeof after !== "string") return [];
  return [{ at: undefined, lines: lineChanges(linesOf(before), linesOf(after)) }];
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** One run of removed and added lines between what both sides begin and end with. */
function lineChanges(before: readonly string[], after: readonly string[]): Line[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const same = (text: string): Line => ({ sign: " ", text });
  return [
    ...before.slice(Math.max(0, head - CONTEXT_LINES), head).map(same),
    ...before.slice(head, before.length - tail).map((text): Line => ({ sign: "-", text })),
    ...after.slice(head, after.length - tail).map((text): Line => ({ sign: "+", text })),
    ...before.slice(before.length - tail, before.length - tail + CONTEXT_LINES).map(same),
  ];
}

export interface NumberedLine extends Line {
  readonly number: number | undefined;
  /** Where the line differs from its partner, as offsets of `text`. */
  readonly mark: readonly [number, number] | undefined;
}

/** Lines with their numbers (the old one of removed lines), and what changed within pairs of lines. */
export function numbered(hunk: PreviewHunk): NumberedLine[] {
  let before = hunk.at?.oldStart;
  let after = hunk.at?.newStart;
  const marks = pairMarks(hunk.lines);
  return hunk.lines.map((line, i) => {
    const number = line.sign === "-" ? before : after;
    if (line.sign !== "+" && before !== undefined) before++;
    if (line.sign !== "-" && after !== undefined) after++;
    return { ...line, number, mark: marks.get(i) };
  });
}

function pairMarks(lines: readonly Line[]): Map<number, readonly [number, number]> {
  const marks = new Map<number, readonly [number, number]>();
  for (let i = 0; i < lines.length; ) {
    let removed = i;
    while (lines[removed]?.sign === "-") removed++;
    let added = removed;
    while (lines[added]?.sign === "+") added++;
    for (let k = 0; k < Math.min(removed - i, added - removed); k++) {
      const [a, b] = markPair(lines[i + k]?.text ?? "", lines[removed + k]?.text ?? "");
      if (a) marks.set(i + k, a);
      if (b) marks.set(removed + k, b);
    }
    i = Math.max(added, i + 1);
  }
  return marks;
}

type Mark = readonly [number, number] | undefined;

/** Nothing when the lines have little in common: a mark over almost all of a line says nothing. */
function markPair(a: string, b: string): readonly [Mark, Mark] {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const common = a.slice(0, head).trim().length + a.slice(a.length - tail).trim().length;
  if (common * 3 < Math.max(a.trim().length, b.trim().length)) return [undefined, undefined];
  const mark = (text: string): Mark => (text.length - tail > head ? [head, text.length - tail] : undefined);
  return [mark(a), mark(b)];
}
