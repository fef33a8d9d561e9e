import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { LiveModels } from "../../../src/host/liveModels.ts";
import { type Target, targetOf } from "../../../src/host/target.ts";
import { API, ringOf, SGP, stored } from "./keys.ts";

const plan = stored("plan", "tp-aaaaaaaaaaaa", SGP);
const payg = stored("payg", "sk-bbbbbbbbbbbb", API);
const MINUTE = 60_000;

function target(id: string): Target {
  return targetOf({ endpoint: "auto", baseUrl: "" }, ringOf([plan, payg], id));
}

/** Answers in order; undefined for an endpoint without a list. */
function play(answers: readonly (readonly string[] | undefined)[]) {
  const asked: string[] = [];
  const lacking: string[] = [];
  const left = [...answers];
  const clock = { now: Date.parse("2026-11-21T12:00:00Z") };
  const live = new LiveModels({
    list: async ({ endpoint, key }) => {
      asked.push(`${endpoint.host} ${key}`);
      const models = left.shift();
      if (!models) throw new Error("refused");
      return models;
    },
    lacking: ({ host }) => lacking.push(host),
    now: () => clock.now,
  });
  return { live, asked, lacking, clock };
}

function ids(live: LiveModels, of: Target): string[] {
  return live.models(of).map(({ id }) => id);
}

describe("LiveModels", () => {
  const TABLE = ["mimo-v2.6-pro", "mimo-v2.6-flash"];

  it("has the table until the endpoint said what it serves, and where it says nothing of use", async () => {
    const { live, lacking } = play([undefined, ["mimo-v2.5-tts", "text-embedding"]]);
    assert.deepEqual(ids(live, target("plan")), TABLE);
    await live.ask(target("plan"));
    assert.deepEqual(lacking, ["token-plan-sgp.xiaomimimo.com"]);
    assert.deepEqual(ids(live, target("plan")), TABLE);
    await live.ask(target("payg"));
    assert.deepEqual(ids(live, target("payg")), TABLE);
  });

  it("shows what is listed: known models first, new ones with a guess, no speech", async () => {
    const { live } = play([["mimo-v2.6-pro-tts", "mimo-v3-pro", "mimo-v2.6-flash", "mimo-v2.6-pro", "mimo-v2.5-asr"]]);
    await live.ask(target("plan"));
    assert.deepEqual(ids(live, target("plan")), ["mimo-v2.6-pro", "mimo-v2.6-flash", "mimo-v3-pro"]);
    const added = live.models(target("plan")).at(-1);
    assert.deepEqual([added?.family, (added?.contextWindow ?? 0) > 0], ["pro", true]);
  });

  it("keeps the list of each endpoint and key apart, and asks each with its own key", async () => {
    const { live, asked } = play([["mimo-v2.6-pro"], ["mimo-v2.6-flash"]]);
    await live.ask(target("plan"));
    await live.ask(target("payg"));
    assert.deepEqual(asked, [`token-plan-sgp.xiaomimimo.com ${plan.key}`, `api.xiaomimimo.com ${payg.key}`]);
    assert.deepEqual([ids(live, target("plan")), ids(live, target("payg"))], [["mimo-v2.6-pro"], ["mimo-v2.6-flash"]]);
  });

  it("asks again after an hour, after a minute where there was no answer, and only once at a time", async () => {
    const { live, asked, clock } = play([undefined, ["mimo-v2.6-pro"], ["mimo-v3-pro"]]);
    await Promise.all([live.ask(target("plan")), live.ask(target("plan"))]);
    await live.ask(target("plan"));
    assert.equal(asked.length, 1);
    clock.now += MINUTE;
    await live.ask(target("plan"));
    clock.now += 59 * MINUTE;
    await live.ask(target("plan"));
    assert.equal(asked.length, 2);
    clock.now += MINUTE;
    await live.renew(target("plan"));
    assert.equal(asked.length, 3);
    assert.deepEqual(ids(live, target("plan")), ["mimo-v3-pro"]);
  });

  it("a list stays in force when it cannot be renewed", async () => {
    const { live, clock } = play([["mimo-v3-pro"], undefined]);
    await live.ask(target("plan"));
    clock.now += 60 * MINUTE;
    await live.ask(target("plan"));
    assert.deepEqual(ids(live, target("plan")), ["mimo-v3-pro"]);
  });

  it("renews nothing that was never asked for", async () => {
    const { live, asked } = play([["mimo-v3-pro"]]);
    assert.equal(await live.renew(target("plan")), false);
    assert.deepEqual(asked, []);
  });

  it("serves a retired model, or one that is no longer listed, by its successor", async () => {
    const { live } = play([["mimo-v2.6-flash", "mimo-v3-pro", "mimo-v2.5"]]);
    const at = target("plan");
    assert.equal(live.serving("mimo-v2.5-pro", at), "mimo-v2.6-pro");
    assert.equal(live.serving("mimo-v2.6-pro", at), "mimo-v2.6-pro");
    await live.ask(at);
    assert.equal(live.serving("mimo-v2.6-pro", at), "mimo-v3-pro");
    assert.equal(live.serving("mimo-v2.5-pro", at), "mimo-v3-pro");
    assert.equal(live.serving("mimo-v2-omni", at), "mimo-v2.6-flash");
    // What the name says nothing about is left to the endpoint.
    assert.equal(live.serving("my-own-model", at), "my-own-model");
    // The endpoint knows better than the table what it still serves.
    assert.equal(live.serving("mimo-v2.5", at), "mimo-v2.5");
  });
});
