import { createHash } from "node:crypto";
import * as vscode from "vscode";
import { ToolError } from "../agent/errors.ts";
import type { Files, Place, TextFile } from "../agent/ports.ts";
import { changedSpan } from "./changedSpan.ts";
import { openDocument } from "./documents.ts";

const ATTEMPTS = 5;

/**
 * Files as the user sees them: a document with unsaved changes is read from, and written through, its live buffer;
 * everything else by `disk`. VS Code keeps encoding, BOM and line endings of a document it saves.
 * Versions name the text, so that a save by the user in between is no change.
 */
export function createEditorFiles(disk: Files): Files {
  const readDisk = async (place: Place) => named(await disk.read(place));
  return {
    locate: (path) => disk.locate(path),
    read: async (place) => {
      const document = unsaved(place);
      return document ? bufferFile(document) : readDisk(place);
    },
    write: async (place, text, { expect }) => {
      const document = unsaved(place);
      if (!document) return named(await disk.write(place, text, { expect: await diskVersion(disk, place, expect) }));
      // The same doubts count as for the disk: is the place still inside, is this what the caller saw?
      const again = await disk.locate(place.path);
      if (place.inside && !again.inside) throw new ToolError(`${place.shown} is no longer inside the workspace.`);
      if (bufferFile(document).version !== expect) throw changed(place);
      await replaceText(document, text, place);
      return readDisk(place);
    },
  };
}

/** What the disk calls the text that the caller saw. */
async function diskVersion(disk: Files, place: Place, expect: string): Promise<string> {
  if (expect === "missing") return expect;
  const now = await disk.read(place);
  if (versionOf(now.text) !== expect) throw changed(place);
  return now.version;
}

function named(file: TextFile): TextFile {
  return { ...file, version: versionOf(file.text) };
}

function versionOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function unsaved({ path }: Place): vscode.TextDocument | undefined {
  const document = openDocument(path);
  return document?.isDirty ? document : undefined;
}

function bufferFile(document: vscode.TextDocument): TextFile {
  const text = document.getText();
  return { text, version: versionOf(text), bytes: Buffer.byteLength(text) };
}

/** Edits and saves. An edit is refused by VS Code when the user types at the same moment: then the text is compared
 * again, so that nothing typed meanwhile is lost. */
async function replaceText(document: vscode.TextDocument, text: string, place: Place): Promise<void> {
  const before = document.getText();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (document.getText() !== before) throw changed(place);
    if (await vscode.workspace.applyEdit(changeOf(document, text))) return save(document, place);
  }
  throw new ToolError(`${place.shown} could not be edited: the editor is busy with it. Try again.`);
}

async function save(document: vscode.TextDocument, place: Place): Promise<void> {
  if (await document.save()) return;
  throw new ToolError(
    `${place.shown} was edited in the editor but could not be saved: the file on disk changed too. The user has to resolve that.`,
  );
}

/** Only what differs is replaced, so that cursors and folds elsewhere stay. */
function changeOf(document: vscode.TextDocument, text: string): vscode.WorkspaceEdit {
  const span = changedSpan(document.getText(), text);
  const range = new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, range, span.text);
  return edit;
}

function changed(place: Place): ToolError {
  return new ToolError(`${place.shown} changed since it was read; nothing was written. Read it again.`);
}
