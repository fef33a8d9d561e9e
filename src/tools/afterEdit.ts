import type { Diagnostic, DiagnosticsWatch, Place, TextFile } from "../agent/ports.ts";
import type { ToolEnv } from "../agent/tool.ts";
import { type LineChange, lineDiff, splitLines } from "../edit/lineDiff.ts";
import { problemLine } from "./getDiagnostics.ts";
import { bytesOf, headOf } from "./limits.ts";

export interface Edited {
  readonly place: Place;
  /** What the tool wrote. */
  readonly intended: string;
  /** What was there afterwards. */
  readonly written: TextFile;
}

export interface EditWatch {
  /** What the model is to know of what its edits brought about; "" when that is nothing. Waits for the language servers,
   * but not for long, and not at all once the signal has fired. Never rejects. */
  report(done: readonly Edited[], options: { readonly signal: AbortSignal }): Promise<string>;
}

/** Must be called before anything is written, so that what was wrong already is known. */
export function watchEdit(env: ToolEnv, places: readonly Place[]): EditWatch {
  const watch = env.diagnostics?.watch(places);
  return {
    async report(done, { signal }) {
      const saved = done.map((edited) => savedDifferently(edited));
      const problems = done.length === 0 ? "" : problemsOf(await newsOf(watch, signal));
      return [...saved, problems].filter((part) => part !== "").join("\n");
    },
  };
}

const MAX_PROBLEMS = 10;

/** The edit is done; that its effects could not be looked at is no failure of it. */
async function newsOf(watch: DiagnosticsWatch | undefined, signal: AbortSignal): Promise<readonly Diagnostic[]> {
  if (!watch || signal.aborted) return [];
  return watch.news({ signal }).catch(() => []);
}

function problemsOf(found: readonly Diagnostic[]): string {
  const problems = found.filter(({ severity }) => severity === "error" || severity === "warning");
  if (problems.length === 0) return "";
  const lines = problems.slice(0, MAX_PROBLEMS).map(problemLine);
  const rest = problems.length - lines.length;
  return ["New problems:", ...lines, ...(rest > 0 ? [`[${rest} more; see get_diagnostics]`] : [])].join("\n");
}

/** More than this is not worth telling: the file is read again instead. */
const MAX_PASSAGES = 4;
const MAX_PASSAGE_BYTES = 3_000;
/** Changes with no more lines than this between them are told as one passage. */
const NEAR = 2;

/** What an editor that formats, trims or fixes on save made of the text: the next match is looked for in that. */
function savedDifferently({ place: { shown }, intended, written }: Edited): string {
  if (written.text === intended) return "";
  if (written.text === "") return `The editor left ${shown} empty on save.`;
  const [before, after] = [splitLines(intended), splitLines(written.text)];
  const changes = lineDiff(before, after);
  if (changes.every((change) => isInvisible(change, before, after))) {
    return `The editor changed white space at line ends or at the end of ${shown} on save; the rest is as you wrote it.`;
  }
  const passages = passagesOf(changes, after.length);
  const texts = passages.map(({ from, to }) => after.slice(from, to).join(""));
  if (passages.length > MAX_PASSAGES || texts.reduce((sum, text) => sum + bytesOf(text), 0) > MAX_PASSAGE_BYTES) {
    return `The editor changed ${shown} in ${passages.length === 1 ? "1 passage" : `${passages.length} passages`} on save, from line ${(passages[0]?.from ?? 0) + 1} on. Read it again before you edit it again.`;
  }
  const parts = passages.map(({ from, to }, i) => {
    const body = headOf(texts[i] ?? "", MAX_PASSAGE_BYTES);
    return `[lines ${from + 1}-${to}]\n${body}${body === "" || body.endsWith("\n") ? "" : "\n"}[end]`;
  });
  return [`The editor changed ${shown} on save. It now reads:`, ...parts].join("\n");
}

function isInvisible(change: LineChange, before: readonly string[], after: readonly string[]): boolean {
  const visible = (lines: readonly string[], from: number, to: number) =>
    lines
      .slice(from, to)
      .map((line) => line.trimEnd())
      .join("\n")
      .trimEnd();
  const old = visible(before, change.oldStart, change.oldEnd);
  const now = visible(after, change.newStart, change.newEnd);
  if (old !== now) return false;
  const sameCount = change.oldEnd - change.oldStart === change.newEnd - change.newStart;
  // Blank lines that come or go shift the lines below them, but at the end of the file there are none.
  return sameCount || (change.oldEnd === before.length && change.newEnd === after.length);
}

/** Line indices from 0, ends exclusive. Where lines only went, their neighbours say where. */
function passagesOf(changes: readonly LineChange[], lines: number): { from: number; to: number }[] {
  const passages: { from: number; to: number }[] = [];
  for (const { newStart, newEnd } of changes) {
    const around = newStart === newEnd ? 1 : 0;
    const from = Math.max(0, newStart - around);
    const to = Math.min(lines, newEnd + around);
    const last = passages.at(-1);
    if (last && from - last.to <= NEAR) last.to = to;
    else passages.push({ from, to });
  }
  return passages;
}
