import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { Account } from "../../src/host/account.ts";
import { ChoiceStore } from "../../src/host/choices.ts";
import { KeyStore } from "../../src/host/keyStore.ts";
import { memorySecrets } from "../unit/host/keys.ts";
import { memoryMemento } from "./keyScene.ts";

const CN = "https://token-plan-cn.xiaomimimo.com/v1";
const API = "https://api.xiaomimimo.com/v1";
const log = { info() {}, warn() {}, error() {}, show() {}, dispose() {} };

/** The keys of chats, over the settings of this VS Code and storage in memory. */
describe("the key of a chat", () => {
  const values = () => vscode.workspace.getConfiguration("mimoAgent");
  const set = (name: string, value: unknown) => values().update(name, value, vscode.ConfigurationTarget.Global);
  let found: unknown;
  const parts: vscode.Disposable[] = [];
  before(async () => {
    found = values().inspect("endpoint")?.globalValue;
    await set("endpoint", "auto");
  });
  afterEach(async () => {
    for (const part of parts.splice(0)) part.dispose();
    await set("endpoint", "auto");
  });
  after(() => set("endpoint", found));

  async function begin(memento = memoryMemento()) {
    const keys = new KeyStore(memorySecrets());
    const choices = new ChoiceStore(memento);
    const account = new Account({ keys, choices, log });
    parts.push(account, choices, keys);
    const plan = await keys.add({ key: "tp-0123456789abcdef0123", baseUrl: CN, label: "Work" });
    const payg = await keys.add({ key: "sk-0123456789abcdef4567", baseUrl: API, label: undefined });
    await account.refresh();
    const used = async (chat?: string) => {
      const target = await account.target(chat);
      assert.equal(account.viewFor(chat).keyId, target.state === "ready" ? target.key?.id : undefined);
      return target.state === "ready" ? target.key?.id : target.state;
    };
    return { keys, choices, account, plan, payg, used, memento };
  }

  it("is the default's at first, and stays when the default changes", async () => {
    const { keys, plan, payg, used } = await begin();
    assert.equal(await used("old"), plan.id);
    await keys.prefer(payg.id);
    assert.deepEqual([await used("old"), await used("new"), await used()], [plan.id, payg.id, payg.id]);
  });

  it("is what the view shows, and nothing of the key itself", async () => {
    const { account, plan, payg } = await begin();
    const { key, keys, keyId } = account.viewFor("a");
    assert.deepEqual(key, { state: "set", kind: "plan", hint: "tp-…0123" });
    assert.equal(keyId, plan.id);
    assert.deepEqual(keys, [
      { id: plan.id, kind: "plan", label: "Work", hint: "tp-…0123", host: "token-plan-cn.xiaomimimo.com" },
      { id: payg.id, kind: "payg", label: "Pay as you go", hint: "sk-…4567", host: "api.xiaomimimo.com" },
    ]);
  });

  it("is chosen for one chat only, by id or from the whole key", async () => {
    const { choices, plan, payg, used } = await begin();
    await choices.chooseKey("a", payg.id);
    assert.deepEqual([await used("a"), await used("b")], [payg.id, plan.id]);
  });

  it("that was chosen before the chat began goes with the chat, not to the next", async () => {
    const { choices, plan, payg, used } = await begin();
    await choices.chooseKey(undefined, payg.id);
    assert.equal(await used(), payg.id);
    assert.equal(await used("a"), payg.id);
    assert.deepEqual([await used(), await used("b"), await used("a")], [plan.id, plan.id, payg.id]);
  });

  it("survives a reload of the window", async () => {
    const memento = memoryMemento();
    const { choices, payg } = await begin(memento);
    await choices.chooseKey("a", payg.id);
    const reloaded = new ChoiceStore(memento);
    parts.push(reloaded);
    assert.equal(reloaded.keyFor("a")?.id, payg.id);
  });

  it("that was removed is never replaced by one that is billed in another way, until the user chooses", async () => {
    const { keys, choices, account, plan, payg, used } = await begin();
    await used("a");
    await keys.remove(plan.id);
    assert.equal(await used("a"), "noKey");
    assert.deepEqual(account.viewFor("a").key, { state: "none" });
    assert.equal(await used("b"), payg.id);
    await choices.chooseKey("a", payg.id);
    assert.equal(await used("a"), payg.id);
  });

  it("that was removed is replaced by another for the same host and bill, for good", async () => {
    const { keys, choices, plan, used } = await begin();
    await used("a");
    const other = await keys.add({ key: "tp-fffffffffffffff", baseUrl: CN, label: undefined });
    await keys.remove(plan.id);
    assert.equal(await used("a"), other.id);
    assert.equal(choices.keyFor("a")?.id, other.id);
  });

  it("goes on under its new value when it is replaced", async () => {
    const { keys, account, plan, used } = await begin();
    await used("a");
    await keys.replace(plan.id, { key: "tp-new0123456789", baseUrl: CN });
    const target = await account.target("a");
    assert.equal(target.state === "ready" && target.key?.key, "tp-new0123456789");
  });

  it("comes back with its endpoint when the user had set another for a while", async () => {
    const { plan, payg, used } = await begin();
    await used("a");
    await set("endpoint", "payg");
    assert.equal(await used("a"), payg.id);
    await set("endpoint", "auto");
    assert.equal(await used("a"), plan.id);
  });

  it("is remembered for the last two hundred chats", async () => {
    const { choices, payg } = await begin();
    for (let n = 0; n < 205; n++) await choices.chooseKey(`chat ${n}`, payg.id);
    assert.deepEqual(
      [choices.isBound("chat 4"), choices.isBound("chat 5"), choices.isBound("chat 204")],
      [false, true, true],
    );
  });

  it("is the default's where what was remembered cannot be read", async () => {
    const memento = memoryMemento();
    await memento.update("mimoAgent.chatKeys", [7, null, { chat: "a" }, { chat: 7, id: "x" }]);
    const { plan, used } = await begin(memento);
    assert.equal(await used("a"), plan.id);
  });
});
