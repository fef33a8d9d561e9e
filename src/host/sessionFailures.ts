import * as vscode from "vscode";
import { sessionFailure } from "../sessions/errors.ts";
import type { Log } from "./log.ts";
import { messageOf } from "./log.ts";

/** What a failure of the storage means to the user, and what to do; any other error in its own words. */
export function sessionFailureText(error: unknown): string {
  const isInUse = error instanceof Error && error.name === "ChatInUse";
  switch (isInUse ? "in_use" : sessionFailure(error)) {
    case "too_new":
      return vscode.l10n.t("This chat was written by a newer version of MiMo Agent. Update the extension to open it.");
    case "not_a_session":
      return vscode.l10n.t("The file of this chat is not a chat. It was left as it is.");
    case "in_use":
      return vscode.l10n.t("This chat is open in another window.");
    case "full":
      return vscode.l10n.t("The disk is full, so the chat could not be saved. Free some space, then send again.");
    case "read_only":
      return vscode.l10n.t("The disk is read-only, so the chat could not be saved.");
    case "denied":
      return vscode.l10n.t("The system allows no access to the folder of the chats.");
    case "gone":
      return vscode.l10n.t("The file of this chat was moved or deleted while it was open.");
    case "failed":
    case undefined:
      return messageOf(error);
  }
}

/** The chat that the window had open last cannot be gone on with. */
export function tellNotResumed(error: unknown, log: Pick<Log, "error">): void {
  log.error("the last chat could not be resumed", error);
  void vscode.window.showWarningMessage(
    sessionFailure(error) === "in_use"
      ? vscode.l10n.t("The last chat is open in another window. A new chat begins here.")
      : vscode.l10n.t("The last chat could not be opened and a new one begins: {0}", sessionFailureText(error)),
  );
}
