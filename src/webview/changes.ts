import type { FileChange, Hunk } from "../agent/ports.ts";
import type { Call } from "./items.ts";

/** What an edit card shows of a call. Line numbers are known only when the host sent the change. */
export interface Preview {
  readonly shown: string;
  readonly kind: FileChange["kind"] | "unknown";
  /** Where it was, for a move. */
  readonly from: string | undefined;
  /** Files that a folder takes with it. */
  readonly files: number | undefined;
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

/** One a file, and never none. */
export function previewsOf(call: Call): readonly Preview[] {
  return call.changes.length > 0 ? call.changes.map(previewOfChange) : previewsOfArguments(call);
}

export function previewOfChange(change: FileChange): Preview {
  const { shown, kind, from, files, added, removed, truncated } = change;
  const hunks = change.hunks.map(({ oldStart, newStart, lines }) => ({ at: { oldStart, newStart }, lines }));
  return { shown, kind, from, files, added, removed, truncated, hunks };
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

function previewsOfArguments({ name, arguments: raw }: Call): readonly Preview[] {
  const path = textArgument(raw, "path");
  switch (name) {
    case "move_path":
      return [{ ...counted(textArgument(raw, "to"), []), kind: "move", from: textArgument(raw, "from") }];
    case "delete_path":
      return [{ ...counted(path, []), kind: "delete" }];
    case "create_folder":
      return [{ ...counted(path, []), kind: "folder" }];
    case "apply_patch":
      return previewsOfPatch(textArgument(raw, "patch") || textArgument(raw, "input"));
    default:
      return [previewOfEdits(path, raw)];
  }
}

function previewOfEdits(shown: string, raw: string): Preview {
  const { edits, content } = argumentsOf(raw);
  if (typeof content === "string") {
    const lines = linesOf(content).map((text): Line => ({ sign: "+", text }));
    return counted(shown, lines.length === 0 ? [] : [{ at: { oldStart: 0, newStart: 1 }, lines }]);
  }
  return counted(shown, Array.isArray(edits) ? edits.flatMap(hunkOf) : []);
}

function counted(shown: string, hunks: readonly PreviewHunk[]): Preview {
  const count = (sign: Line["sign"]) =>
    hunks.reduce((sum, hunk) => sum + hunk.lines.filter((line) => line.sign === sign).length, 0);
  const [added, removed] = [count("+"), count("-")];
  return { shown, kind: "unknown", from: undefined, files: undefined, added, removed, hunks, truncated: false };
}

/** A notebook's edit may replace a whole cell by `source`. */
function hunkOf(edit: unknown): PreviewHunk[] {
  if (typeof edit !== "object" || edit === null) return [];
  const { old_text, new_text, source } = edit as Readonly<Record<string, unknown>>;
  const after = new_text ?? source;
  const before = old_text ?? "";
  if (typeof before !== "string" || typeof after !== "string") return [];
  return [{ at: undefined, lines: lineChanges(linesOf(before), linesOf(after)) }];
}

const FILE_LINE = /^(?:\*\*\* (Add|Delete|Update) File: |\+\+\+ (?:b\/)?)(.+?)\s*$/;
const PATCH_KINDS: Readonly<Record<string, Preview["kind"]>> = { Add: "create", Delete: "delete" };

/** Files of a patch, of either form that models write, as far as its text tells. */
function previewsOfPatch(patch: string): readonly Preview[] {
  const files: { shown: string; kind: Preview["kind"]; hunks: { at: undefined; lines: Line[] }[] }[] = [];
  for (const line of linesOf(patch)) {
    const [, verb, shown] = FILE_LINE.exec(line) ?? [];
    const file = files.at(-1);
    const sign = line[0];
    if (shown) files.push({ shown, kind: (verb && PATCH_KINDS[verb]) || "unknown", hunks: [] });
    else if (!file || line.startsWith("--- ") || line.startsWith("*** ")) continue;
    else if (line.startsWith("@@")) file.hunks.push({ at: undefined, lines: [] });
    else if (sign === "+" || sign === "-" || sign === " ") {
      if (file.hunks.length === 0) file.hunks.push({ at: undefined, lines: [] });
      file.hunks.at(-1)?.lines.push({ sign, text: line.slice(1) });
    }
  }
  if (files.length === 0) return [counted("", [])];
  return files.map(({ shown, kind, hunks }) => ({
    ...counted(
      shown,
      hunks.filter(({ lines }) => lines.length > 0),
    ),
    kind,
  }));
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
