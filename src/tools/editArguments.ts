import { looksLikePatch } from "../edit/patch.ts";

/** Other tools' names for the same arguments, which models know from their training. Not advertised. */
const NAMES: Readonly<Record<string, string>> = {
  file_path: "path",
  filePath: "path",
  filename: "path",
  file: "path",
  target_file: "path",
  old_string: "old_text",
  oldText: "old_text",
  oldString: "old_text",
  old_str: "old_text",
  search: "old_text",
  find: "old_text",
  new_string: "new_text",
  newText: "new_text",
  newString: "new_text",
  new_str: "new_text",
  replace: "new_text",
  replacement: "new_text",
  replaceAll: "replace_all",
};

const OF_EDIT = ["old_text", "new_text", "replace_all"];
const PATCHES = ["patch", "diff", "input"];

/** The arguments of edit_file as the schema wants them, where it is clear what was meant; anything else as it came. */
export function understoodEdits(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const named = renamed(value);
  const { edits } = named;
  const patch = PATCHES.map((name) => named[name]).find((each) => typeof each === "string");
  const whole = typeof edits === "string" && looksLikePatch(edits) ? edits : edits === undefined ? patch : undefined;
  if (typeof whole === "string") return { path: named.path ?? firstPath(whole), edits: [asPatch(whole)] };
  if (edits === undefined && typeof named.old_text === "string" && typeof named.new_text === "string") {
    return { ...without(named, OF_EDIT), edits: [only(named, OF_EDIT)] };
  }
  const list = listOf(edits);
  if (!list) return named;
  const each = list.map((edit) => (isRecord(edit) ? editOf(edit) : edit));
  const all = named.replace_all;
  // Set beside the list it was meant for all of them.
  const spread = each.map((edit) =>
    all !== undefined && isRecord(edit) && edit.replace_all === undefined ? { ...edit, replace_all: all } : edit,
  );
  return { ...without(named, ["replace_all"]), edits: spread };
}

function editOf(edit: Record<string, unknown>): Record<string, unknown> {
  const named = renamed(edit);
  const patch = PATCHES.map((name) => named[name]).find((each) => typeof each === "string");
  return named.old_text === undefined && typeof patch === "string" ? asPatch(patch) : named;
}

function asPatch(patch: string): Record<string, unknown> {
  return { old_text: "", new_text: patch };
}

/** A patch names its own files; the path is only asked for by the schema. */
function firstPath(patch: string): string | undefined {
  return patch.match(/^(?:\*\*\* (?:Update|Add|Delete) File: |\+\+\+ (?:b\/)?)([^\t\r\n]+)/m)?.[1]?.trim();
}

/** A list, one edit that is none, or either as JSON text. */
function listOf(edits: unknown): readonly unknown[] | undefined {
  if (Array.isArray(edits)) return edits;
  if (isRecord(edits)) return [edits];
  if (typeof edits !== "string") return undefined;
  try {
    const value: unknown = JSON.parse(edits);
    return Array.isArray(value) ? value : isRecord(value) ? [value] : undefined;
  } catch {
    return undefined;
  }
}

/** A field that is there under its own name is left to it. */
function renamed(value: Record<string, unknown>): Record<string, unknown> {
  const fields = Object.entries(value).map(([key, field]): [string, unknown] => {
    const name = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined;
    return [name !== undefined && !Object.hasOwn(value, name) ? name : key, field];
  });
  return Object.fromEntries(fields);
}

function only(value: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)));
}

function without(value: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
