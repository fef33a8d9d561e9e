import { join } from "node:path";
import type * as vscode from "vscode";
import { SessionStore } from "../node/sessionStore.ts";

/** The sessions of this workspace. Without a folder there is no storage of the workspace: such chats lie with the
 * extension's own. */
export class SessionFolder extends SessionStore {
  constructor(context: vscode.ExtensionContext) {
    super(() => join((context.storageUri ?? context.globalStorageUri).fsPath, "sessions"));
  }
}
