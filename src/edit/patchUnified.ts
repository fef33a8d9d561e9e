import type { FilePatch } from "./patch.ts";
import { hunkBody, toEdit } from "./patchHunks.ts";

interface Hunk {
  /** Where the old side begins by the header, from 1; models often get it wrong. */
  readonly line: number | undefined;
  readonly lines: readonly string[];
}

interface Section {
  old: string | undefined;
  now: string | undefined;
  rename: { from?: string; to?: string };
  created: boolean;
  deleted: boolean;
  hunks: Hunk[];
}

const HEADER = /^@@(?: -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@.*|\s.*)?$/;

/** Unified diffs, of git and others; or a text in words for the model that says what cannot be read. */
export function parseUnified(patch: string): FilePatch[] | string {
  const sections: Section[] = [];
  const lines = patch.split("\n");
  let open: Section | undefined;
  const begin = (): Section => {
    const section = { old: undefined, now: undefined, rename: {}, created: false, deleted: false, hunks: [] };
    sections.push(section);
    return section;
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    if (line.startsWith("diff --git ")) {
      open = begin();
      [open.old, open.now] = gitNames(line);
      at++;
    } else if (isFileHeader(lines, at)) {
      if (!open || open.hunks.length > 0) open = begin();
      open.old = nameOf(line.slice(4));
      open.now = nameOf((lines[at + 1] ?? "").slice(4));
      at += 2;
    } else if (HEADER.test(line)) {
      open ??= begin();
      const end = hunkEnd(lines, at + 1);
      const start = line.match(HEADER)?.[1];
      open.hunks.push({ line: start === undefined ? undefined : Number(start), lines: lines.slice(at + 1, end) });
      at = end;
    } else {
      if (/^(GIT binary patch|Binary files )/.test(line)) return "Binary patches cannot be applied.";
      if (open) remark(open, line);
      at++;
    }
  }
  return sections.flatMap(filePatch);
}

function remark(section: Section, line: string): void {
  const [, word, name = ""] = line.match(/^(rename from|rename to|new file|deleted file)\s(.*)$/) ?? [];
  if (word === "rename from") section.rename.from = nameOf(name);
  else if (word === "rename to") section.rename.to = nameOf(name);
  else if (word === "new file") section.created = true;
  else if (word === "deleted file") section.deleted = true;
}

/** A line that was taken away and begins with two dashes looks like one half of it. */
function isFileHeader(lines: readonly string[], at: number): boolean {
  return /^--- \S/.test(lines[at] ?? "") && /^\+\+\+ \S/.test(lines[at + 1] ?? "");
}

function hunkEnd(lines: readonly string[], from: number): number {
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (HEADER.test(line) || line.startsWith("diff --git ")) return at;
    if (isFileHeader(lines, at) && HEADER.test(lines[at + 2] ?? "")) return at;
  }
  return lines.length;
}

function gitNames(line: string): [string | undefined, string | undefined] {
  const [, old, now] = line.match(/^diff --git ("(?:[^"\\]|\\.)*"|a\/\S+) ("(?:[^"\\]|\\.)*"|b\/\S+)$/) ?? [];
  return [old && nameOf(old), now && nameOf(now)];
}

/** Without the time that some programs put behind it. */
function nameOf(text: string): string {
  const name = text.split("\t", 1)[0]?.trim() ?? "";
  return name.startsWith('"') && name.endsWith('"') ? unquoted(name.slice(1, -1)) : name;
}

const ESCAPED: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

/** Git quotes names as C does, with the bytes of UTF-8 in octal. */
function unquoted(name: string): string {
  return name.replace(/((?:\\[0-3][0-7]{2})+)|\\(.)/g, (_, octal: string | undefined, character: string) => {
    if (octal === undefined) return ESCAPED[character] ?? character;
    const bytes = octal.slice(1).split("\\");
    return new TextDecoder().decode(Uint8Array.from(bytes, (each) => Number.parseInt(each, 8)));
  });
}

const NOWHERE = "/dev/null";

function filePatch(section: Section): FilePatch[] {
  const { rename, hunks } = section;
  const { old, now } = stripped(section);
  const from = rename.from ?? old;
  const to = rename.to ?? now;
  const bodies = hunks.map((hunk) => ({ hunk, body: hunkBody(hunk.lines) }));
  if (section.created || old === NOWHERE) {
    if (to === undefined || to === NOWHERE) return [];
    const lines = bodies.flatMap(({ body }) => body.now);
    const open = bodies.at(-1)?.body.nowOpen === true || lines.length === 0;
    return [{ kind: "add", path: to, text: lines.join("\n") + (open ? "" : "\n") }];
  }
  if (section.deleted || now === NOWHERE) {
    if (from === undefined || from === NOWHERE) return [];
    const lines = bodies.flatMap(({ body }) => body.old);
    return [{ kind: "delete", path: from, text: bodies.length === 0 ? undefined : lines.join("\n") }];
  }
  const edits = bodies
    .filter(({ body }) => body.old.length > 0 || body.now.length > 0)
    .map(({ hunk, body }) => toEdit(body, { line: hunk.line, insert: hunk.line === 0 }));
  const moved = from !== undefined && to !== undefined && from !== to;
  if (edits.length === 0 && !moved) return [];
  return [{ kind: "update", path: from ?? to ?? "", to: moved ? to : undefined, edits }];
}

/** `a/` and `b/` are git's only when both sides have them; else they are folders. */
function stripped({ old, now }: Section): { old: string | undefined; now: string | undefined } {
  const isA = old === undefined || old === NOWHERE || old.startsWith("a/");
  const isB = now === undefined || now === NOWHERE || now.startsWith("b/");
  if (!isA || !isB) return { old, now };
  const cut = (name: string | undefined) => (name === undefined || name === NOWHERE ? name : name.slice(2));
  return { old: cut(old), now: cut(now) };
}
