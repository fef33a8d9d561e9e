import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import * as vscode from "vscode";
import { interleaveAll } from "./interleaving.ts";

const RUNS = 12;

describe("agent, user and others on one file", () => {
  it("no typed character is lost, and every stale edit is refused", async function () {
    this.timeout(120_000);
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "interleaved-")));
    try {
      const { problems, ...counts } = await interleaveAll({ runs: RUNS, seed: 4 }, folder);
      assert.deepEqual(problems, []);
      // It must have been what it says.
      const { typed, landed, stale } = counts;
      assert.ok(typed > RUNS && landed > RUNS / 2 && stale > 0, JSON.stringify(counts));
    } finally {
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
