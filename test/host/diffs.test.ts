import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import * as vscode from "vscode";
import type { Action, FileChange } from "../../src/agent/ports.ts";
import { textChange } from "../../src/edit/hunks.ts";
import { Diffs } from "../../src/host/diffs.ts";
import type { FileStep } from "../../src/node/changeRecorder.ts";

const GBK = Buffer.from([0xd6, 0xd0, 0xce, 0xc4, 0xce, 0xc4, 0xbc, 0xfe, 0x0a]);

describe("the diff of a call", () => {
  let folder: string;
  let diffs: Diffs;
  let steps: FileStep[];
  let kept: Map<string, Buffer>;
  const at = (name: string) => join(folder, name);

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "diffs-")));
    diffs = new Diffs();
    steps = [];
    kept = new Map();
  });
  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    diffs.dispose();
    rmSync(folder, { recursive: true });
  });

  /** What was done, as the checkpoints tell it; `undefined` for no file. */
  function done(name: string, before: string | Buffer | undefined, after: string | Buffer | undefined): void {
    const ref = (content: string | Buffer | undefined) => {
      if (content === undefined) return undefined;
      const bytes = Buffer.from(content);
      const hash = createHash("sha256").update(bytes).digest("hex");
      kept.set(hash, bytes);
      return hash;
    };
    steps.push({ path: at(name), before: ref(before), after: ref(after), callId: "call", by: "tool" });
    diffs.look({
      store: { put: () => assert.fail(), get: async (hash) => kept.get(hash) },
      checkpoints: { stepsOf: async (callId) => (callId === "call" ? steps : []) },
    });
  }

  function plan(name: string, kind: FileChange["kind"], [before, after]: readonly [string, string]): void {
    const place = { path: at(name), shown: name, inside: true, kind: "file" } as const;
    const change: FileChange = { kind, path: at(name), shown: name, ...textChange(before, after) };
    const action: Action = { kind: "write", place, change };
    assert.deepEqual(diffs.planned("call", [action]), [change]);
  }

  /** Both sides of the diff that is open, and whether the right one is the file. */
  async function sides(): Promise<readonly [string, string, string]> {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff, "a diff is open");
    const [left, right] = await Promise.all(
      [input.original, input.modified].map((uri) => vscode.workspace.openTextDocument(uri)),
    );
    return [left?.getText() ?? "", right?.getText() ?? "", input.modified.scheme];
  }

  it("shows the planned change before it is made, and the file after it", async () => {
    writeFileSync(at("a.txt"), GBK);
    plan("a.txt", "edit", ["中文文件\n", "中文\n"]);
    assert.equal(await diffs.open("call"), true);
    assert.deepEqual(await sides(), ["中文文件\n", "中文\n", "mimo-agent-change"]);
  });

  it("of a new file and of one that is to be deleted", async () => {
    plan("new.txt", "create", ["", "fresh\n"]);
    await diffs.open("call");
    assert.deepEqual(await sides(), ["", "fresh\n", "mimo-agent-change"]);
    writeFileSync(at("old.txt"), "old\n");
    plan("old.txt", "delete", ["old\n", ""]);
    await diffs.open("call");
    assert.deepEqual(await sides(), ["old\n", "", "mimo-agent-change"]);
  });

  it("shows what was written, not what was planned, once it is done; the file itself while nothing came after", async () => {
    writeFileSync(at("a.txt"), "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    plan("a.txt", "edit", ["1\n2\n3\n4\n5\n6\n7\n8\n9\n", "one\n2\n3\n4\n5\n6\n7\n8\nnine\n"]);
    writeFileSync(at("a.txt"), "one\n2\n3\n4\n5\n6\n7\n8\n9\n");
    done("a.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "one\n2\n3\n4\n5\n6\n7\n8\n9\n");
    await diffs.open("call");
    assert.deepEqual(await sides(), ["1\n2\n3\n4\n5\n6\n7\n8\n9\n", "one\n2\n3\n4\n5\n6\n7\n8\n9\n", "file"]);
    writeFileSync(at("a.txt"), "later\n");
    await diffs.open("call");
    assert.equal((await sides())[2], "mimo-agent-change");
  });

  it("says what an earlier session's call changed", async () => {
    done("a.txt", "1\n2\n", "1\ntwo\n");
    done("a.txt", "1\ntwo\n", "1\ntwo\n3\n");
    const shown = vscode.workspace.asRelativePath(at("a.txt"));
    const common = { path: at("a.txt"), shown };
    assert.deepEqual(await diffs.changesOf("call"), [
      { ...common, kind: "edit", ...textChange("1\n2\n", "1\ntwo\n3\n") },
    ]);
    steps.length = 0;
    done("a.txt", undefined, Buffer.from([0, 1]));
    const opaque = { added: 0, removed: 0, hunks: [], truncated: true };
    assert.deepEqual(await diffs.changesOf("call"), [{ ...common, kind: "create", ...opaque }]);
    steps.length = 0;
    done("old.txt", "same\n", undefined);
    done("a.txt", undefined, "same\n");
    const from = vscode.workspace.asRelativePath(at("old.txt"));
    assert.deepEqual(await diffs.changesOf("call"), [{ ...common, kind: "move", from, ...opaque, truncated: false }]);
    assert.deepEqual(await diffs.changesOf("other"), []);
  });

  it("says so when nothing is kept of it", async () => {
    assert.equal(await diffs.open("call"), false);
    done("a.txt", "1\n", "2\n");
    kept.clear();
    assert.equal(await diffs.open("call"), false);
  });
});
