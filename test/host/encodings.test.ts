import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import * as vscode from "vscode";
import { ToolError } from "../../src/agent/errors.ts";
import { createEditorFiles } from "../../src/host/files.ts";
import { createFiles } from "../../src/node/files.ts";
import { encoded, encodingMatrix, markOf } from "../unit/tools/encodingMatrix.ts";

const saying = (words: RegExp) => (error: unknown) => error instanceof ToolError && words.test(error.message);

describe("encodings in the editor", () => {
  let folder: string;
  const files = () => createEditorFiles(createFiles({ roots: () => [{ name: "w", path: folder }] }));
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "encodings-")));
  });
  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Opened in an encoding, with a letter typed at its beginning. */
  async function typedInto(name: string, bytes: Buffer, encoding?: string) {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const uri = vscode.Uri.file(path);
    const document = await vscode.workspace.openTextDocument(uri, encoding ? { encoding } : undefined);
    await vscode.window.showTextDocument(document);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), "Z");
    assert.equal(await vscode.workspace.applyEdit(edit), true);
    return { path, document };
  }

  // GB18030 differs from GBK in what it can hold only: the disk's matrix has both.
  const matrix = encodingMatrix().filter(({ encoding }) => encoding !== "gb18030");
  for (const { name, encoding, endings, bytes, edit, expected, refused } of matrix) {
    it(`with unsaved changes: ${name}`, async () => {
      const { path, document } = await typedInto(name, bytes, encoding);
      const typed = document.getText();
      const port = files();
      const place = await port.locate(name);
      const file = await port.read(place);
      assert.deepEqual([file.text, file.encoding], [typed, encoding]);
      const write = ({ old_text, new_text }: typeof edit) =>
        port.write(place, file.text.replace(old_text, new_text), { expect: file.version });
      const untouched = () => {
        assert.deepEqual(readFileSync(path), bytes);
        assert.equal(document.getText(), typed);
        assert.equal(document.isDirty, true);
      };
      if (refused) {
        await assert.rejects(write(refused), saying(/it has no bytes for U\+1F600/));
        untouched();
      }
      if (endings === "mixed") {
        await assert.rejects(write(edit), saying(/unsaved changes in the editor and mixed line endings on disk/));
        untouched();
        return;
      }
      await write(edit);
      const mark = markOf(encoding);
      const wanted = Buffer.concat([mark, encoded("Z", encoding), expected.subarray(mark.length)]);
      assert.deepEqual(readFileSync(path), wanted);
      assert.equal(document.isDirty, false);
    });
  }

  it("what the editor opened in the wrong encoding is not saved by us", async () => {
    const bytes = Buffer.from("b0a1d6d0cec40a", "hex");
    const { path, document } = await typedInto("wrong.txt", bytes, "utf8");
    assert.ok(document.getText().includes("\uFFFD"));
    const port = files();
    const place = await port.locate("wrong.txt");
    const { text, version } = await port.read(place);
    await assert.rejects(
      port.write(place, `${text}x`, { expect: version }),
      saying(/which opened it as UTF-8; its bytes/),
    );
    assert.deepEqual(readFileSync(path), bytes);
  });

  it("UTF-16 without a mark would get one from the editor", async () => {
    const bytes = Buffer.from("one two\n", "utf16le");
    const { path } = await typedInto("unmarked.txt", bytes, "utf16le");
    const port = files();
    const place = await port.locate("unmarked.txt");
    const { text, version } = await port.read(place);
    await assert.rejects(
      port.write(place, `${text}x`, { expect: version }),
      saying(/without BOM; saving would add one/),
    );
    assert.deepEqual(readFileSync(path), bytes);
  });
});

describe("the setting files.encoding", () => {
  let folder: string;
  const files = () => createEditorFiles(createFiles({ roots: () => [{ name: "w", path: folder }] }));
  const settings = (languageId?: string) =>
    vscode.workspace.getConfiguration("files", languageId ? { languageId } : undefined);
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "setting-")));
  });
  afterEach(async () => {
    await settings().update("encoding", undefined, vscode.ConfigurationTarget.Global);
    await settings("python").update("encoding", undefined, vscode.ConfigurationTarget.Global, true);
    rmSync(folder, { recursive: true });
  });

  it("counts for new and for plain files, by language too", async () => {
    await settings().update("encoding", "gbk", vscode.ConfigurationTarget.Global);
    const port = files();
    const write = async (name: string, text: string) => {
      const place = await port.locate(name);
      const expect = place.kind === "missing" ? "missing" : (await port.read(place)).version;
      await port.write(place, text, { expect });
      return readFileSync(join(folder, name)).toString("hex");
    };
    writeFileSync(join(folder, "plain.txt"), "a\n");
    assert.equal(await write("new.txt", "中\n"), "d6d00a");
    assert.equal(await write("plain.txt", "中\n"), "d6d00a");
    await settings("python").update("encoding", "shiftjis", vscode.ConfigurationTarget.Global, true);
    assert.equal(await write("new.py", "中\n"), "92860a");
    assert.equal(await write("other.txt", "中\n"), "d6d00a");
  });
});
