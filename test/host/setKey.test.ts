import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import * as vscode from "vscode";
import { KeyStore } from "../../src/host/keyStore.ts";
import { type KeyDialogs, type KeyFlow, setKey } from "../../src/host/setKey.ts";
import type { EndpointChoice } from "../../src/host/target.ts";

const PLAN = "tp-0123456789abcdef0123";
const PAYG = "sk-0123456789abcdef0123";

/** SecretStorage in memory: what VS Code keeps is not ours to test, and must not be filled by tests. */
function secrets(): vscode.SecretStorage & { readonly stored: Map<string, string> } {
  const stored = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.SecretStorageChangeEvent>();
  return {
    stored,
    onDidChange: changed.event,
    keys: async () => [...stored.keys()],
    get: async (key: string) => stored.get(key),
    store: async (key: string, value: string) => {
      stored.set(key, value);
      changed.fire({ key });
    },
    delete: async (key: string) => {
      stored.delete(key);
      changed.fire({ key });
    },
  } as vscode.SecretStorage & { readonly stored: Map<string, string> };
}

interface Scene {
  readonly key?: string;
  readonly settings?: Partial<EndpointChoice>;
  /** Answers to confirmations, in order. */
  readonly yes?: readonly boolean[];
  /** Status by host; a host that is not named cannot be reached. */
  readonly hosts?: Readonly<Record<string, number>>;
}

async function play({ key = PLAN, settings = {}, yes = [], hosts = {} }: Scene) {
  const said: string[] = [];
  const sent: string[] = [];
  const answers = [...yes];
  const keys = new KeyStore(secrets());
  let choice: EndpointChoice = { endpoint: "auto", baseUrl: "", ...settings };
  const dialogs: KeyDialogs = {
    inputKey: async (check) => {
      const problem = check(key);
      if (problem) said.push(`problem: ${problem}`);
      return problem ? undefined : key;
    },
    confirm: async ({ message }) => {
      said.push(`confirm: ${message}`);
      return answers.shift() ?? false;
    },
    progress: (_, work) => work(new AbortController().signal),
    say: (message) => said.push(`say: ${message}`),
    fail: (message) => said.push(`fail: ${message}`),
  };
  const flow: KeyFlow = {
    keys,
    dialogs,
    log: { info() {}, warn() {}, error() {}, show() {}, dispose() {} },
    settings: () => choice,
    useEndpoint: async (endpoint) => {
      choice = { ...choice, endpoint };
      said.push(`endpoint: ${endpoint}`);
    },
    fetch: async (input, init) => {
      const { host } = new URL(String(input));
      sent.push(`${host} ${new Headers(init?.headers).get("authorization") === `Bearer ${key}` ? "key" : "no key"}`);
      const status = hosts[host];
      if (status === undefined) throw new TypeError("fetch failed");
      const body =
        status === 200 ? { data: [{ id: "mimo-v2.6-pro" }] } : { error: { message: "no", code: String(status) } };
      return Response.json(body, { status });
    },
  };
  const kept = await setKey(flow);
  return { kept, said, sent, keys: await keys.list() };
}

describe("setting a key", () => {
  it("keeps a plan key at the cluster that accepts it", async () => {
    const { kept, sent, keys } = await play({
      hosts: { "token-plan-cn.xiaomimimo.com": 401, "token-plan-sgp.xiaomimimo.com": 200 },
    });
    assert.equal(kept, true);
    assert.deepEqual(sent, ["token-plan-cn.xiaomimimo.com key", "token-plan-sgp.xiaomimimo.com key"]);
    assert.deepEqual(keys, [{ key: PLAN, baseUrl: "https://token-plan-sgp.xiaomimimo.com/v1" }]);
  });

  it("sends a pay-as-you-go key to its own host only", async () => {
    const { kept, sent, keys } = await play({ key: PAYG, hosts: { "api.xiaomimimo.com": 200 } });
    assert.equal(kept, true);
    assert.deepEqual(sent, ["api.xiaomimimo.com key"]);
    assert.deepEqual(keys, [{ key: PAYG, baseUrl: "https://api.xiaomimimo.com/v1" }]);
  });

  it("keeps no key that is refused everywhere, and says so", async () => {
    const { kept, said, keys } = await play({
      hosts: {
        "token-plan-cn.xiaomimimo.com": 401,
        "token-plan-sgp.xiaomimimo.com": 401,
        "token-plan-ams.xiaomimimo.com": 401,
      },
    });
    assert.equal(kept, false);
    assert.deepEqual(keys, []);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /^fail: No Token Plan cluster accepted the key/);
  });

  it("a key of the wrong product is not sent before the user agrees to the right host", async () => {
    const refused = await play({ settings: { endpoint: "payg" }, yes: [false] });
    assert.deepEqual([refused.kept, refused.sent, refused.keys], [false, [], []]);
    const agreed = await play({
      settings: { endpoint: "payg" },
      yes: [true],
      hosts: { "token-plan-cn.xiaomimimo.com": 200 },
    });
    assert.equal(agreed.kept, true);
    assert.deepEqual(agreed.sent, ["token-plan-cn.xiaomimimo.com key"]);
    assert.ok(agreed.said.includes("endpoint: auto"));
  });

  it("a host that is neither Xiaomi's nor this machine gets no key without a yes", async () => {
    const settings = { endpoint: "custom", baseUrl: "https://api.xiaomimimo.com.evil.example/v1" } as const;
    const refused = await play({ settings, yes: [false] });
    assert.deepEqual([refused.kept, refused.sent], [false, []]);
    assert.deepEqual(refused.said, ["confirm: Send your key to api.xiaomimimo.com.evil.example?"]);
    const agreed = await play({ settings, yes: [true], hosts: { "api.xiaomimimo.com.evil.example": 200 } });
    assert.deepEqual(agreed.keys, [{ key: PLAN, baseUrl: "https://api.xiaomimimo.com.evil.example/v1" }]);
  });

  it("keeps a key that cannot be checked only when the user wants that", async () => {
    const no = await play({ key: PAYG, yes: [false] });
    assert.deepEqual([no.kept, no.keys], [false, []]);
    const yes = await play({ key: PAYG, yes: [true] });
    assert.deepEqual([yes.kept, yes.keys.length], [true, 1]);
  });

  it("keeps an unchecked plan key for the first cluster that has not refused it", async () => {
    const offline = await play({ yes: [true] });
    assert.deepEqual(offline.keys, [{ key: PLAN, baseUrl: "https://token-plan-cn.xiaomimimo.com/v1" }]);
    const refused = await play({ yes: [true], hosts: { "token-plan-cn.xiaomimimo.com": 401 } });
    assert.deepEqual(refused.keys, [{ key: PLAN, baseUrl: "https://token-plan-sgp.xiaomimimo.com/v1" }]);
  });

  it("an account without balance or quota still has a right key", async () => {
    const { kept } = await play({ key: PAYG, hosts: { "api.xiaomimimo.com": 402 } });
    assert.equal(kept, true);
  });

  it("refuses what is no key before anything is sent", async () => {
    for (const key of ["", "   ", "sk-1", "hello world, this is text", "some-other-service-key-1234"]) {
      const { said, sent } = await play({ key });
      assert.deepEqual(sent, [], key);
      assert.match(said[0] ?? "", /^problem: /, key);
    }
  });
});

describe("KeyStore", () => {
  let memory: ReturnType<typeof secrets>;
  let store: KeyStore;
  beforeEach(() => {
    memory = secrets();
    store = new KeyStore(memory);
  });
  afterEach(() => store.dispose());

  it("keeps one key an address, the newest last, and forgets what is removed", async () => {
    const one = { key: PLAN, baseUrl: "https://token-plan-cn.xiaomimimo.com/v1" };
    const two = { key: PAYG, baseUrl: "https://api.xiaomimimo.com/v1" };
    await store.put(one);
    await store.put(two);
    await store.put({ ...one, key: "tp-another0123456" });
    assert.deepEqual(await store.list(), [two, { ...one, key: "tp-another0123456" }]);
    await store.remove(one);
    await store.remove(two);
    assert.deepEqual(await store.list(), []);
    assert.equal(memory.stored.size, 0);
  });

  it("reads nothing out of a broken secret", async () => {
    for (const text of ["{", "[]", '{"keys":7}', '{"keys":[{"key":7,"baseUrl":""}]}', "null"]) {
      await memory.store("mimoAgent.keys", text);
      assert.deepEqual(await store.list(), []);
    }
  });
});
