import * as vscode from "vscode";
import type { ChatReview } from "./review.ts";
import { BASELINE_SCHEME, reviewedPath } from "./reviewDiffs.ts";
import type { FileMarks, MarkedHunk } from "./reviewTypes.ts";

/** What VS Code's peek of a gutter mark hands to its buttons: lines from 1, an end of 0 for a side that is empty. */
export interface PeekedChange {
  readonly originalStartLineNumber: number;
  readonly originalEndLineNumber: number;
  readonly modifiedStartLineNumber: number;
  readonly modifiedEndLineNumber: number;
}

/** The file that the editor with the cursor shows, on either side of a diff. */
export function activePath(): string | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri && reviewedPath(uri);
}

/** Hunks that lie within a peeked change, which VS Code may cut differently than we do. */
export function hunksIn({ hunks }: FileMarks, change: PeekedChange): readonly MarkedHunk[] {
  const isRemoval = change.modifiedEndLineNumber === 0;
  const from = isRemoval ? change.modifiedStartLineNumber : change.modifiedStartLineNumber - 1;
  const to = isRemoval ? from : change.modifiedEndLineNumber;
  return hunks.filter(({ start, end }) => (start < to && from < end) || (isRemoval && start <= from && from <= end));
}

/** The hunk with the cursor; a place where lines were only taken out is that of the lines around it. */
export function hunkAtCursor({ hunks }: FileMarks): MarkedHunk | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const line = editor.selection.active.line;
  const sides = hunks.map((hunk) =>
    editor.document.uri.scheme === BASELINE_SCHEME
      ? { hunk, start: hunk.baselineStart, end: hunk.baselineEnd }
      : { hunk, start: hunk.start, end: hunk.end },
  );
  const inside = sides.find(({ start, end }) => start <= line && line < end);
  return (inside ?? sides.find(({ start, end }) => start === end && (line === start || line === start - 1)))?.hunk;
}

export type Direction = "next" | "previous";

/** A line, from 0, of a file. */
export interface Stop {
  readonly path: string;
  readonly line: number;
}

/** To the change after or before a place, over all files and around. False when no change has a line. */
export async function goToChange(review: ChatReview, direction: Direction, from = cursor()): Promise<boolean> {
  await review.settled();
  const stops = review.marks.flatMap(({ path, hunks }) => hunks.map(({ start }): Stop => ({ path, line: start })));
  const ordered = direction === "next" ? stops : stops.reverse();
  const stop = ordered.find((other) => from && isBeyond(other, from, direction)) ?? ordered[0];
  if (!stop) return false;
  await reveal(stop);
  return true;
}

function isBeyond(stop: Stop, from: Stop, direction: Direction): boolean {
  const [low, high] = direction === "next" ? [from, stop] : [stop, from];
  return low.path === high.path ? low.line < high.line : low.path < high.path;
}

function cursor(): Stop | undefined {
  const path = activePath();
  const line = vscode.window.activeTextEditor?.selection.active.line;
  return path === undefined || line === undefined ? undefined : { path, line };
}

async function reveal({ path, line }: Stop): Promise<void> {
  const uri = vscode.Uri.file(path);
  const active = vscode.window.activeTextEditor;
  // A diff that shows the file already stays open.
  const editor =
    active?.document.uri.toString() === uri.toString() ? active : await vscode.window.showTextDocument(uri);
  const at = new vscode.Position(Math.min(line, editor.document.lineCount - 1), 0);
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
