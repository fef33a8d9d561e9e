import * as vscode from "vscode";
import { createBlobStore } from "../node/blobStore.ts";
import type { BlobStore } from "../node/changeRecorder.ts";
import type { Root } from "../node/places.ts";
import { createWorkspaceScan, type WorkspaceScan } from "../node/workspaceScan.ts";

export interface KeepingOptions {
  /** Of all workspaces and windows; absolute. */
  readonly folder: string;
  /** 0: nothing is kept. */
  readonly maxBytes: number;
  readonly roots: () => readonly Root[];
}

/** Where earlier contents of files are kept, and what finds those that a command changed. */
export interface Keeping {
  readonly store: BlobStore;
  readonly scan: WorkspaceScan;
}

let saves: vscode.Disposable | undefined;
let keeping: (Keeping & KeepingOptions) | undefined;

/** One for all chats of this window. undefined when nothing is to be kept, or there is no folder. */
export function keepingOf({ folder, maxBytes, roots }: KeepingOptions): Keeping | undefined {
  if (maxBytes === 0 || roots().length === 0) return undefined;
  if (keeping?.folder === folder && keeping.maxBytes === maxBytes) return keeping;
  const store = createBlobStore(folder, { maxBytes });
  const scan = createWorkspaceScan({ roots: () => roots().map(({ path }) => path), store });
  saves?.dispose();
  // What the user saves while a command runs is not the command's doing.
  saves = vscode.workspace.onDidSaveTextDocument(({ uri }) => scan.explainUser(uri.fsPath));
  keeping = { store, scan, folder, maxBytes, roots };
  return keeping;
}
