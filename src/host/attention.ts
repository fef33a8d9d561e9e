import * as vscode from "vscode";
import type { ChatController } from "./chatController.ts";
import type { ChatPanel } from "./panel.ts";

/** Keeps the context key of a running task, and tells the user of a question that stands in a hidden panel. */
export function watchChat(chat: ChatController, panel: ChatPanel): vscode.Disposable {
  let busy = false;
  const changed = chat.onDidChange(() => {
    if (chat.busy === busy) return;
    busy = chat.busy;
    void vscode.commands.executeCommand("setContext", "mimoAgent.busy", busy);
  });
  const asked = chat.onEvent((event) => {
    if (event.type === "question" && !panel.visible) void tell();
  });
  return vscode.Disposable.from(changed, asked);
}

async function tell(): Promise<void> {
  const show = vscode.l10n.t("Show");
  const answer = await vscode.window.showInformationMessage(vscode.l10n.t("MiMo is waiting for you"), show);
  if (answer === show) await vscode.commands.executeCommand("mimoAgent.openChat");
}
