import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "mocha";
import { PrefixTree } from "../../simulator/prefixTree.ts";
import type { ScriptInput } from "../../simulator/script.ts";
import { post, request, TOOL, withSimulator } from "./client.ts";

const OTHERWISE: ScriptInput = { otherwise: { reasoning: "12345", content: "123456" } };
const NOON = new Date("2026-11-21T04:00:00Z");
const NIGHT = new Date("2026-11-21T16:00:00Z");

interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
}

function usage(text: string): Usage {
  return JSON.parse(text).usage;
}

function bytesOf(messages: unknown[]): number {
  return Buffer.byteLength(JSON.stringify([TOOL]) + JSON.stringify(messages));
}

describe("the simulator counts", () => {
  it("bytes / 4, rounded up, over tools, then messages", async () => {
    await withSimulator({ script: OTHERWISE }, async (simulator) => {
      const messages = [{ role: "user", content: "数一数 these bytes" }];
      const counted = usage((await post(simulator, request({ stream: false, messages }))).text);
      assert.deepEqual(counted, {
        prompt_tokens: Math.ceil(bytesOf(messages) / 4),
        completion_tokens: 3,
        total_tokens: Math.ceil(bytesOf(messages) / 4) + 3,
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 2 },
      });
    });
  });

  it("what the script says instead", async () => {
    const said = { prompt_tokens: 1000, cached_tokens: 640, completion_tokens: 50, reasoning_tokens: 20 };
    await withSimulator({ script: { turns: [{ content: "x", usage: said }] } }, async (simulator) => {
      const counted = usage((await post(simulator, request({ stream: false }))).text);
      assert.deepEqual(
        [counted.prompt_tokens, counted.prompt_tokens_details.cached_tokens, counted.completion_tokens],
        [1000, 640, 50],
      );
    });
  });

  it("cached tokens: the longest prefix shared with any earlier request of the model, in blocks of 64", async () => {
    await withSimulator({ script: OTHERWISE }, async (simulator) => {
      const ask = async (messages: unknown[], model = "mimo-v2.6-pro") =>
        usage((await post(simulator, request({ stream: false, messages, model }))).text).prompt_tokens_details
          .cached_tokens;
      const first = [{ role: "user", content: "a".repeat(1000) }];
      const next = [...first, { role: "assistant", content: "b" }, { role: "user", content: "c" }];
      const shared = (bytes: number) => Math.floor(bytes / 256) * 64;
      assert.equal(await ask(first), 0);
      // All but the closing bracket of the first request's messages.
      assert.equal(await ask(next), shared(bytesOf(first) - 1));
      assert.equal(await ask(next), shared(bytesOf(next)));
      // An older request still counts.
      assert.equal(await ask(first), shared(bytesOf(first)));
      assert.equal(await ask(first, "mimo-v2.6-flash"), 0);
      // A word changed at the front leaves what stands before it: the tools.
      const changed = [{ role: "user", content: `b${"a".repeat(999)}` }];
      assert.equal(await ask(changed), shared(bytesOf([]) - 1));
    });
  });

  it("a key in another order as another prefix", async () => {
    await withSimulator({ script: OTHERWISE }, async (simulator) => {
      const text = "a".repeat(1000);
      const one = request({ stream: false, tools: undefined, messages: [{ role: "user", content: text }] });
      const other = request({ stream: false, tools: undefined, messages: [{ content: text, role: "user" }] });
      await post(simulator, one);
      assert.equal(usage((await post(simulator, other)).text).prompt_tokens_details.cached_tokens, 0);
    });
  });

  it("credits by model, hit and miss, with the off-peak discount", async () => {
    let now = NOON;
    await withSimulator({ script: OTHERWISE, now: () => now }, async (simulator) => {
      const messages = [{ role: "user", content: "a".repeat(2000) }];
      const prompt = Math.ceil(bytesOf(messages) / 4);
      const cached = Math.floor(bytesOf(messages) / 256) * 64;
      await post(simulator, request({ messages }));
      const miss = prompt * 300 + 3 * 600;
      assert.equal(simulator.account().spent, miss);
      await post(simulator, request({ messages }));
      const hit = cached * 2.5 + (prompt - cached) * 300 + 3 * 600;
      assert.equal(simulator.account().spent, miss + hit);
      now = NIGHT;
      await post(simulator, request({ messages, model: "mimo-v2.6-flash" }));
      const flash = prompt * 100 + 3 * 200;
      const { spent, spentAtFullRate } = simulator.account();
      assert.equal(spentAtFullRate, miss + hit + flash);
      assert.ok(Math.abs(spent - (miss + hit + flash * 0.8)) < 1e-6);
    });
  });

  it("down to nothing, and then says that the quota is used up", async () => {
    const script: ScriptInput = { ...OTHERWISE, account: { kind: "plan", credits: 1 } };
    await withSimulator({ script }, async (simulator) => {
      const key = { authorization: "Bearer tp-simulated" };
      assert.equal((await post(simulator, request(), key)).status, 200);
      const refused = await post(simulator, request(), key);
      assert.equal(refused.status, 429);
      assert.deepEqual(JSON.parse(refused.text), {
        error: {
          code: "429",
          message: "Too many requests",
          param: "The quota of Token Plan has been exhausted",
          type: "limitation",
        },
      });
      const account = await fetch(simulator.url.replace("/v1", "/_simulator/account"));
      assert.deepEqual(await account.json(), simulator.account());
    });
    const payg: ScriptInput = { ...OTHERWISE, account: { kind: "payg", credits: 0 } };
    await withSimulator({ script: payg }, async (simulator) => {
      const refused = await post(simulator, request(), { "api-key": "sk-simulated" });
      assert.equal(refused.status, 402);
    });
  });
});

describe("the simulator counts money", () => {
  const turn = { content: "x", usage: { prompt: 1_000_000, cached: 400_000, output: 100_000 } };

  async function cost(currency: "CNY" | "USD", model: string): Promise<string> {
    const script: ScriptInput = { account: { kind: "payg", currency }, otherwise: turn };
    return withSimulator({ script }, async (simulator) => {
      await post(simulator, request({ model }), { "api-key": "sk-simulated" });
      return simulator.account().cost.toFixed(6);
    });
  }

  it("by model and currency", async () => {
    assert.equal(await cost("CNY", "mimo-v2.6-pro"), (0.01 + 1.8 + 0.6).toFixed(6));
    assert.equal(await cost("CNY", "mimo-v2.6-flash"), (0.008 + 0.6 + 0.2).toFixed(6));
    assert.equal(await cost("USD", "mimo-v2.6-pro"), (0.00144 + 0.261 + 0.087).toFixed(6));
    assert.equal(await cost("USD", "mimo-v2.6-flash"), (0.00112 + 0.084 + 0.028).toFixed(6));
  });

  it("down to nothing, and then says that there is no balance; a plan spends none", async () => {
    const account = { balance: 3, currency: "CNY" } as const;
    const statuses = async (kind: "payg" | "plan", key: string) =>
      withSimulator({ script: { account: { ...account, kind }, otherwise: turn } }, async (simulator) => {
        const seen = [];
        for (let i = 0; i < 3; i++) seen.push((await post(simulator, request(), { "api-key": key })).status);
        return [...seen, simulator.account().cost > 3, simulator.account().balance];
      });
    assert.deepEqual(await statuses("payg", "sk-simulated"), [200, 200, 402, true, 3]);
    assert.deepEqual(await statuses("plan", "tp-simulated"), [200, 200, 200, false, 3]);
  });
});

describe("the prefix tree", () => {
  it("finds what a comparison with every earlier request finds", () => {
    const tree = new PrefixTree();
    const seen: Buffer[] = [];
    // A walk through a few branching sessions: extend, fork, or start anew.
    let state = 7;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state % below;
    };
    for (let i = 0; i < 300; i++) {
      const from = seen[random(seen.length + 1)] ?? Buffer.alloc(0);
      const kept = from.subarray(0, random(from.length + 1));
      const request = Buffer.concat([kept, Buffer.alloc(random(3000), random(3) + 65)]);
      assert.equal(tree.add(request), longest(request, seen));
      seen.push(request);
    }
  });

  it("takes 2,000 requests of a session that grows to 4 MB in seconds, and keeps its bytes once", () => {
    const whole = randomBytes(4_000_000);
    const tree = new PrefixTree();
    const before = process.memoryUsage().arrayBuffers;
    const started = process.cpuUsage();
    for (let i = 1; i <= 2000; i++) tree.add(whole.subarray(0, i * 2000));
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 10_000_000, `${user + system} µs`);
    const kept = process.memoryUsage().arrayBuffers - before;
    assert.ok(kept < 3 * whole.length, `${kept} bytes`);
    assert.equal(tree.add(whole), whole.length);
  }).timeout(60_000);
});

function longest(request: Buffer, seen: readonly Buffer[]): number {
  let best = 0;
  for (const other of seen) {
    let at = 0;
    while (at < request.length && at < other.length && request[at] === other[at]) at++;
    best = Math.max(best, at - (at % 256));
  }
  return best;
}
