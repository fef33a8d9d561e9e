import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import * as vscode from "vscode";

/**
 * The document of a file that is open in VS Code, shown or not. VS Code opens a file once for each path that leads to
 * it, as through a linked folder: one with unsaved changes comes before the others.
 */
export function openDocument(path: string): vscode.TextDocument | undefined {
  // Compared as URIs: those know that drive letters have no case.
  const wanted = vscode.Uri.file(path).toString();
  const exact = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === wanted);
  if (exact?.isDirty) return exact;
  const real = realOf(path);
  const others = vscode.workspace.textDocuments.filter(
    (document) => document !== exact && document.uri.scheme === "file" && realOf(document.uri.fsPath) === real,
  );
  return others.find(({ isDirty }) => isDirty) ?? exact ?? others[0];
}

/** Shown paths of what has unsaved changes at a path or below it, in text editors and in notebooks. */
export function unsavedUnder(path: string): string[] {
  const real = realOf(path);
  const { textDocuments, notebookDocuments } = vscode.workspace;
  return [...textDocuments, ...notebookDocuments]
    .filter(({ isDirty, uri }) => isDirty && uri.scheme === "file")
    .filter(({ uri }) => {
      const inner = relative(real, realOf(uri.fsPath));
      return inner === "" || (inner !== ".." && !inner.startsWith(`..${sep}`) && !/^([a-z]:|[\\/])/i.test(inner));
    })
    .map(({ uri }) => vscode.workspace.asRelativePath(uri));
}

/** A file that is open and no longer on the disk has its path only. */
function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
