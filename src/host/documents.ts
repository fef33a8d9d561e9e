import * as vscode from "vscode";

/** The document of a file that is open in VS Code, shown or not. */
export function openDocument(path: string): vscode.TextDocument | undefined {
  // Compared as URIs: those know that drive letters have no case.
  const wanted = vscode.Uri.file(path).toString();
  return vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === wanted);
}
