import * as vscode from "vscode";
import type { FileChange } from "../agent/ports.ts";
import type { Account } from "./account.ts";
import type { ChoiceStore } from "./choices.ts";
import type { Diffs } from "./diffs.ts";
import type { Log } from "./log.ts";
import type { ChatWorld } from "./openChat.ts";
import { readSettings } from "./settings.ts";
import { workspaceRoots } from "./workspace.ts";

export interface WorldParts {
  readonly account: Account;
  readonly choices: ChoiceStore;
  readonly diffs: Diffs;
  readonly processFolder: string;
  readonly checkpointFolder: string;
  readonly log: Log;
}

/** What the window answers for a chat, and hears of it. */
export interface ChatWindow extends Pick<ChatWorld, "approver" | "user" | "queued" | "emit" | "waiting" | "changed"> {
  /** A call is about to change a file. */
  readonly changing: (callId: string, change: FileChange) => void;
}

/** The editor as a chat sees it: folders, settings and keys as they are at the moment they are asked for. */
export function chatWorld(
  { account, choices, diffs, processFolder, checkpointFolder, log }: WorldParts,
  window: ChatWindow,
): ChatWorld {
  const { changing, ...heard } = window;
  return {
    ...heard,
    roots: workspaceRoots,
    trusted: () => vscode.workspace.isTrusted,
    mode: () => choices.current.mode,
    target: (path) => account.target(path),
    idleMs: () => readSettings().idleTimeout * 1_000,
    processFolder,
    checkpointFolder,
    checkpointBytes: () => readSettings().checkpointBytes,
    terminal: () => readSettings().terminal,
    log,
    appRoot: vscode.env.appRoot,
    planned: (callId, actions) => {
      for (const change of diffs.planned(callId, actions)) changing(callId, change);
    },
  };
}
