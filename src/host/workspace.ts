import * as vscode from "vscode";
import type { Root } from "../node/places.ts";

/** The folders on disk that are open in this window. */
export function workspaceRoots(): readonly Root[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === "file")
    .map(({ name, uri }) => ({ name, path: uri.fsPath }));
}
