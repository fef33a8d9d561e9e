import * as vscode from "vscode";
import { readSettings, SECTION } from "./settings.ts";

/** Says what a setting does not do here, instead of leaving it silently without effect. */
export function warnOfSettings(): vscode.Disposable {
  warnOfAll();
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`${SECTION}.approval.mode`)) warnOfAll();
  });
}

function warnOfAll(): void {
  if (readSettings().mode !== "all") return;
  void vscode.window.showWarningMessage(
    vscode.l10n.t(
      "Approval mode All is for throwaway machines and not available in the editor. Ask is used in its place.",
    ),
  );
}
