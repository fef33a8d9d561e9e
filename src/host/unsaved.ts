import { rm } from "node:fs/promises";
import * as vscode from "vscode";
import { replaceFile } from "../node/atomicWrite.ts";
import { decodeText, encodeText } from "../node/text.ts";
import { isUnsaved, unsavedDocument } from "./documents.ts";

/** What an editor holds unsaved, as the bytes that saving would write; undefined where the disk has it all. */
export function unsavedBytes(document: vscode.TextDocument | undefined): Uint8Array | undefined {
  if (!document || !isUnsaved(document)) return undefined;
  try {
    return encodeText(document.getText(), document.encoding);
  } catch {
    // What its encoding has no bytes for is kept as UTF-8 rather than not at all.
    return Buffer.from(document.getText(), "utf8");
  }
}

/** A file as a restore wants it. An editor that holds it unsaved shows what is restored, too. */
export async function writeRestored(path: string, bytes: Uint8Array | undefined): Promise<void> {
  const document = unsavedDocument(path);
  if (document) await showRestored(document, bytes);
  if (bytes) await replaceFile(path, Buffer.from(bytes));
  else await rm(path, { force: true });
}

/** What was typed and never saved would otherwise be saved over what is restored. It is kept by the restore itself. */
async function showRestored(document: vscode.TextDocument, bytes: Uint8Array | undefined): Promise<void> {
  const text = textOf(bytes, document);
  if (text === undefined || text === document.getText()) return;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  if (await vscode.workspace.applyEdit(edit)) await document.save();
}

/** As the editor takes it: it is the one that saves it. */
function textOf(bytes: Uint8Array | undefined, { uri, encoding }: vscode.TextDocument): string | undefined {
  if (!bytes) return undefined;
  try {
    return decodeText(Buffer.from(bytes), uri.fsPath, encoding).text;
  } catch {
    return undefined;
  }
}
