import { randomUUID } from "node:crypto";
import { access, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type * as vscode from "vscode";

const SESSION = ".jsonl";
/** Stands beside a session that some window shows: that window goes on with it after a reload. */
const OPEN = ".open";

/**
 * Where the chats of this workspace are kept, and which of them are open. Several windows may have the same folder
 * open, each with a chat of its own: so this is told by files, which all of them see, and by the sessions' locks.
 */
export class SessionFolder {
  readonly #context: vscode.ExtensionContext;

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
  }

  /** A place for a new chat; it is open from now on. */
  async create(): Promise<string> {
    const path = join(this.#folder, `${randomUUID()}${SESSION}`);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(`${path}${OPEN}`, "", { mode: 0o600 });
    return path;
  }

  /** The chats that were open last, in this window or another, the latest first. */
  async open(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const paths = names.filter((name) => name.endsWith(SESSION + OPEN)).map((name) => name.slice(0, -OPEN.length));
    const found = await Promise.all(paths.map((name) => this.#written(join(this.#folder, name))));
    return found
      .filter((entry) => entry !== undefined)
      .sort((a, b) => b.at - a.at)
      .map(({ path }) => path);
  }

  /** The user is done with this chat. Its file stays. */
  async close(path: string): Promise<void> {
    await rm(`${path}${OPEN}`, { force: true });
  }

  /** Chats that were left open by windows that are gone are closed too: a new chat is what comes back after this. */
  async closeAbandoned(): Promise<void> {
    for (const path of await this.open()) if (!(await exists(`${path}.lock`))) await this.close(path);
  }

  async #written(path: string): Promise<{ path: string; at: number } | undefined> {
    return stat(path).then(
      ({ mtimeMs }) => ({ path, at: mtimeMs }),
      () => undefined,
    );
  }

  /** Without a folder there is no storage of the workspace: such chats lie with the extension's own. */
  get #folder(): string {
    return join((this.#context.storageUri ?? this.#context.globalStorageUri).fsPath, "sessions");
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
