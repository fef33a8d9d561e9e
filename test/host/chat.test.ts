import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import * as vscode from "vscode";
import type { TestApi } from "../../src/extension.ts";
import type { ViewEvent } from "../../src/protocol/view.ts";

/** What the tour repairs. */
const FILE = "src/discounts.js";

describe("a chat in VS Code", () => {
  let api: TestApi;
  let events: ViewEvent[];
  let listening: vscode.Disposable;
  let broken: string;

  before(() => {
    broken = readFileSync(join(folder(), FILE), "utf8");
  });

  after(() => writeFileSync(join(folder(), FILE), broken));

  beforeEach(async () => {
    writeFileSync(join(folder(), FILE), broken);
    api = await testApi();
    await api.chat.newChat();
    events = [];
    listening = api.chat.onEvent((event) => events.push(event));
  });

  afterEach(async () => {
    listening.dispose();
    await api.chat.stop();
    await api.choices.pick({ mode: "ask" });
  });

  it("asks for the edit and for the command, does both, and ends", async () => {
    await api.choices.pick({ mode: "ask" });
    const answering = api.chat.onEvent((event) => {
      if (event.type === "question") api.chat.answer(event.id, { decision: "once" });
    });
    await api.chat.send("Fix the failing test");
    answering.dispose();
    const asked = events.filter((event) => event.type === "question").map(({ question }) => question.kind);
    assert.deepEqual(asked, ["write", "command"]);
    assert.equal(outcome(events), "done");
    assert.match(readFileSync(join(folder(), FILE), "utf8"), /packs >= candidate\.packs/);
    const results = events.filter((event) => event.type === "tool_result");
    assert.deepEqual(
      results.map(({ status }) => status),
      results.map(() => "ok"),
    );
  });

  it("is stopped while a question waits, within half a second, and the question is taken back", async () => {
    await api.choices.pick({ mode: "ask" });
    const question = new Promise<void>((resolve) => {
      api.chat.onEvent((event) => event.type === "question" && resolve());
    });
    const sent = api.chat.send("Fix the failing test");
    await question;
    const began = Date.now();
    await api.chat.stop();
    await sent;
    assert.ok(Date.now() - began < 500);
    assert.equal(outcome(events), "stopped");
    const answered = events.filter((event) => event.type === "answered").map(({ decision }) => decision);
    assert.deepEqual(answered, ["stopped"]);
    assert.equal(api.chat.busy, false);
  });

  it("ignores answers to questions that it did not ask", async () => {
    api.chat.answer("00000000-0000-0000-0000-000000000000", { decision: "once" });
    assert.deepEqual(events, []);
  });
});

async function testApi(): Promise<TestApi> {
  const api: unknown = await vscode.extensions.getExtension("mimo-agent.mimo-agent")?.activate();
  assert.ok(api, "the extension gives its test API in tests only, and this is one");
  return api as TestApi;
}

function folder(): string {
  const open = vscode.workspace.workspaceFolders?.[0];
  assert.ok(open);
  return open.uri.fsPath;
}

function outcome(events: readonly ViewEvent[]): string | undefined {
  return events.findLast((event) => event.type === "end")?.outcome;
}
