import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import * as vscode from "vscode";
import { type HistoryParts, showHistory } from "../../src/host/history.ts";
import { SessionStore } from "../../src/node/sessionStore.ts";

function session(title: string, at: string): string {
  return [
    { v: 1, type: "session", id: title, at, workspace: [], model: "mimo-v2.6-pro", system: "s", tools: [] },
    { type: "message", at, message: { role: "user", content: title } },
  ]
    .map((record) => `${JSON.stringify(record)}\n`)
    .join("");
}

describe("the history", () => {
  let folder: string;
  let opened: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "history-"));
    writeFileSync(join(folder, "old.jsonl"), session("An old one", "2026-11-01T10:00:00.000Z"));
    writeFileSync(join(folder, "new.jsonl"), session("$(trash) the latest", "2026-11-20T10:00:00.000Z"));
    opened = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function parts(current?: string): HistoryParts {
    return {
      store: new SessionStore(() => folder),
      current: () => current,
      open: async (path) => {
        opened.push(path);
      },
      deleted: async () => {},
    };
  }

  /** Gives the command until the list has gone. */
  async function end(shown: Promise<void>, command: string): Promise<void> {
    let isOver = false;
    const over = shown.then(() => {
      isOver = true;
    });
    while (!isOver) {
      await sleep(100);
      await vscode.commands.executeCommand(command);
    }
    await over;
  }

  it("opens the latest chat with Enter", async () => {
    await end(showHistory(parts()), "workbench.action.acceptSelectedQuickOpenItem");
    assert.deepEqual(opened, [join(folder, "new.jsonl")]);
  });

  it("begins at the chat that is open, which there is no need to open", async () => {
    await end(showHistory(parts(join(folder, "old.jsonl"))), "workbench.action.acceptSelectedQuickOpenItem");
    assert.deepEqual(opened, []);
  });

  it("opens nothing when it is left", async () => {
    await end(showHistory(parts()), "workbench.action.closeQuickOpen");
    assert.deepEqual(opened, []);
  });
});
