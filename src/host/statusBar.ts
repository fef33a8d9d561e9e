import * as vscode from "vscode";
import type { ChatController } from "./chatController.ts";
import { readSettings, SECTION } from "./settings.ts";

/** The item in the status bar: what the agent is doing, and with which model. A click opens the chat. */
export class StatusBar implements vscode.Disposable {
  readonly #chat: ChatController;
  readonly #item: vscode.StatusBarItem;
  readonly #subscriptions: vscode.Disposable[];

  constructor(chat: ChatController) {
    this.#chat = chat;
    this.#item = vscode.window.createStatusBarItem("mimoAgent.status", vscode.StatusBarAlignment.Right, 90);
    this.#item.name = "MiMo Agent";
    this.#subscriptions = [
      this.#item,
      chat.onDidChange(() => this.#draw()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${SECTION}.statusBar`)) this.#draw();
      }),
    ];
    // First drawn when key and model are known: the item never shows a state that it has to take back.
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #draw(): void {
    const { statusBar } = readSettings();
    if (statusBar === "hidden") {
      this.#item.hide();
      return;
    }
    const state = this.#chat.state;
    const model = state.models.find(({ id }) => id === state.model)?.name ?? state.model;
    const noKey = state.key.state === "none";
    const { icon, text, said } = noKey ? noKeyLook() : this.#look({ model, inFull: statusBar === "full" });
    this.#item.text = `${icon} ${text}`;
    this.#item.tooltip = tooltip([said, noKey ? "" : model]);
    this.#item.command = noKey ? "mimoAgent.setKey" : "mimoAgent.openChat";
    this.#item.accessibilityInformation = { label: noKey ? said : `${said}, ${model}`, role: "button" };
    this.#item.show();
  }

  #look({ model, inFull }: { model: string; inFull: boolean }): Look {
    const { busy, waiting } = this.#chat;
    if (waiting > 0) {
      const text = `${model} · ${vscode.l10n.t("{0} waiting", waiting)}`;
      return { icon: "$(bell-dot)", text, said: vscode.l10n.t("MiMo is waiting for you") };
    }
    const icon = busy ? "$(loading~spin)" : "$(comment-discussion)";
    const word = busy ? vscode.l10n.t("working") : vscode.l10n.t("ready");
    const said = busy ? vscode.l10n.t("MiMo is working") : vscode.l10n.t("MiMo is ready");
    return { icon, text: inFull ? `${model} · ${word}` : model, said };
  }
}

interface Look {
  readonly icon: string;
  readonly text: string;
  /** For the tooltip and for screen readers. */
  readonly said: string;
}

function noKeyLook(): Look {
  return { icon: "$(key)", text: vscode.l10n.t("MiMo: add key"), said: vscode.l10n.t("MiMo needs a key") };
}

function tooltip(lines: readonly string[]): string {
  return [...lines, vscode.l10n.t("An independent project, not Xiaomi's.")].filter((line) => line !== "").join("\n");
}
