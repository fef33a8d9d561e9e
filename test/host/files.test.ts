import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import * as vscode from "vscode";
import { createEditorFiles } from "../../src/host/files.ts";
import { createFiles } from "../../src/node/files.ts";

/** Types into a document without saving it. */
async function type(document: vscode.TextDocument, at: number, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, document.positionAt(at), text);
  assert.equal(await vscode.workspace.applyEdit(edit), true);
  assert.equal(document.isDirty, true);
}

async function becomes(document: vscode.TextDocument, text: string): Promise<void> {
  const until = Date.now() + 5000;
  while (document.getText() !== text && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(document.getText(), text);
}

describe("files that are open in the editor", () => {
  let folder: string;
  const files = () => createEditorFiles(createFiles({ roots: () => [{ name: "w", path: folder }] }));
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "files-")));
  });
  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    rmSync(folder, { recursive: true });
  });

  async function opened(name: string, bytes: string | Buffer) {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
    await vscode.window.showTextDocument(document);
    return { path, document };
  }

  it("unsaved changes are read, edited in place and saved with the edit", async () => {
    const { path, document } = await opened("a.txt", "one\ntwo\n");
    await type(document, 0, "zero\n");
    const port = files();
    const place = await port.locate("a.txt");
    const read = await port.read(place);
    assert.equal(read.text, "zero\none\ntwo\n");
    const written = await port.write(place, read.text.replace("two", "2"), { expect: read.version });
    assert.equal(written.text, "zero\none\n2\n");
    assert.equal(readFileSync(path, "utf8"), "zero\none\n2\n");
    assert.equal(document.getText(), "zero\none\n2\n");
    assert.equal(document.isDirty, false);
    // Undo goes to whatever has the focus, which a view that opens meanwhile may take.
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("workbench.action.focusActiveEditorGroup");
    await vscode.commands.executeCommand("undo");
    await becomes(document, "zero\none\ntwo\n");
  });

  it("what was typed after the read is not overwritten", async () => {
    const { path, document } = await opened("a.txt", "one\n");
    await type(document, 0, "a");
    const port = files();
    const place = await port.locate("a.txt");
    const read = await port.read(place);
    await type(document, 0, "b");
    await assert.rejects(port.write(place, "gone\n", { expect: read.version }), /changed since it was read/);
    assert.equal(document.getText(), "baone\n");
    assert.equal(readFileSync(path, "utf8"), "one\n");
  });

  it("a file that was clean when it was read and has unsaved changes now is not overwritten", async () => {
    const { document } = await opened("a.txt", "one\n");
    const port = files();
    const place = await port.locate("a.txt");
    const read = await port.read(place);
    await type(document, 0, "typed ");
    await assert.rejects(port.write(place, "gone\n", { expect: read.version }), /changed since it was read/);
    assert.equal(document.getText(), "typed one\n");
  });

  it("a save by the user between read and write is no change", async () => {
    const { path, document } = await opened("a.txt", "\uFEFFone\n");
    await type(document, 0, "0");
    const port = files();
    const place = await port.locate("a.txt");
    const read = await port.read(place);
    assert.equal(await document.save(), true);
    const written = await port.write(place, "two\n", { expect: read.version });
    assert.equal(readFileSync(path, "utf8"), "\uFEFFtwo\n");
    assert.deepEqual(await port.read(place), written);
  });

  it("what is typed while the editor saves is read, also when VS Code calls the document clean", async function () {
    this.timeout(60_000);
    const { document } = await opened("a.txt", "one\n");
    const editor = await vscode.window.showTextDocument(document);
    const port = files();
    const place = await port.locate("a.txt");
    for (let attempt = 0; attempt < 12; attempt++) {
      await type(document, 0, "s");
      const preparing = new Promise<void>((resolve) => {
        const heard = vscode.workspace.onWillSaveTextDocument(() => {
          heard.dispose();
          resolve();
        });
      });
      const saving = document.save();
      await preparing;
      // What counts is the moment between the editor's look at the text and the end of its writing.
      await sleep(attempt * 3);
      await editor.edit((builder) => builder.insert(new vscode.Position(0, 0), "t"));
      await saving;
      assert.equal((await port.read(place)).text, document.getText(), `attempt ${attempt}`);
    }
  });

  it("an edit lands while the editor prepares a save of the user", async () => {
    const { path, document } = await opened("a.txt", "one\n");
    await type(document, 0, "zero\n");
    const port = files();
    const place = await port.locate("a.txt");
    const read = await port.read(place);
    let begun = () => {};
    const preparing = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow = vscode.workspace.onWillSaveTextDocument((event) => {
      begun();
      event.waitUntil(sleep(300));
    });
    try {
      const saving = document.save();
      await preparing;
      const written = await port.write(place, "zero\n1\n", { expect: read.version });
      await saving;
      assert.equal(written.text, "zero\n1\n");
      assert.equal(readFileSync(path, "utf8"), "zero\n1\n");
      assert.equal(document.getText(), "zero\n1\n");
    } finally {
      slow.dispose();
    }
  });

  it("an edit that the editor cannot save is taken back, and what another program wrote stays", async () => {
    const { path, document } = await opened("a.txt", "one\n");
    await type(document, 0, "typed ");
    const port = files();
    const place = await port.locate("a.txt");
    const read = await port.read(place);
    writeFileSync(path, "from elsewhere\n");
    await assert.rejects(
      port.write(place, "ours\n", { expect: read.version }),
      /could not be saved .* nothing was changed/,
    );
    assert.equal(document.getText(), "typed one\n");
    assert.equal(readFileSync(path, "utf8"), "from elsewhere\n");
  });

  it("BOM and CRLF of a document with unsaved changes are kept", async () => {
    const { path, document } = await opened("a.txt", Buffer.from("\uFEFFone\r\ntwo\r\n"));
    await type(document, 0, "0");
    const port = files();
    const place = await port.locate("a.txt");
    const read = await port.read(place);
    assert.equal(read.text, "0one\r\ntwo\r\n");
    await port.write(place, "0one\r\n2\r\n😀\r\n", { expect: read.version });
    assert.deepEqual(readFileSync(path), Buffer.from("\uFEFF0one\r\n2\r\n😀\r\n"));
  });

  it("a clean document follows what is written to the disk", async () => {
    const { path, document } = await opened("a.txt", "one\n");
    const port = files();
    const place = await port.locate("a.txt");
    const read = await port.read(place);
    await port.write(place, "two\n", { expect: read.version });
    assert.equal(readFileSync(path, "utf8"), "two\n");
    await becomes(document, "two\n");
    assert.equal(document.isDirty, false);
  });
});
