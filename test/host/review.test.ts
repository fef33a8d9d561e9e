import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import * as vscode from "vscode";
import type { TestApi } from "../../src/extension.ts";
import { ChatReview } from "../../src/host/review.ts";
import { reviewCommands } from "../../src/host/reviewCommands.ts";
import { baselineUri } from "../../src/host/reviewDiffs.ts";
import { ReviewLens } from "../../src/host/reviewLens.ts";
import { ReviewMarks } from "../../src/host/reviewMarks.ts";
import type { Question } from "../../src/host/reviewTypes.ts";
import type { BlobStore, ChangeRecorder, FileStep } from "../../src/node/changeRecorder.ts";

class MemoryBlobs implements BlobStore {
  readonly kept = new Map<string, Buffer>();
  reads = 0;

  async put(bytes: Uint8Array): Promise<string> {
    const ref = createHash("sha256").update(bytes).digest("base64url");
    this.kept.set(ref, Buffer.from(bytes));
    return ref;
  }

  async get(ref: string): Promise<Buffer | undefined> {
    this.reads++;
    return this.kept.get(ref);
  }
}

const GBK = Buffer.from([0xd6, 0xd0, 0xce, 0xc4, 0xce, 0xc4, 0xbc, 0xfe]);

describe("review of what the agent changed", () => {
  let folder: string;
  let blobs: MemoryBlobs;
  let review: ChatReview;
  let asked: Question[];
  let told: string[];
  let steps: FileStep[];
  let answer: boolean;
  let errors: "noted" | "failed";
  let calls = 0;
  let tests = 0;

  // The extension's own marks would answer for the same files, as long as it has a chat.
  before(async () => {
    const own = await vscode.extensions.getExtension<TestApi | undefined>("mimo-agent.mimo-agent")?.activate();
    await own?.chat.newChat();
  });

  const at = (name: string) => join(folder, name);
  const bytesAt = (name: string) => (existsSync(at(name)) ? readFileSync(at(name)) : undefined);
  const textAt = (name: string) => bytesAt(name)?.toString("utf8");
  const put = async (bytes: Buffer | undefined) => bytes && blobs.put(bytes);

  function openReview(): ChatReview {
    // As the real one: what an undo changes comes back as a step.
    const recorder: Pick<ChangeRecorder, "changing"> = {
      changing: async (states, callId = "") => {
        const path = states[0]?.path ?? "";
        const read = async () => put(existsSync(path) ? readFileSync(path) : undefined);
        const before = await read();
        return async () => {
          const step: FileStep = { path, before, after: await read(), callId, by: "tool" };
          if (step.before === step.after) return;
          steps.push(step);
          review.step(step);
        };
      },
    };
    return new ChatReview({
      path: `${folder}.json`,
      blobs,
      recorder,
      log: { error: (message, error) => errors === "noted" || assert.fail(`${message}: ${error}`) },
      confirm: async (question) => {
        asked.push(question);
        return answer;
      },
      tell: (message) => {
        told.push(message);
      },
    });
  }

  beforeEach(() => {
    const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail("a folder is open");
    // A document outlives its editor, and its file, for a while: no two tests use the same path.
    folder = join(root, `review-${tests++}`);
    mkdirSync(folder);
    blobs = new MemoryBlobs();
    asked = [];
    told = [];
    steps = [];
    answer = true;
    errors = "failed";
    review = openReview();
  });
  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await review.close();
    rmSync(folder, { recursive: true });
    rmSync(`${folder}.json`, { force: true });
  });

  /** A call of the agent's. */
  async function agent(name: string, content: string | Buffer | undefined): Promise<void> {
    const path = at(name);
    const before = await put(bytesAt(name));
    if (content === undefined) rmSync(path);
    else writeFileSync(path, content);
    review.step({ path, before, after: await put(bytesAt(name)), callId: `call-${calls++}`, by: "tool" });
  }

  async function shown(name: string): Promise<vscode.TextEditor> {
    return vscode.window.showTextDocument(vscode.Uri.file(at(name)));
  }

  async function type(name: string, line: number, text: string): Promise<vscode.TextDocument> {
    const { document } = await shown(name);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(line, 0), text);
    assert.equal(await vscode.workspace.applyEdit(edit), true);
    return document;
  }

  async function becomes(said: string, is: () => boolean): Promise<void> {
    const until = Date.now() + 10_000;
    while (!is() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 30));
    assert.ok(is(), said);
  }

  async function listed(): Promise<string[]> {
    await review.settled();
    return review.changes.map(
      ({ shown: path, kind, added, removed, opaque }) =>
        `${path.split("/").at(-1)} ${kind} +${added} -${removed}${opaque ? " opaque" : ""}`,
    );
  }

  /** VS Code watches a new folder only a while after it was made, and never one that was made inside it before that. */
  async function watched(): Promise<void> {
    let isSeen = false;
    const watcher = vscode.workspace.createFileSystemWatcher(`**/${basename(folder)}/seen.txt`);
    watcher.onDidChange(() => {
      isSeen = true;
    });
    watcher.onDidCreate(() => {
      isSeen = true;
    });
    const write = setInterval(() => writeFileSync(at("seen.txt"), `${Date.now()}`), 200);
    try {
      await becomes("the folder is watched", () => isSeen);
    } finally {
      clearInterval(write);
      watcher.dispose();
    }
  }

  /** Where VS Code's own command for the next mark in the gutter goes. */
  async function markFound(name: string): Promise<number> {
    const editor = await shown(name);
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    await vscode.commands.executeCommand("workbench.action.editor.nextChange");
    return editor.selection.active.line;
  }

  async function findsMark(name: string, line: number): Promise<void> {
    const until = Date.now() + 10_000;
    let found = -1;
    while (found !== line && Date.now() < until) found = await markFound(name);
    assert.equal(found, line, name);
  }

  const idOf = (name: string) => review.changes.find(({ shown: path }) => path.endsWith(name))?.id ?? assert.fail(name);
  const run = async (name: string, ...given: unknown[]) => reviewCommands(() => review)[name]?.(...given);

  it("lists created, edited and deleted files, and undoes all of it byte by byte", async () => {
    const files = {
      "b.txt": "one\r\ntwo\r\nthree",
      "c.bin": Buffer.from([0, 1, 2, 255]),
      "d.txt": GBK,
      "e.txt": "gone\n",
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content);
    await agent("a.txt", "new\nfile\n");
    await agent("b.txt", "one\r\n2\r\nthree\r\nfour");
    await agent("c.bin", Buffer.from([0, 9]));
    await agent("d.txt", Buffer.concat([GBK, Buffer.from("\r\n"), GBK]));
    await agent("e.txt", undefined);
    assert.deepEqual(await listed(), [
      "a.txt created +2 -0",
      "b.txt edited +3 -2",
      "c.bin edited +0 -0 opaque",
      "d.txt edited +1 -0",
      "e.txt deleted +0 -1",
    ]);
    await review.undo("all");
    assert.deepEqual(await listed(), []);
    assert.equal(bytesAt("a.txt"), undefined);
    for (const [name, content] of Object.entries(files)) assert.deepEqual(bytesAt(name), Buffer.from(content), name);
    assert.deepEqual(
      asked.map(({ message }) => message),
      ["Undo MiMo's changes in 5 files?"],
    );
    assert.deepEqual(told, []);
    assert.equal(steps.length, 5);
    assert.equal(new Set(steps.map(({ callId }) => callId)).size, 1);
  });

  it("a program that the agent removed can be run again after the undo", async () => {
    const path = at("run.sh");
    writeFileSync(path, "#!/bin/sh\n", { mode: 0o750 });
    const before = await put(bytesAt("run.sh"));
    rmSync(path);
    review.step({ path, before, after: undefined, callId: "call", by: "tool", mode: 0o750 });
    await review.close();
    review = openReview();
    await review.undo("all");
    assert.deepEqual([textAt("run.sh"), statSync(path).mode & 0o777], ["#!/bin/sh\n", 0o750]);
  });

  it("an undo follows no link that was put in the way", async () => {
    const outside = mkdtempSync(join(tmpdir(), "outside-"));
    mkdirSync(at("in"));
    for (const name of ["in/gone.txt", "in/changed.txt", "own.txt"]) writeFileSync(at(name), "before\n");
    await agent("in/gone.txt", undefined);
    for (const name of ["in/changed.txt", "own.txt", "in/new.txt"]) await agent(name, "agent\n");
    renameSync(at("in"), at("moved"));
    symlinkSync(outside, at("in"));
    for (const name of ["changed.txt", "new.txt", "own.txt"]) writeFileSync(join(outside, name), "agent\n");
    rmSync(at("own.txt"));
    symlinkSync(join(outside, "own.txt"), at("own.txt"));
    errors = "noted";
    await review.undo("all");
    assert.deepEqual(
      readdirSync(outside).map((name) => `${name} ${readFileSync(join(outside, name), "utf8")}`),
      ["changed.txt agent\n", "new.txt agent\n", "own.txt agent\n"],
    );
    assert.equal(told.length, 1);
    rmSync(outside, { recursive: true });
  });

  it("nothing is undone when the question is answered with no", async () => {
    await agent("a.txt", "new\n");
    answer = false;
    await review.undo("all");
    assert.equal(textAt("a.txt"), "new\n");
    assert.deepEqual(await listed(), ["a.txt created +1 -0"]);
  });

  it("keeps and undoes hunks where the cursor is; what the user typed in between stays", async () => {
    writeFileSync(at("a.txt"), "1\n2\n3\n4\n5\n6\n7\n");
    await agent("a.txt", "one\n2\n3\nfour\n5\n6\nseven\n");
    const document = await type("a.txt", 2, "mine\n");
    assert.equal(await document.save(), true);
    assert.deepEqual(await listed(), ["a.txt edited +3 -3"]);
    const editor = await shown("a.txt");
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    await run("keepHunk");
    editor.selection = new vscode.Selection(4, 1, 4, 1);
    await run("undoHunk");
    assert.equal(textAt("a.txt"), "one\n2\nmine\n3\n4\n5\n6\nseven\n");
    assert.deepEqual(await listed(), ["a.txt edited +1 -1"]);
    await run("undoFile", vscode.Uri.file(at("a.txt")));
    assert.equal(textAt("a.txt"), "one\n2\nmine\n3\n4\n5\n6\n7\n");
    assert.deepEqual(await listed(), []);
    assert.deepEqual([asked, told], [[], []]);
  });

  it("the buttons of a gutter mark's peek find the hunk", async () => {
    writeFileSync(at("a.txt"), "1\n2\n3\n4\n5\n");
    await agent("a.txt", "1\n3\n4\nFIVE\n");
    const uri = vscode.Uri.file(at("a.txt"));
    const changes = [
      { originalStartLineNumber: 2, originalEndLineNumber: 2, modifiedStartLineNumber: 1, modifiedEndLineNumber: 0 },
      { originalStartLineNumber: 5, originalEndLineNumber: 5, modifiedStartLineNumber: 4, modifiedEndLineNumber: 4 },
    ];
    await run("undoHunk", uri, changes, 0);
    assert.equal(textAt("a.txt"), "1\n2\n3\n4\nFIVE\n");
    await run("keepHunk", uri, [{ ...changes[1], modifiedStartLineNumber: 5, modifiedEndLineNumber: 5 }], 0);
    assert.deepEqual(await listed(), []);
  });

  it("unsaved text: an undo is typed into it, and comes back when the editor throws it away", async () => {
    writeFileSync(at("a.txt"), "1\r\n2\r\n3\r\n");
    await agent("a.txt", "1\r\ntwo\r\n3\r\n");
    const document = await type("a.txt", 0, "mine\r\n");
    await listed();
    await review.undo({ file: idOf("a.txt") });
    assert.equal(document.getText(), "mine\r\n1\r\n2\r\n3\r\n");
    assert.equal(document.isDirty, true);
    assert.equal(textAt("a.txt"), "1\r\ntwo\r\n3\r\n");
    assert.deepEqual(await listed(), []);
    await shown("a.txt");
    await vscode.commands.executeCommand("workbench.action.files.revert");
    await becomes("listed again", () => review.changeCount === 1);
    await type("a.txt", 0, "mine\r\n");
    await review.undo({ file: idOf("a.txt") });
    assert.equal(await document.save(), true);
    assert.equal(textAt("a.txt"), "mine\r\n1\r\n2\r\n3\r\n");
    assert.deepEqual(await listed(), []);
  });

  it("what the user wrote into a change is left by Undo, and taken only after a question", async () => {
    writeFileSync(at("a.txt"), "1\n2\n3\n4\n5\n");
    await agent("a.txt", "1\ntwo\n2b\n3\n4\nfive\n");
    await agent("b.txt", "new\nfile\n");
    await (await type("a.txt", 2, "mine\n")).save();
    await (await type("b.txt", 1, "mine\n")).save();
    await review.undo("all");
    assert.equal(textAt("a.txt"), "1\ntwo\nmine\n2b\n3\n4\n5\n");
    assert.equal(textAt("b.txt"), "new\nmine\nfile\n");
    assert.deepEqual(told, ["2 changes were left because you have edited them. Each can be undone on its own."]);
    asked = [];
    answer = false;
    const hunks = review.marks[0]?.hunks.map(({ id }) => id);
    await review.undo({ file: idOf("a.txt"), hunks });
    assert.equal(textAt("a.txt"), "1\ntwo\nmine\n2b\n3\n4\n5\n");
    answer = true;
    await review.undo({ file: idOf("a.txt"), hunks });
    await review.undo({ file: idOf("b.txt") });
    assert.equal(textAt("a.txt"), "1\n2\n3\n4\n5\n");
    assert.equal(textAt("b.txt"), undefined);
    assert.deepEqual(
      asked.map(({ button }) => button),
      ["Undo", "Undo", "Delete"],
    );
  });

  it("goes on where the user has edited in between, without taking their lines for the agent's", async () => {
    writeFileSync(at("a.txt"), "1\n2\n3\n4\n5\n6\n");
    await agent("a.txt", "one\n2\n3\n4\nfive\n6\n");
    writeFileSync(at("a.txt"), "one\n2\nmine\n3\n4\nfive, mine\n6\n");
    await agent("a.txt", "one\n2\nmine\n3\nfour\nfive, mine\n6\n");
    assert.deepEqual(await listed(), ["a.txt edited +2 -2"]);
    await review.undo("all");
    assert.equal(textAt("a.txt"), "1\n2\nmine\n3\n4\nfive, mine\n6\n");
    assert.deepEqual([await listed(), told], [[], []]);
  });

  it("a file that is as it was drops out by itself and comes back with the change", async () => {
    await watched();
    writeFileSync(at("a.txt"), "1\n2\n");
    await agent("a.txt", "1\ntwo\n");
    assert.equal((await listed()).length, 1);
    writeFileSync(at("a.txt"), "1\n2\n");
    await becomes("gone", () => review.changeCount === 0);
    writeFileSync(at("a.txt"), "1\ntwo\n");
    await becomes("back", () => review.changeCount === 1);
  });

  it("a restore is no news: back at the start nothing is listed, taken back it is again", async () => {
    writeFileSync(at("a.txt"), "1\n");
    await agent("a.txt", "one\n");
    const [before, after] = [await blobs.put(Buffer.from("one\n")), await blobs.put(Buffer.from("1\n"))];
    const path = at("a.txt");
    writeFileSync(path, "1\n");
    review.step({ path, before, after, callId: "restore", by: "restore" });
    assert.deepEqual(await listed(), []);
    writeFileSync(path, "one\n");
    review.step({ path, before: after, after: before, callId: "restore", by: "restore" });
    assert.deepEqual(await listed(), ["a.txt edited +1 -1"]);
    review.step({ path: at("b.txt"), before: undefined, after, callId: "restore", by: "restore" });
    assert.equal((await listed()).length, 1);
  });

  it("is the same after a reload, and a damaged file is as good as none", async () => {
    writeFileSync(at("a.txt"), "1\n2\n3\n");
    await agent("a.txt", "one\n2\n3\n");
    await agent("b.txt", "new\n");
    writeFileSync(at("a.txt"), "one\n2\nmine\n3\n");
    await agent("a.txt", "one\n2\nmine\nthree\n");
    const before = await listed();
    await review.close();
    review = openReview();
    assert.deepEqual(await listed(), before);
    await review.undo("all");
    assert.equal(textAt("a.txt"), "1\n2\nmine\n3\n");
    await agent("c.txt", "new\n");
    await review.close();
    writeFileSync(`${folder}.json`, "{");
    review = openReview();
    assert.deepEqual(await listed(), []);
  });

  it("what was there before is gone from the store: it stays listed, and says so when it is undone", async () => {
    writeFileSync(at("a.txt"), "1\n");
    await agent("a.txt", "one\n");
    blobs.kept.delete(await blobs.put(Buffer.from("1\n")));
    assert.deepEqual(await listed(), ["a.txt edited +0 -0 opaque"]);
    await review.undo("all");
    assert.deepEqual(told, ["a.txt was not put back: what was there before is no longer kept."]);
    assert.equal(textAt("a.txt"), "one\n");
    await review.keep({ file: idOf("a.txt") });
    assert.deepEqual(await listed(), []);
  });

  it("five hundred edits of a file are noted without reading anything, and 200 files are listed", async () => {
    writeFileSync(at("a.txt"), "0\n");
    for (let i = 1; i <= 500; i++) await agent("a.txt", `${i}\n`);
    await review.settled();
    assert.ok(blobs.reads < 100, `${blobs.reads} reads`);
    for (let i = 0; i < 220; i++) await agent(`f${i}.txt`, "new\n");
    assert.equal((await listed()).length, 200);
    assert.equal(review.changeCount, 221);
    await review.keep("all");
    assert.equal(review.changeCount, 0);
    assert.equal(existsSync(`${folder}.json`), false);
  });

  it("next and previous go round all changes of all files", async () => {
    writeFileSync(at("a.txt"), "1\n2\n3\n");
    writeFileSync(at("b.txt"), "1\n2\n3\n");
    await agent("a.txt", "one\n2\nthree\n");
    await agent("b.txt", "1\ntwo\n3\n");
    await review.settled();
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    const stops: string[] = [];
    for (const name of ["nextChange", "nextChange", "nextChange", "nextChange", "previousChange"]) {
      await run(name);
      const editor = vscode.window.activeTextEditor;
      stops.push(`${editor?.document.uri.path.split("/").at(-1)}:${editor?.selection.active.line}`);
    }
    assert.deepEqual(stops, ["a.txt:0", "a.txt:2", "b.txt:1", "a.txt:0", "b.txt:1"]);
  });

  it("the left side of a diff is the file without the agent's changes, whatever is done to it", async () => {
    const marks = new ReviewMarks(() => review);
    const followed = review.onDidCompare(() => marks.refreshBaselines());
    try {
      writeFileSync(at("a.txt"), "1\n2\n3\n");
      await agent("a.txt", "one\n2\n3\n");
      await review.settled();
      marks.refresh();
      const left = await vscode.workspace.openTextDocument(baselineUri(at("a.txt")));
      assert.equal(left.getText(), "1\n2\n3\n");
      await type("a.txt", 2, "mine\n");
      await becomes("with the user's line", () => left.getText() === "1\n2\nmine\n3\n");
      const edit = new vscode.WorkspaceEdit();
      edit.insert(left.uri, new vscode.Position(0, 0), "corrupt");
      await vscode.workspace.applyEdit(edit);
      await becomes("whole again", () => left.getText() === "1\n2\nmine\n3\n");
      await review.keep("all");
      await becomes("nothing differs", () => left.getText() === "one\n2\nmine\n3\n");
    } finally {
      followed.dispose();
      marks.dispose();
    }
  });

  it("the left side of a diff goes on whoever else has looked at the file first", async () => {
    const marks = new ReviewMarks(() => review);
    const followed = review.onDidCompare(() => marks.refreshBaselines());
    try {
      writeFileSync(at("a.txt"), "1\n2\n3\n");
      await agent("a.txt", "one\n2\n3\n");
      await review.settled();
      const left = await vscode.workspace.openTextDocument(baselineUri(at("a.txt")));
      await type("a.txt", 2, "mine\n");
      await review.marksOf(at("a.txt"));
      await becomes("with the user's line", () => left.getText() === "1\n2\nmine\n3\n");
    } finally {
      followed.dispose();
      marks.dispose();
    }
  });

  it("what changes while VS Code opens the left side of a diff is in it", async () => {
    const marks = new ReviewMarks(() => review);
    try {
      writeFileSync(at("a.txt"), "1\n2\n3\n");
      await agent("a.txt", "one\n2\n3\n");
      await review.settled();
      const baseline = review.baseline.bind(review);
      let answers = 0;
      review.baseline = async (path) => {
        const text = await baseline(path);
        if (answers++ === 0) {
          writeFileSync(path, "one\n2\nmine\n3\n");
          marks.refreshBaselines();
        }
        return text;
      };
      const left = await vscode.workspace.openTextDocument(baselineUri(at("a.txt")));
      await becomes("with the user's line", () => left.getText() === "1\n2\nmine\n3\n");
    } finally {
      marks.dispose();
    }
  });

  it("VS Code marks the agent's lines in the gutter, also of a file that was open before, and no others", async () => {
    const marks = new ReviewMarks(() => review);
    const subscriptions = [
      review.onDidChange(() => marks.refresh()),
      review.onDidCompare(() => marks.refreshBaselines()),
    ];
    try {
      await watched();
      for (const name of ["a.txt", "b.txt", "c.txt"]) writeFileSync(at(name), "1\n2\n3\n4\n5\n6\n");
      await shown("b.txt");
      await agent("a.txt", "1\n2\n3\nfour\n5\n6\n");
      await review.settled();
      await findsMark("a.txt", 3);
      await shown("b.txt");
      await agent("b.txt", "1\n2\n3\n4\nfive\n6\n");
      await findsMark("b.txt", 4);
      await (await type("b.txt", 1, "mine\n")).save();
      await findsMark("b.txt", 5);
      await shown("c.txt");
      // Marks that should not come have no event: as long as those of the others take, and more.
      await new Promise((resolve) => setTimeout(resolve, 700));
      assert.equal(await markFound("c.txt"), 0);
      await review.keep({ file: idOf("b.txt") });
      await findsMark("b.txt", 0);
      await findsMark("a.txt", 3);
    } finally {
      for (const subscription of subscriptions) subscription.dispose();
      marks.dispose();
    }
  });

  it("marks stay those of the agent's lines in a file that is opened again in another encoding", async () => {
    const marks = new ReviewMarks(() => review);
    const followed = review.onDidCompare(() => marks.refreshBaselines());
    try {
      writeFileSync(at("a.txt"), "1\n2\n3\n4\n5\n6\n");
      await agent("a.txt", "1\n2\n3\n4\nfive\n6\n");
      await review.settled();
      marks.refresh();
      await findsMark("a.txt", 4);
      await vscode.workspace.openTextDocument(vscode.Uri.file(at("a.txt")), { encoding: "windows1252" });
      await findsMark("a.txt", 4);
      // VS Code looks again a moment after: then the mark would come from before.
      await new Promise((resolve) => setTimeout(resolve, 700));
      await type("a.txt", 1, "mine\n");
      await findsMark("a.txt", 5);
    } finally {
      followed.dispose();
      marks.dispose();
    }
  });

  it("opens the changes in a multi-file diff, and one of them in a diff", async () => {
    const marks = new ReviewMarks(() => review);
    try {
      writeFileSync(at("a.txt"), "1\n");
      await agent("a.txt", "one\n");
      await agent("b.txt", "new\n");
      await review.open();
      const active = () => vscode.window.tabGroups.activeTabGroup.activeTab;
      assert.equal(active()?.label.startsWith("MiMo's changes"), true, active()?.label);
      await review.openFile(idOf("a.txt"));
      const input = active()?.input;
      assert.ok(input instanceof vscode.TabInputTextDiff);
      assert.deepEqual([input.original.scheme, input.modified.fsPath], ["mimo-agent-review", at("a.txt")]);
    } finally {
      marks.dispose();
    }
  });

  it("every change has its lenses", async () => {
    writeFileSync(at("a.txt"), "1\n2\n3\n");
    await agent("a.txt", "one\n2\n");
    const { document } = await shown("a.txt");
    const lens = new ReviewLens(() => review);
    await review.settled();
    lens.refresh();
    const lenses = await lens.provideCodeLenses(document);
    lens.dispose();
    assert.deepEqual(
      lenses.map(({ range, command }) => `${range.start.line} ${command?.title}`),
      ["0 Keep", "0 Undo", "0 1 of 2", "2 Keep", "2 Undo", "2 2 of 2"],
    );
  });

  it("its keys are nobody else's", async () => {
    const defaults = await vscode.workspace.openTextDocument(
      vscode.Uri.parse("vscode://defaultsettings/keybindings.json"),
    );
    const all: { key: string; command: string; when?: string }[] = JSON.parse(
      defaults.getText().replace(/^\s*\/\/.*$/gm, ""),
    );
    const own = all.filter(({ command }) => command.startsWith("mimoAgent."));
    assert.equal(own.length, 8);
    const keys = new Set(own.map(({ key }) => key));
    assert.deepEqual(
      all.filter(
        ({ key, command, when }) =>
          keys.has(key) && !command.startsWith("mimoAgent.") && !when?.includes("!inputFocus"),
      ),
      [],
    );
  });
});
