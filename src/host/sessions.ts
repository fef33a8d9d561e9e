import { randomUUID } from "node:crypto";
import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type * as vscode from "vscode";

const LAST = "mimoAgent.lastChat";

/** Where the chats of this workspace are kept, and which one was open last. */
export class SessionFolder {
  readonly #context: vscode.ExtensionContext;

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
  }

  /** A place for a new chat; it is the last one from now on. */
  async create(): Promise<string> {
    const id = randomUUID();
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // Awaited: an update that is not does not survive a killed extension host.
    await this.#context.workspaceState.update(LAST, id);
    return this.#path(id);
  }

  /** The chat that was open last, if its file is still there. */
  async last(): Promise<string | undefined> {
    const id = this.#context.workspaceState.get<unknown>(LAST);
    if (typeof id !== "string" || !/^[0-9a-f-]{36}$/.test(id)) return undefined;
    const path = this.#path(id);
    return access(path).then(
      () => path,
      () => undefined,
    );
  }

  async forgetLast(): Promise<void> {
    await this.#context.workspaceState.update(LAST, undefined);
  }

  /** Without a folder there is no storage of the workspace: such chats lie with the extension's own. */
  get #folder(): string {
    return join((this.#context.storageUri ?? this.#context.globalStorageUri).fsPath, "sessions");
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.jsonl`);
  }
}
