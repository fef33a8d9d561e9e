import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import * as vscode from "vscode";
import { ToolError } from "../../src/agent/errors.ts";
import { createEditorFiles } from "../../src/host/files.ts";
import { createEditorTree, editorActs } from "../../src/host/fileTree.ts";
import { createFiles } from "../../src/node/files.ts";
import { createFileTree } from "../../src/node/fileTree.ts";

const saying = (words: RegExp) => (error: unknown) => error instanceof ToolError && words.test(error.message);

async function until(test: () => boolean): Promise<boolean> {
  const end = Date.now() + 5_000;
  while (!test() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  return test();
}

describe("files and folders that are open in the editor", () => {
  let folder: string;
  const roots = () => [{ name: "w", path: folder }];
  const files = () => createEditorFiles(createFiles({ roots }));
  const tree = () => createEditorTree(createFileTree({ roots, acts: editorActs }));
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "tree-")));
    mkdirSync(join(folder, "src/deep"), { recursive: true });
    writeFileSync(join(folder, "src/deep/a.txt"), "one\n");
  });
  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    rmSync(folder, { recursive: true });
  });

  async function opened(path: string): Promise<vscode.TextDocument> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(join(folder, path)));
    await vscode.window.showTextDocument(document);
    return document;
  }

  async function type(document: vscode.TextDocument): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), "typed ");
    assert.equal(await vscode.workspace.applyEdit(edit), true);
  }

  it("an open editor follows a move of its folder", async () => {
    await opened("src/deep/a.txt");
    await tree().move(await files().locate("src"), await files().locate("lib/src"));
    assert.equal(readFileSync(join(folder, "lib/src/deep/a.txt"), "utf8"), "one\n");
    const wanted = join(folder, "lib/src/deep/a.txt");
    const shown = () => vscode.window.activeTextEditor?.document.uri.fsPath;
    assert.ok(await until(() => shown() === wanted), shown());
  });

  it("what holds unsaved changes is neither moved nor deleted", async () => {
    const document = await opened("src/deep/a.txt");
    await type(document);
    const src = await files().locate("src");
    await assert.rejects(tree().remove(src), saying(/^src was not deleted: .*a\.txt has unsaved changes/));
    await assert.rejects(tree().move(src, await files().locate("lib")), saying(/^src was not moved/));
    assert.equal(readFileSync(join(folder, "src/deep/a.txt"), "utf8"), "one\n");
    assert.equal(document.getText(), "typed one\n");
  });

  it("a deleted folder is gone, and another one is not touched", async () => {
    writeFileSync(join(folder, "src2"), "stays");
    await tree().remove(await files().locate("src"));
    assert.equal(existsSync(join(folder, "src")), false);
    assert.equal(readFileSync(join(folder, "src2"), "utf8"), "stays");
  });

  it("unsaved changes are found through a linked folder", async () => {
    symlinkSync(join(folder, "src"), join(folder, "link"));
    const document = await opened("link/deep/a.txt");
    await type(document);
    const place = await files().locate("src/deep/a.txt");
    const { text, version } = await files().read(place);
    assert.equal(text, "typed one\n");
    await files().write(place, "typed two\n", { expect: version });
    assert.equal(document.getText(), "typed two\n");
    assert.equal(readFileSync(join(folder, "src/deep/a.txt"), "utf8"), "typed two\n");
    await type(document);
    await assert.rejects(tree().remove(await files().locate("src")), saying(/has unsaved changes/));
  });
});
