import * as vscode from "vscode";
import { Account } from "./host/account.ts";
import { watchChat } from "./host/attention.ts";
import { ChatController } from "./host/chatController.ts";
import { ChoiceStore } from "./host/choices.ts";
import { registerCommands } from "./host/commands.ts";
import { Diffs } from "./host/diffs.ts";
import { KeyCommands } from "./host/keyCommands.ts";
import { KeyStore } from "./host/keyStore.ts";
import { LastErrors } from "./host/lastErrors.ts";
import { ChatLocation, VIEWS } from "./host/location.ts";
import { createLog } from "./host/log.ts";
import { ChatPanel } from "./host/panel.ts";
import { handleRequest } from "./host/panelMessages.ts";
import type { ReviewSource } from "./host/reviewCommands.ts";
import { SessionFolder } from "./host/sessions.ts";
import { warnOfSettings } from "./host/settingsNotice.ts";
import { StatusBar } from "./host/statusBar.ts";

let running: ChatController | undefined;

/** What host tests drive; no other extension gets it. */
export interface TestApi {
  readonly chat: ChatController;
  readonly keys: KeyStore;
  readonly choices: ChoiceStore;
  readonly account: Account;
}

/** Wires the parts. What is heavy (zod, the platform's client, the tools) is loaded by the part that needs it first. */
export function activate(context: vscode.ExtensionContext): TestApi | undefined {
  const own = <T extends vscode.Disposable>(disposable: T): T => {
    context.subscriptions.push(disposable);
    return disposable;
  };
  const keys = own(new KeyStore(context.secrets));
  const log = own(createLog("MiMo Agent", () => keys.known));
  const choices = own(new ChoiceStore(context.workspaceState));
  const account = own(new Account({ keys, choices, log }));
  const diffs = own(new Diffs());
  const sessions = new SessionFolder(context);
  const errors = new LastErrors();
  const processFolder = vscode.Uri.joinPath(context.globalStorageUri, "processes").fsPath;
  const checkpointFolder = vscode.Uri.joinPath(context.globalStorageUri, "checkpoints").fsPath;
  const chat = own(
    new ChatController({ account, choices, diffs, sessions, errors, processFolder, checkpointFolder, log }),
  );
  running = chat;
  const panel = own(
    new ChatPanel({
      extensionUri: context.extensionUri,
      chat,
      log,
      handle: (request) => handleRequest(request, { chat, choices, diffs, keys: keyCommands, log }),
      opened: () => void account.ask(chat.path),
    }),
  );
  for (const view of Object.values(VIEWS)) {
    own(vscode.window.registerWebviewViewProvider(view, panel, { webviewOptions: { retainContextWhenHidden: true } }));
  }
  own(new StatusBar(chat));
  own(watchChat(chat, panel));
  const keyCommands = new KeyCommands({ keys, account, choices, chat, memento: context.globalState, log });
  const location = new ChatLocation(context.globalState, panel);
  const report = async () => {
    const { diagnose } = await import("./host/deferred.ts");
    await diagnose({
      context,
      keys: () => keys.list(),
      secrets: () => keys.known,
      target: () => account.target(chat.path),
      model: () => ({ chosen: choices.current.model, serving: chat.state.model }),
      sessions: async () => (await sessions.list()).length,
      lastErrors: () => errors.list,
    });
  };
  own(registerCommands({ account, chat, choices, keys: keyCommands, location, sessions, diagnose: report, log }));
  const following = own(
    chat.onDidChange(() => {
      if (!chat.open?.kept) return;
      following.dispose();
      void reviewing({ review: () => chat.open?.kept?.review, onDidChange: chat.onDidChange, log }).then(own);
    }),
  );
  own(warnOfSettings());
  void account
    .refresh()
    .then(() => keyCommands.offerFromEnvironment())
    .catch((error) => log.error("the key of the environment could not be offered", error));
  return context.extensionMode === vscode.ExtensionMode.Test ? { chat, keys, choices, account } : undefined;
}

/** With the first chat that could change something; activation does without. */
async function reviewing(source: ReviewSource): Promise<vscode.Disposable> {
  const { registerReview } = await import("./host/deferred.ts");
  return registerReview(source);
}

/** VS Code waits about five seconds: enough to stop what runs, answer its calls and write that down. */
export async function deactivate(): Promise<void> {
  await running?.close();
}
