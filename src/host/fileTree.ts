import { existsSync } from "node:fs";
import * as vscode from "vscode";
import { ToolError } from "../agent/errors.ts";
import type { FileTree, Place } from "../agent/ports.ts";
import type { TreeActs } from "../node/fileTree.ts";
import { unsavedUnder } from "./documents.ts";

/** Refuses what would take a file away from an editor that holds it unsaved. `disk` works by `editorActs`. */
export function createEditorTree(disk: FileTree): FileTree {
  return {
    createFolder: (place) => disk.createFolder(place),
    filesIn: (place, options) => disk.filesIn(place, options),
    move: async (from, to) => {
      refuseUnsaved(from, "moved");
      // An editor may hold a file that is gone from the disk: its save would overwrite what is moved there.
      refuseUnsaved(to, "replaced");
      await disk.move(from, to);
    },
    remove: async (place) => {
      refuseUnsaved(place, "deleted");
      await disk.remove(place);
    },
  };
}

function refuseUnsaved({ path, shown }: Place, what: string): void {
  const [first, ...others] = unsavedUnder(path);
  if (first === undefined) return;
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  throw new ToolError(
    `${shown} was not ${what}: ${first}${more} has unsaved changes in the editor. Ask the user to save.`,
  );
}

/**
 * Through VS Code's own file service: open editors follow a move, without the questions that its refactorings ask. What
 * is deleted goes to the trash where the system has one.
 */
export const editorActs: TreeActs = {
  move: async (from, to) => {
    await inWords(() => vscode.workspace.fs.rename(vscode.Uri.file(from), vscode.Uri.file(to), { overwrite: false }));
  },
  remove: async (path) => {
    const uri = vscode.Uri.file(path);
    try {
      await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
    } catch (error) {
      if (!existsSync(path)) throw error;
      // On a remote there is no trash.
      await inWords(() => vscode.workspace.fs.delete(uri, { recursive: true, useTrash: false }));
    }
  },
};

async function inWords(work: () => Thenable<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError)) throw error;
    throw new ToolError(`VS Code could not do it: ${error.message}`, { cause: error });
  }
}
