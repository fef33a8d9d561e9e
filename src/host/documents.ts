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
  if (exact && isUnsaved(exact)) return exact;
  const real = realOf(path);
  const others = vscode.workspace.textDocuments.filter(
    (document) => document !== exact && document.uri.scheme === "file" && realOf(document.uri.fsPath) === real,
  );
  return others.find(isUnsaved) ?? exact ?? others[0];
}

/** The document of a file that holds what the disk does not. */
export function unsavedDocument(path: string): vscode.TextDocument | undefined {
  const document = openDocument(path);
  return document && isUnsaved(document) ? document : undefined;
}

/**
 * Holds what the disk does not. Of a document that was typed in while it was being saved, VS Code tells extensions that
 * it has no unsaved changes (`isDirty`) until the next keystroke; its tab knows better.
 */
export function isUnsaved({ isDirty, uri }: vscode.TextDocument): boolean {
  if (isDirty) return true;
  const wanted = uri.toString();
  return vscode.window.tabGroups.all.some(({ tabs }) =>
    tabs.some((tab) => tab.isDirty && shownIn(tab)?.toString() === wanted),
  );
}

/** What is edited in a tab. */
function shownIn({ input }: vscode.Tab): vscode.Uri | undefined {
  if (input instanceof vscode.TabInputTextDiff) return input.modified;
  return input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
}

/** Shown paths of what has unsaved changes at a path or below it, in text editors and in notebooks. */
export function unsavedUnder(path: string): string[] {
  const real = realOf(path);
  const { textDocuments, notebookDocuments } = vscode.workspace;
  return [...textDocuments.filter(isUnsaved), ...notebookDocuments.filter(({ isDirty }) => isDirty)]
    .filter(({ uri }) => uri.scheme === "file")
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
