import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { TestApi } from "../../src/extension.ts";

/** The driver searches all that the run has written for this key when the suite has ended. */
const KEY = "tp-canary0123456789hostsuite";

describe("a key in SecretStorage", () => {
  let api: TestApi;
  let id: string;

  before(async () => {
    api = (await vscode.extensions.getExtension("mimo-agent.mimo-agent")?.activate()) as TestApi;
    assert.ok(api);
    const baseUrl = vscode.workspace.getConfiguration("mimoAgent").get<string>("baseUrl") ?? "";
    ({ id } = await api.keys.add({ key: KEY, baseUrl, label: "Canary" }));
    await api.account.refresh();
  });

  after(() => api.keys.remove(id));

  it("is used for a task, and shown to nobody", async () => {
    const seen: unknown[] = [];
    const listening = api.chat.onEvent((event) => seen.push(event));
    const answering = api.chat.onEvent((event) => {
      if (event.type === "question") api.chat.answer(event.id, { decision: "deny" });
    });
    await api.chat.newChat();
    await api.chat.send("hello");
    assert.equal((await api.account.target()).state, "ready");
    const shown = JSON.stringify([seen, api.chat.state, api.account.viewFor()]);
    assert.ok(shown.includes("…uite"), "it is the key in force");
    assert.ok(!shown.includes("canary"));
    listening.dispose();
    answering.dispose();
  });
});
