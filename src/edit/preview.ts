import type { Hunk } from "../agent/ports.ts";
import { type TextChange, textChange } from "./hunks.ts";

/** A change as the call's own arguments tell it, without the file. */
export interface ArgumentChange extends TextChange {
  /** As the model wrote it. */
  readonly path: string;
  readonly kind: "edit" | "overwrite";
}

/**
 * Draws an edit or write call of which only the raw arguments are left, as in a stored session. Line numbers are 0:
 * not known. undefined when the arguments do not say a change.
 */
export function changeFromArguments(tool: string, raw: string): ArgumentChange | undefined {
  const value = parse(raw);
  const path = value?.path;
  if (!value || typeof path !== "string") return undefined;
  if (tool === "write_file") {
    if (typeof value.content !== "string") return undefined;
    return { path, kind: "overwrite", ...unplaced(textChange("", value.content)) };
  }
  if (tool !== "edit_file" || !Array.isArray(value.edits)) return undefined;
  const changes = value.edits.map(editChange);
  if (changes.length === 0 || changes.includes(undefined)) return undefined;
  return { path, kind: "edit", ...joined(changes.filter((change) => change !== undefined)) };
}

function parse(raw: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function editChange(edit: unknown): TextChange | undefined {
  if (!isRecord(edit) || typeof edit.old_text !== "string" || typeof edit.new_text !== "string") return undefined;
  return unplaced(textChange(edit.old_text, edit.new_text));
}

function unplaced(change: TextChange): TextChange {
  return { ...change, hunks: change.hunks.map((hunk): Hunk => ({ ...hunk, oldStart: 0, newStart: 0 })) };
}

function joined(changes: readonly TextChange[]): TextChange {
  return {
    added: changes.reduce((sum, change) => sum + change.added, 0),
    removed: changes.reduce((sum, change) => sum + change.removed, 0),
    hunks: changes.flatMap((change) => change.hunks),
    truncated: changes.some((change) => change.truncated),
  };
}
