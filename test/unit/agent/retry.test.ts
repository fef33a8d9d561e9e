import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createChat } from "../../../src/agent/chat.ts";
import { AgentError, type AgentErrorOptions, type ErrorReason } from "../../../src/agent/errors.ts";
import { retryDelay } from "../../../src/agent/retry.ts";
import { brief } from "./brief.ts";
import { answer, fakeTimer, noteTools, openGate, recordedDeps, type Scripted, scriptedModel } from "./fakes.ts";

const start = { head: { system: "system", tools: [] }, messages: [], turn: 0 };
const options = () => ({ signal: new AbortController().signal, model: "mimo-v2.6-pro", thinking: true });
const fails = (reason: ErrorReason, more: AgentErrorOptions = {}): Scripted => ({
  chunks: [],
  error: new AgentError(reason, `${reason} happened`, more),
});
const times = (count: number, one: Scripted) => Array.from({ length: count }, () => one);

describe("retries", () => {
  it("wait in windows that double, at a place that is the gate's to say, and never before the platform allows it", () => {
    const delays = (spread: number) => [1, 2, 3, 4, 5, 6, 7].map((attempt) => retryDelay(attempt, spread));
    assert.deepEqual(delays(0), [200, 400, 800, 1600, 3200, 6000, 6000]);
    assert.deepEqual(delays(0.5), [1100, 2200, 4400, 8800, 17600, 33000, 33000]);
    assert.deepEqual([retryDelay(1, 0, 7_000), retryDelay(1, 0.5, 7_000)], [7_000, 8_000]);
    assert.equal(retryDelay(5, 0.5, 100), 17_600);
  });

  it("are told before they are waited for, and send the same bytes again", async () => {
    const model = scriptedModel([
      fails("rate", { retryAfterMs: 7_000 }),
      fails("server"),
      fails("network"),
      answer({ content: "done" }),
    ]);
    const timer = fakeTimer();
    const gate = openGate(0.5);
    const { deps, events, kept } = recordedDeps(model, [], { timer, gate });
    assert.deepEqual(await createChat(deps, start).send("go", options()), { outcome: "done" });
    const lines = [
      "1 retry 1 rate 8000",
      "1 retry 2 server 2200",
      "1 retry 3 network 4400",
      "1 content_delta done",
      "1 usage",
      "1 end done",
    ];
    assert.deepEqual(brief(events), lines);
    assert.deepEqual(
      brief(kept),
      lines.filter((line) => !line.includes("delta")),
    );
    assert.deepEqual(timer.waits, [8_000, 2_200, 4_400]);
    assert.equal(gate.entered(), 4);
    assert.equal(new Set(model.requests).size, 1);
  });

  it("keep what had come of an attempt, count it, and send none of it back", async () => {
    const model = scriptedModel([
      answer({ reasoning: "first", content: "half an", finish: null }),
      answer({ content: "whole" }),
    ]);
    const { deps, kept, messages } = recordedDeps(model, []);
    assert.deepEqual(await createChat(deps, start).send("go", options()), { outcome: "done" });
    assert.deepEqual(brief(kept), [
      "1 reasoning_delta first",
      "1 content_delta half an",
      "1 usage",
      "1 retry 1 cut 1100",
      "1 usage",
      "1 end done",
    ]);
    assert.deepEqual(messages, [
      { role: "user", content: "go" },
      { role: "assistant", content: "whole" },
    ]);
    assert.equal(new Set(model.requests).size, 1);
  });

  for (const [reason, more] of [
    ["rate", {}],
    ["server", {}],
    ["network", {}],
    ["cut", {}],
    ["balance", { transient: true }],
  ] as const) {
    it(`end after five for ${reason}`, async () => {
      const model = scriptedModel(times(9, fails(reason, more)));
      const { deps, events } = recordedDeps(model, []);
      const end = await createChat(deps, start).send("go", options());
      assert.deepEqual([end.outcome, end.error?.reason, model.requests.length], ["failed", reason, 6]);
      assert.deepEqual(brief(events).slice(-2), [`1 error ${reason}`, "1 end failed"]);
    });
  }

  it("begin anew after a success", async () => {
    const look = answer({ calls: [{ id: "c", name: "look", arguments: '{"id":"a"}' }] });
    const model = scriptedModel([
      ...times(5, fails("rate")),
      look,
      ...times(5, fails("rate")),
      answer({ content: "x" }),
    ]);
    const { deps } = recordedDeps(model, noteTools([]));
    assert.deepEqual(await createChat(deps, start).send("go", options()), { outcome: "done" });
    assert.equal(model.requests.length, 12);
  });

  it("are one after a stall", async () => {
    const model = scriptedModel([fails("stalled"), fails("rate"), fails("stalled"), answer({})]);
    const { deps } = recordedDeps(model, []);
    const end = await createChat(deps, start).send("go", options());
    assert.deepEqual([end.error?.reason, model.requests.length], ["stalled", 3]);
  });

  for (const reason of [
    "auth",
    "pairing",
    "balance",
    "quota",
    "region",
    "risk",
    "filter",
    "bad_request",
    "too_long",
    "input",
    "not_a_stream",
    "malformed",
    "truncated",
    "repetition",
  ] as const) {
    it(`are none for ${reason}`, async () => {
      const model = scriptedModel(times(2, fails(reason)));
      const { deps, events } = recordedDeps(model, []);
      await createChat(deps, start).send("go", options());
      assert.deepEqual(brief(events), [`1 error ${reason}`, "1 end failed"]);
      assert.equal(model.requests.length, 1);
    });
  }

  it("are none for a fault of our own", async () => {
    const model = scriptedModel(times(2, { chunks: [], error: new TypeError("x is not a function") }));
    const { deps } = recordedDeps(model, []);
    assert.equal((await createChat(deps, start).send("go", options())).outcome, "failed");
    assert.equal(model.requests.length, 1);
  });

  it("are left to the user when the platform asks for more than two minutes", async () => {
    const model = scriptedModel([
      fails("rate", { retryAfterMs: 120_000 }),
      fails("server", { retryAfterMs: 3_600_000 }),
      fails("server", { retryAfterMs: Number.POSITIVE_INFINITY }),
    ]);
    const { deps, events } = recordedDeps(model, []);
    const chat = createChat(deps, start);
    await chat.send("go", options());
    await chat.send("go", options());
    assert.deepEqual(brief(events), [
      "1 retry 1 rate 121000",
      "1 error server 2026-11-21T11:00:00.000Z",
      "1 end failed",
      "2 error server 2027-11-21T10:00:00.000Z",
      "2 end failed",
    ]);
  });

  it("end at once when the user stops", async () => {
    const controller = new AbortController();
    const timer = fakeTimer({ at: 2, controller });
    const model = scriptedModel(times(9, fails("rate")));
    const { deps, events } = recordedDeps(model, [], { timer });
    const end = await createChat(deps, start).send("go", { ...options(), signal: controller.signal });
    assert.deepEqual(end, { outcome: "stopped" });
    assert.deepEqual(brief(events), ["1 retry 1 rate 1100", "1 retry 2 rate 2200", "1 end stopped"]);
    assert.equal(model.requests.length, 2);
  });

  it("end when the task has cost what it may", async () => {
    const model = scriptedModel(times(3, answer({ content: "half", finish: null })));
    const { deps, events } = recordedDeps(model, []);
    const end = await createChat(deps, start).send("go", { ...options(), maxCredits: 200 });
    assert.deepEqual(end, { outcome: "stopped" });
    assert.deepEqual(brief(events).slice(-3), ["1 usage", "1 notice max_credits", "1 end stopped"]);
    assert.equal(model.requests.length, 2);
  });

  it("a stop while it waits for its turn among other chats sends nothing", async () => {
    const controller = new AbortController();
    const model = scriptedModel([answer({})]);
    const gate = {
      enter: (): Promise<void> =>
        new Promise((_, reject) => {
          controller.signal.addEventListener("abort", () => reject(controller.signal.reason));
          controller.abort();
        }),
      spread: async () => 0,
    };
    const { deps, events } = recordedDeps(model, [], { gate });
    const end = await createChat(deps, start).send("go", { ...options(), signal: controller.signal });
    assert.deepEqual(end, { outcome: "stopped" });
    assert.deepEqual(brief(events), ["1 end stopped"]);
    assert.equal(model.requests.length, 0);
  });
});
