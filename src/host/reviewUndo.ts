import { chmod, lstat, rm, stat } from "node:fs/promises";
import * as vscode from "vscode";
import { type Comparison, hunkId, type ReviewHunk, undoHunks } from "../edit/review.ts";
import { createFile, replaceSeen } from "../node/atomicWrite.ts";
import { realParents } from "../node/checkpointsRestore.ts";
import { changedSpan } from "./changedSpan.ts";
import { unsavedDocument } from "./documents.ts";
import type { Assessed } from "./reviewAssess.ts";
import { bytesOf, type ContentNow, isSame } from "./reviewContents.ts";
import { encodeAs } from "./reviewState.ts";
import { workspaceRoots } from "./workspace.ts";

export type Impossible =
  /** What was there before is not kept any more. */
  | "not_kept"
  /** The file's encoding has no bytes for what would come back. */
  | "no_encoding"
  /** An editor holds the file unsaved, and what would come back is no text. */
  | "unsaved"
  /** It changed again and again. */
  | "busy"
  | "refused";

/** Bytes that are undefined mean that there is no such file; `after` is what counts as the agent's from then on. */
export type Possible =
  | {
      readonly kind: "write";
      readonly bytes: Buffer | undefined;
      readonly after: Buffer | undefined;
      /** Of a file that comes into being again. */
      readonly mode?: number | undefined;
    }
  /** Into the text that an editor holds unsaved. */
  | { readonly kind: "type"; readonly document: vscode.TextDocument; readonly text: string; readonly after: Buffer };

type Undo = Possible | { readonly kind: "nothing" } | { readonly kind: "impossible"; readonly why: Impossible };

export interface UndoChoice {
  /** By `hunkId`; the whole file without it. */
  readonly hunks: readonly string[] | undefined;
  /** What the user wrote into the agent's changes. */
  readonly touched: "leave" | "take";
}

/** What became of one file; `left`: how many changes were not undone because the user has edited them. */
export type Undone =
  | { readonly path: string; readonly kind: "done"; readonly left: number }
  | { readonly path: string; readonly kind: "failed"; readonly why: Impossible };

export function planUndo(assessed: Assessed, { hunks, touched }: UndoChoice): { undo: Undo; left: number } {
  const { comparison, summary, now, after } = assessed;
  const nothing = { kind: "nothing" } as const;
  if (!summary.listed) return { undo: nothing, left: 0 };
  if (isUnsavedNotebook(assessed.state.path)) return { undo: { kind: "impossible", why: "unsaved" }, left: 0 };
  if (!comparison || summary.kind !== "edited") {
    if (summary.touched && touched === "leave") return { undo: nothing, left: 1 };
    return { undo: undoWhole(assessed), left: 0 };
  }
  const wanted = comparison.hunks.filter((other) => !hunks || hunks.includes(hunkId(other)));
  const chosen = wanted.filter((other) => !other.touched || touched === "take");
  const left = wanted.length - chosen.length;
  const isAll = chosen.length === comparison.hunks.length && isSame(now, after);
  if (isAll && !now.document) return { undo: undoWhole(assessed), left };
  return { undo: chosen.length === 0 ? nothing : undoHunksOf(assessed, comparison, chosen), left };
}

/** Its cells are no text that could be edited: what is written to the disk would be overwritten by the next save. */
function isUnsavedNotebook(path: string): boolean {
  const { fsPath } = vscode.Uri.file(path);
  return vscode.workspace.notebookDocuments.some(({ isDirty, uri }) => isDirty && uri.fsPath === fsPath);
}

/** The file as it was before, whatever anybody did to it since. */
function undoWhole({ state, before, now }: Assessed): Undo {
  if (before.kind === "unknown") return { kind: "impossible", why: "not_kept" };
  if (before.kind === "absent") return { kind: "write", bytes: undefined, after: undefined };
  if (now.document) return { kind: "impossible", why: "unsaved" };
  return { kind: "write", bytes: before.bytes, after: before.bytes, mode: state.mode };
}

function undoHunksOf({ before, after, now }: Assessed, comparison: Comparison, hunks: readonly ReviewHunk[]): Undo {
  const texts = undoHunks(comparison, hunks);
  const left = encodeAs(texts.after, after, before);
  if (left && now.document) return { kind: "type", document: now.document, text: texts.now, after: left };
  const bytes = encodeAs(texts.now, now, before);
  return left && bytes ? { kind: "write", bytes, after: left } : { kind: "impossible", why: "no_encoding" };
}

/** False, and nothing is changed, when the file is not as it was seen. Rejects with what the disk says. */
export async function carryOut(path: string, undo: Possible, seen: ContentNow): Promise<boolean> {
  if (undo.kind === "type") return typeInto(undo.document, undo.text, seen);
  await refuseLinks(path);
  const stats = await stat(path).catch(() => undefined);
  if (!(await isStill(path, seen))) return false;
  if (undo.bytes === undefined) return removeFile(path);
  if (stats) {
    await replaceSeen({ path, shown: path, isFree: () => !unsavedDocument(path) }, undo.bytes, stats);
    return true;
  }
  await createFile(path, undo.bytes);
  if (undo.mode !== undefined) await chmod(path, undo.mode);
  return true;
}

/** The agent's file was none, and lay where its path says: a link that was put in the way since leads elsewhere. */
async function refuseLinks(path: string): Promise<void> {
  const parents = await realParents(workspaceRoots().map((root) => root.path));
  const isLink = (await lstat(path).catch(() => undefined))?.isSymbolicLink();
  if (isLink || !(await parents.areReal(path))) throw new Error(`A link stands in the way of ${path}.`);
}

/** An edit is refused by VS Code when somebody types at the same moment. */
async function typeInto(document: vscode.TextDocument, text: string, seen: ContentNow): Promise<boolean> {
  if (seen.kind !== "text" || document.getText() !== seen.text || document.isClosed) return false;
  const span = changedSpan(seen.text, text);
  const range = new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, range, span.text);
  return vscode.workspace.applyEdit(edit);
}

async function isStill(path: string, seen: ContentNow): Promise<boolean> {
  const bytes = await bytesOf(path);
  const document = unsavedDocument(path);
  if (seen.document) return document?.getText() === (seen.kind === "text" && seen.text);
  if (document) return false;
  if (seen.kind === "absent") return bytes === undefined;
  if (seen.kind === "unknown") return bytes === "unknown";
  return Buffer.isBuffer(bytes) && bytes.equals(seen.bytes);
}

/** Through VS Code: editors that show it close, and its explorer can bring it back. */
async function removeFile(path: string): Promise<boolean> {
  const uri = vscode.Uri.file(path);
  const edit = new vscode.WorkspaceEdit();
  edit.deleteFile(uri, { ignoreIfNotExists: true });
  if ((await vscode.workspace.applyEdit(edit)) && (await bytesOf(path)) === undefined) return true;
  await rm(path, { force: true });
  return true;
}
