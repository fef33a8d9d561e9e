import type { Edit } from "./apply.ts";
import { toLf } from "./lines.ts";
import { type HunkBody, hunkBody, toEdit } from "./patchHunks.ts";
import { parseUnified } from "./patchUnified.ts";

/** What a patch does to one file. Paths are as written; "" where a patch of hunks only does not name its file. */
export type FilePatch =
  /** `replaces`: the patch deletes the file that is there before. */
  | { readonly kind: "add"; readonly path: string; readonly text: string; readonly replaces?: true }
  /** `text`: what the patch says the file holds; undefined where it does not say. */
  | { readonly kind: "delete"; readonly path: string; readonly text: string | undefined }
  | {
      readonly kind: "update";
      readonly path: string;
      readonly to: string | undefined;
      readonly edits: readonly Edit[];
    };

export type ParsedPatch =
  | { readonly kind: "patch"; readonly files: readonly FilePatch[] }
  /** In words for the model. */
  | { readonly kind: "unreadable"; readonly why: string };

const BEGIN = /^\*\*\* Begin Patch\s*$/m;
const SECTION = /^\*\*\* (Update|Add|Delete) File:\s*(.+?)\s*$/;
const HUNK = /^@@(\s|$)/m;

/** Whether a text is a patch from its first line on, not one that speaks of patches. */
export function looksLikePatch(text: string): boolean {
  const start = bare(text).trimStart();
  if (BEGIN.test(start.slice(0, start.indexOf("\n") + 1)) || SECTION.test(start.split("\n", 1)[0] ?? "")) return true;
  if (!/^@@/m.test(start)) return /^diff --git /.test(start) && /^(rename to|deleted file|new file) /m.test(start);
  return /^(diff --git |--- [^\n]*\n\+\+\+ |@@(\s|$))/.test(start);
}

export function parsePatch(text: string): ParsedPatch {
  const patch = bare(text);
  const files = BEGIN.test(patch) || SECTION.test(firstLine(patch)) ? parseSections(patch) : parseUnified(patch);
  if (typeof files === "string") return { kind: "unreadable", why: files };
  if (files.length === 0) return { kind: "unreadable", why: why(patch) };
  return { kind: "patch", files: joined(files) };
}

function why(patch: string): string {
  if (BEGIN.test(patch)) return "The patch names no file: *** Update File, *** Add File or *** Delete File is missing.";
  return HUNK.test(patch)
    ? "The patch has hunks but no file before them."
    : "This is no patch: it has neither *** Begin Patch nor a file's --- and +++ lines with @@ hunks.";
}

function firstLine(text: string): string {
  return text.trimStart().split("\n", 1)[0] ?? "";
}

/** Without a code fence around it, with LF line ends. */
function bare(text: string): string {
  const lines = toLf(text).split("\n");
  const first = lines.findIndex((line) => line.trim() !== "");
  const last = lines.findLastIndex((line) => line.trim() !== "");
  const fence = lines[first]?.match(/^\s*(`{3,}|~{3,})/)?.[1];
  const fenced = fence !== undefined && last > first && lines[last]?.trim() === fence;
  return fenced ? lines.slice(first + 1, last).join("\n") : lines.join("\n");
}

/** Two parts of a patch for one file are one: the second was written for what the first leaves. */
function joined(files: readonly FilePatch[]): FilePatch[] {
  const out: FilePatch[] = [];
  for (const file of files) {
    const known = out.findIndex((each) => each.kind === "update" && file.kind === "update" && each.path === file.path);
    const before = out[known];
    if (before?.kind === "update" && file.kind === "update") {
      out[known] = { ...before, to: before.to ?? file.to, edits: [...before.edits, ...file.edits] };
    } else if (file.kind === "add" && out.at(-1)?.kind === "delete" && out.at(-1)?.path === file.path) {
      out[out.length - 1] = { ...file, replaces: true };
    } else out.push(file);
  }
  return out;
}

/** The `*** Begin Patch` form. */
function parseSections(patch: string): FilePatch[] | string {
  const files: FilePatch[] = [];
  const lines = patch.split("\n");
  let at = 0;
  while (at < lines.length && !SECTION.test(lines[at] ?? "")) {
    if (/^\*\*\* End Patch/.test(lines[at] ?? "")) return files;
    at++;
  }
  while (at < lines.length) {
    const [, verb, path = ""] = (lines[at] ?? "").match(SECTION) ?? [];
    if (verb === undefined) break;
    const start = at + 1;
    at = start;
    while (at < lines.length && !SECTION.test(lines[at] ?? "") && !/^\*\*\* End Patch/.test(lines[at] ?? "")) at++;
    const body = lines.slice(start, at);
    if (verb === "Add") files.push({ kind: "add", path, text: addedText(body) });
    else if (verb === "Delete") files.push({ kind: "delete", path, text: undefined });
    else files.push(updateOf(path, body));
    if (/^\*\*\* End Patch/.test(lines[at] ?? "")) break;
  }
  return files;
}

function addedText(body: readonly string[]): string {
  const end = body.findLastIndex((line) => line !== "") + 1;
  const lines = body.slice(0, end).map((line) => (line.startsWith("+") ? line.slice(1) : line));
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function updateOf(path: string, body: readonly string[]): FilePatch {
  const to = body[0]?.match(/^\*\*\* Move to:\s*(.+?)\s*$/)?.[1];
  const edits: Edit[] = [];
  let after: string[] = [];
  let open: string[] = [];
  let line: number | undefined;
  const close = (atEnd: boolean) => {
    const hunk: HunkBody = hunkBody(open);
    if (hunk.old.length > 0 || hunk.now.length > 0) {
      edits.push(toEdit(hunk, { line, after, atEnd, insert: true, inOrder: true }));
      after = [];
    }
    open = [];
  };
  for (const text of body.slice(to === undefined ? 0 : 1)) {
    if (/^\*\*\* End of File/.test(text)) close(true);
    else if (/^@@/.test(text)) {
      close(false);
      const numbered = text.match(/^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@/);
      const name = text.replace(/^@@\s?/, "").replace(/\s*@@$/, "");
      line = numbered ? Number(numbered[1]) : undefined;
      if (!numbered && name.trim() !== "") after = [...after, name];
    } else open.push(text);
  }
  close(false);
  return { kind: "update", path, to, edits };
}

/** The patch of a command that does nothing but apply it: `apply_patch <<'EOF' … EOF`, or with it in quotes. */
export function patchInCommand(command: string): string | undefined {
  const heredoc = command.match(/^\s*(?:apply_patch|applypatch)\s+<<-?\s*(['"]?)(\w+)\1[ \t]*\r?\n/);
  if (heredoc) {
    const lines = toLf(command.slice(heredoc[0].length)).trimEnd().split("\n");
    const ended = lines.at(-1)?.trim() === heredoc[2] && !lines.slice(0, -1).some((line) => line === heredoc[2]);
    const patch = lines.slice(0, -1).join("\n");
    // Without quotes around its end word the shell would put in what it finds.
    const literal = heredoc[1] !== "" || !/[$`\\]/.test(patch);
    return ended && literal && looksLikePatch(patch) ? patch : undefined;
  }
  const quoted = command.match(/^\s*(?:apply_patch|applypatch)\s+'([^']*)'\s*$/)?.[1];
  return quoted !== undefined && looksLikePatch(quoted) ? quoted : undefined;
}
