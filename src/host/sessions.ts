import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type * as vscode from "vscode";
import { SessionStore } from "../node/sessionStore.ts";

/** The sessions of this workspace. Without a folder there is no storage of the workspace: such chats lie with the
 * extension's own. */
export class SessionFolder extends SessionStore {
  readonly #own: () => string;

  constructor(context: vscode.ExtensionContext) {
    const own = () => (context.storageUri ?? context.globalStorageUri).fsPath;
    super(() => join(sharedStorage(own()), "sessions"));
    this.#own = own;
  }

  /** Another window had this workspace open before: chats that are in use are most likely its own. */
  get isSecond(): boolean {
    return sharedStorage(this.#own()) !== this.#own();
  }
}

/**
 * While one window has a folder open, VS Code gives the next one on it a storage of its own, named with "-1", "-2" … at
 * the end (seen in 1.139; in the browser the name itself may begin with a minus). What is kept there would be missing
 * from the history ever after: all windows use the first.
 */
function sharedStorage(storage: string): string {
  const workspace = dirname(storage);
  const first = /^(.+)-\d{1,3}$/.exec(basename(workspace))?.[1];
  if (first === undefined) return storage;
  const shared = join(dirname(workspace), first);
  return existsSync(shared) ? join(shared, basename(storage)) : storage;
}
