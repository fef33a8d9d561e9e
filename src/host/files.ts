import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { ToolError } from "../agent/errors.ts";
import type { Files, Place, TextFile } from "../agent/ports.ts";
import { decodeExactly, encodingByMark, wordsFor } from "../node/encodings.ts";
import { partOf } from "../node/filePart.ts";
import type { DiskFiles } from "../node/files.ts";
import { encodeText, versionOf } from "../node/text.ts";
import { changedSpan } from "./changedSpan.ts";
import { openDocument, unsavedDocument } from "./documents.ts";
import { encodingHint } from "./encodingSetting.ts";

const ATTEMPTS = 5;

/**
 * Files as the user sees them: a document with unsaved changes is read from, and written through, its live buffer;
 * everything else by `disk`, in the encoding that VS Code takes it for. Versions name the text, so that a save by the
 * user in between is no change.
 */
export function createEditorFiles(disk: DiskFiles): Files {
  const hinted = async (place: Place) => ({ hint: await encodingHint(place.path, openDocument(place.path)) });
  const readDisk = async (place: Place) => disk.read(place, await hinted(place));
  return {
    locate: (path) => disk.locate(path),
    read: async (place) => {
      const document = unsavedDocument(place.path);
      return document ? bufferFile(document) : readDisk(place);
    },
    readPart: async (place, range, { signal }) => {
      const document = unsavedDocument(place.path);
      if (document) return partOf(bufferFile(document), range);
      return disk.readPart(place, range, { signal, ...(await hinted(place)) });
    },
    write: async (place, text, { expect }) => {
      refuseNotebook(place);
      const hint = await hinted(place);
      const document = unsavedDocument(place.path);
      // The user may begin to type while the disk is looked at.
      if (!document) return disk.write(place, text, { expect, ...hint, isFree: () => !unsavedDocument(place.path) });
      // The same doubts count as for the disk: is the place still inside, is this what the caller saw?
      const again = await disk.locate(place.path);
      if (place.inside && !again.inside) throw new ToolError(`${place.shown} is no longer inside the workspace.`);
      const before = bufferFile(document);
      if (before.version !== expect) throw changed(place);
      encodeText(text, before.encoding, place.shown);
      await refuseLossySave(disk, place, before.encoding);
      const onDisk = () =>
        readDisk(place).then(
          (file) => file.text,
          () => undefined,
        );
      await replaceText(document, { place, before: before.text, text, onDisk });
      return readDisk(place);
    },
  };
}

function bufferFile(document: vscode.TextDocument): TextFile {
  const text = document.getText();
  return { text, version: versionOf(text), bytes: Buffer.byteLength(text), encoding: document.encoding };
}

/** A notebook's editor is no text document, and would overwrite what is written behind it. */
function refuseNotebook({ path, shown }: Place): void {
  const wanted = vscode.Uri.file(path).toString();
  if (!vscode.workspace.notebookDocuments.some(({ isDirty, uri }) => isDirty && uri.toString() === wanted)) return;
  throw new ToolError(
    `${shown} has unsaved changes in a notebook editor; nothing was written. Ask the user to save it.`,
  );
}

/**
 * VS Code saves a document as a whole: what it made of the bytes when it opened the file goes to the disk. Refused where
 * that would change more than the edit.
 */
async function refuseLossySave(disk: DiskFiles, place: Place, encoding: string): Promise<void> {
  const again = await disk.locate(place.path);
  if (again.kind === "missing") return;
  const bytes = await disk.bytes(place);
  const name = wordsFor(encoding);
  const advice = "Nothing was written; ask the user to save or revert it";
  const text = decodeExactly(bytes, encoding) ?? unmarked(bytes, encoding);
  if (text === undefined) {
    throw new ToolError(
      `${place.shown} has unsaved changes in the editor, which opened it as ${name}; its bytes are something else, and saving would damage them. ${advice}, and to reopen it with its encoding.`,
    );
  }
  if (encoding.startsWith("utf16") && !encodingByMark(bytes)) {
    throw new ToolError(
      `${place.shown} has unsaved changes in the editor and is ${name} without BOM; saving would add one. ${advice}.`,
    );
  }
  if (hasMixedEndings(text)) {
    throw new ToolError(
      `${place.shown} has unsaved changes in the editor and mixed line endings on disk, which the editor makes all alike when it saves. ${advice}.`,
    );
  }
}

/** VS Code writes marks of its own accord, and reads without them. */
function unmarked(bytes: Buffer, encoding: string): string | undefined {
  if (encoding === "utf8") return decodeExactly(bytes, "utf8bom");
  return encoding.startsWith("utf16") ? decodeExactly(bytes, `${encoding}-nobom`) : undefined;
}

/** A carriage return alone ends a line for VS Code, and never stays alone. */
export function hasMixedEndings(text: string): boolean {
  const crlf = text.match(/\r\n/g)?.length ?? 0;
  if (/\r(?!\n)/.test(text)) return true;
  return crlf > 0 && crlf < (text.match(/\n/g)?.length ?? 0);
}

interface Replacing {
  readonly place: Place;
  readonly before: string;
  readonly text: string;
  readonly onDisk: () => Promise<string | undefined>;
}

/** Before each attempt to save. VS Code ignores a save while it prepares another one, as by formatting. */
const PAUSES_MS = [0, 100, 300, 1_000];

/** Edits and saves. An edit is refused by VS Code when the user types at the same moment: then the text is compared
 * again, so that nothing typed meanwhile is lost. */
async function replaceText(document: vscode.TextDocument, replacing: Replacing): Promise<void> {
  const { place, before, text } = replacing;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (document.isClosed || document.getText() !== before) throw changed(place);
    const applied = await vscode.workspace.applyEdit(changeOf(document, text));
    if (applied || document.getText() === text) return save(document, replacing);
  }
  throw new ToolError(`${place.shown} could not be edited: the editor is busy with it. Try again.`);
}

/**
 * VS Code says that a save failed also when the user typed during it, and the disk has it all the same. Whether there
 * are unsaved changes says nothing then: see isUnsaved. When it is refused indeed, the edit is taken back: what the
 * model is told failed is not there.
 */
async function save(document: vscode.TextDocument, { place, before, onDisk }: Replacing): Promise<void> {
  const edited = document.getText();
  for (const pause of PAUSES_MS) {
    if (pause > 0) await sleep(pause);
    if ((await document.save()) || (await onDisk()) === edited) return;
    if (document.getText() !== edited) break;
  }
  const taken = document.getText() === edited && (await vscode.workspace.applyEdit(changeOf(document, before)));
  const outcome = taken ? "nothing was changed" : "the edit is in the editor, not on disk";
  throw new ToolError(
    `${place.shown} has unsaved changes in the editor and could not be saved (most often because the file on disk changed too); ${outcome}. The user has to resolve that.`,
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
