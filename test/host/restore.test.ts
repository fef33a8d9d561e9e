import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { showComparison } from "../../src/host/compared.ts";
import { unsavedBytes, writeRestored } from "../../src/host/unsaved.ts";

describe("a restore of files that editors hold", () => {
  let folder: string;
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "restore-")));
  });
  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });
  after(() => rmSync(folder, { recursive: true }));

  async function shown(name: string, bytes: Buffer, encoding?: string): Promise<vscode.TextDocument> {
    writeFileSync(join(folder, name), bytes);
    const uri = vscode.Uri.file(join(folder, name));
    const document = await vscode.workspace.openTextDocument(uri, encoding ? { encoding } : undefined);
    await vscode.window.showTextDocument(document);
    return document;
  }

  async function typed(document: vscode.TextDocument, text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), text);
    assert.equal(await vscode.workspace.applyEdit(edit), true);
    assert.ok(document.isDirty);
  }

  async function becomes(document: vscode.TextDocument, text: string): Promise<void> {
    for (let i = 0; i < 200 && document.getText() !== text; i++)
      await new Promise((resolve) => setTimeout(resolve, 25));
    assert.deepEqual([document.getText(), document.isDirty], [text, false]);
  }

  it("unsaved: the editor shows what is restored, and has nothing left to save", async () => {
    const document = await shown("dirty.txt", Buffer.from("one\n"));
    await typed(document, "typed ");
    assert.equal(String(unsavedBytes(document)), "typed one\n");
    await writeRestored(document.uri.fsPath, Buffer.from("zero\n"));
    await becomes(document, "zero\n");
    assert.equal(readFileSync(document.uri.fsPath, "utf8"), "zero\n");
  });

  it("unsaved: every byte, also where the editor's own save would make line endings alike", async () => {
    const document = await shown("mixed.txt", Buffer.from("one\r\ntwo\nthree"));
    await typed(document, "typed ");
    const bytes = Buffer.from("1\n2\r\n3\n");
    await writeRestored(document.uri.fsPath, bytes);
    assert.deepEqual(readFileSync(document.uri.fsPath), bytes);
    for (let i = 0; i < 40 && document.isDirty; i++) await new Promise((resolve) => setTimeout(resolve, 25));
    assert.equal(document.isDirty, false);
  });

  it("unsaved: in the encoding that the editor takes it for", async () => {
    // In GBK these bytes are two hanzi.
    const bytes = Buffer.from("d6d0cec40a", "hex");
    const document = await shown("latin.txt", bytes, "windows1252");
    await typed(document, "typed ");
    await writeRestored(document.uri.fsPath, bytes);
    await becomes(document, "ÖÐÎÄ\n");
    assert.deepEqual(readFileSync(document.uri.fsPath), bytes);
  });

  it("unsaved, and to be gone: the file goes, the words stay in the editor", async () => {
    const document = await shown("gone.txt", Buffer.from("one\n"));
    await typed(document, "typed ");
    await writeRestored(document.uri.fsPath, undefined);
    assert.equal(existsSync(document.uri.fsPath), false);
    assert.equal(document.getText(), "typed one\n");
  });

  it("saved: the editor follows", async () => {
    const document = await shown("clean.txt", Buffer.from("one\n"));
    await writeRestored(document.uri.fsPath, Buffer.from("zero\n"));
    await becomes(document, "zero\n");
  });

  it("before it, the files are shown beside what they were; those without lines are named", async () => {
    const contents: Record<string, Buffer> = { text: Buffer.from("old\n"), binary: Buffer.from([0, 1, 2]) };
    const store = { put: async () => assert.fail("nothing is kept"), get: async (ref: string) => contents[ref] };
    const differences = Object.keys(contents).map((name) => ({
      path: join(folder, name),
      before: name,
      now: undefined,
      kind: "deleted" as const,
      userChanged: false,
      missing: undefined,
    }));
    const opaque = await showComparison({ files: differences, uncovered: [] }, store);
    assert.deepEqual(opaque, [join(folder, "binary")]);
    const left = vscode.Uri.from({ scheme: "mimo-agent-checkpoint", path: "/text", query: "text" });
    assert.equal((await vscode.workspace.openTextDocument(left)).getText(), "old\n");
    const { label } = vscode.window.tabGroups.activeTabGroup.activeTab ?? assert.fail("a diff is open");
    assert.match(label, /^Before this message and now/);
  });
});
