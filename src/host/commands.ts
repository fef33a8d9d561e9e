import * as vscode from "vscode";
import type { Account } from "./account.ts";
import type { ChatController } from "./chatController.ts";
import type { ChoiceStore } from "./choices.ts";
import type { KeyCommands } from "./keyCommands.ts";
import type { ChatLocation } from "./location.ts";
import { type Log, messageOf } from "./log.ts";
import { selectModel } from "./models.ts";
import type { SessionFolder } from "./sessions.ts";

export interface CommandParts {
  readonly account: Account;
  readonly chat: ChatController;
  readonly choices: ChoiceStore;
  readonly keys: KeyCommands;
  readonly location: ChatLocation;
  readonly sessions: SessionFolder;
  readonly diagnose: () => Promise<void>;
  readonly log: Log;
}

export function registerCommands(parts: CommandParts): vscode.Disposable {
  const { account, chat, choices, keys, location, sessions, log } = parts;
  const commands: Readonly<Record<string, () => unknown>> = {
    openChat: () => location.open(),
    newChat: async () => {
      await chat.newChat();
      await location.open();
    },
    stop: () => chat.stop(),
    selectModel: () => selectModel(chat, account, choices),
    setKey: () => keys.set(),
    removeKey: () => keys.remove(),
    keys: () => keys.manage(),
    moveToSecondarySideBar: () => location.move("secondary"),
    moveToActivityBar: () => location.move("activityBar"),
    history: async () => {
      const { showHistory } = await import("./deferred.ts");
      await showHistory({
        store: sessions,
        current: () => chat.path,
        open: async (path) => {
          await chat.openSession(path);
          await location.open();
        },
        deleted: async (path) => {
          if (path === chat.path) await chat.newChat();
        },
      });
    },
    diagnose: () => parts.diagnose(),
    showLog: () => log.show(),
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(`mimoAgent.${name}`, async () => {
        try {
          await run();
        } catch (error) {
          log.error(`mimoAgent.${name} failed`, error);
          void vscode.window.showErrorMessage(vscode.l10n.t("MiMo could not do that: {0}", messageOf(error)));
        }
      }),
    ),
  );
}
