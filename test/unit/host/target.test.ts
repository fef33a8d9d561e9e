import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type EndpointChoice, isUsable, type KeyWish, targetOf, wishFor } from "../../../src/host/target.ts";
import { API, CN, ringOf, SGP, stored } from "./keys.ts";

const payg = stored("payg", "sk-bbbbbbbbbbbb", API);
const plan = stored("plan", "tp-aaaaaaaaaaaa", SGP);
const plan2 = stored("plan2", "tp-dddddddddddd", SGP);
const team = stored("team", "ttp-eeeeeeeeeeee", SGP);
const china = stored("china", "tp-ffffffffffff", CN);
const foreign = stored("foreign", "sk-cccccccccccc", "https://mimo.example.com/v1");
const KEYS = [payg, plan, foreign];

interface Case {
  readonly choice?: Partial<EndpointChoice>;
  readonly keys?: readonly (typeof payg)[];
  readonly preferred?: string;
  readonly wish?: KeyWish;
}

function said({ choice = {}, keys = KEYS, preferred, wish }: Case): string {
  const target = targetOf({ endpoint: "auto", baseUrl: "", ...choice }, ringOf(keys, preferred), wish);
  switch (target.state) {
    case "badAddress":
      return target.reason;
    case "noKey":
      return `noKey ${target.endpoint.host} ${target.why}`;
    case "ready":
      return `${target.endpoint.host} ${target.key?.id ?? "-"}`;
  }
}

describe("targetOf", () => {
  it("automatic: the default key, else the newest for the platform's own hosts, at the host it was set for", () => {
    assert.equal(said({}), "token-plan-sgp.xiaomimimo.com plan");
    assert.equal(said({ preferred: "payg" }), "api.xiaomimimo.com payg");
    assert.equal(said({ preferred: "gone" }), "token-plan-sgp.xiaomimimo.com plan");
    assert.equal(said({ keys: [plan, payg] }), "api.xiaomimimo.com payg");
    assert.equal(said({ keys: [foreign], preferred: "foreign" }), "noKey api.xiaomimimo.com none");
    assert.equal(said({ keys: [] }), "noKey api.xiaomimimo.com none");
  });

  it("a chat uses its own key, whatever the default is", () => {
    assert.equal(said({ preferred: "plan", wish: wishFor(payg) }), "api.xiaomimimo.com payg");
    assert.equal(
      said({ keys: [plan, plan2], preferred: "plan2", wish: wishFor(plan) }),
      "token-plan-sgp.xiaomimimo.com plan",
    );
  });

  it("a chat whose key is gone goes on with one for the same host and the same bill only", () => {
    const gone = wishFor(plan);
    assert.equal(said({ keys: [plan2, payg], preferred: "payg", wish: gone }), "token-plan-sgp.xiaomimimo.com plan2");
    assert.equal(said({ keys: [payg], wish: gone }), "noKey api.xiaomimimo.com removed");
    assert.equal(said({ keys: [team], wish: gone }), "noKey api.xiaomimimo.com removed");
    assert.equal(said({ keys: [china], wish: gone }), "noKey api.xiaomimimo.com removed");
    assert.equal(said({ keys: [plan, china], wish: wishFor(payg) }), "noKey api.xiaomimimo.com removed");
    assert.equal(said({ keys: [payg], wish: { id: "plan" } }), "noKey api.xiaomimimo.com removed");
    assert.equal(said({ keys: [], wish: gone }), "noKey api.xiaomimimo.com none");
  });

  it("a named endpoint: keys of that endpoint, the chat's own or the default before the newest", () => {
    const choice = { endpoint: "sgp" } as const;
    const keys = [plan, plan2, payg];
    assert.equal(said({ choice, keys }), "token-plan-sgp.xiaomimimo.com plan2");
    assert.equal(said({ choice, keys, preferred: "plan" }), "token-plan-sgp.xiaomimimo.com plan");
    assert.equal(said({ choice, keys, wish: wishFor(plan) }), "token-plan-sgp.xiaomimimo.com plan");
    // The endpoint was changed by the user: the chat follows it, and has its own key back with its own endpoint.
    assert.equal(said({ choice, keys, preferred: "plan", wish: wishFor(payg) }), "token-plan-sgp.xiaomimimo.com plan");
    assert.equal(said({ choice, keys: [team], wish: wishFor(plan) }), "noKey token-plan-sgp.xiaomimimo.com removed");
  });

  it("a key goes to no other host than its own", () => {
    const custom = (baseUrl: string) => said({ choice: { endpoint: "custom", baseUrl }, wish: wishFor(plan) });
    assert.equal(said({ choice: { endpoint: "payg" } }), "api.xiaomimimo.com payg");
    assert.equal(said({ choice: { endpoint: "cn" } }), "noKey token-plan-cn.xiaomimimo.com none");
    assert.equal(custom("https://other.example.com/v1"), "noKey other.example.com none");
    assert.equal(custom("https://mimo.example.com/v1/"), "mimo.example.com foreign");
    assert.equal(custom("https://mimo.example.com:8443/v1"), "noKey mimo.example.com:8443 none");
    assert.equal(custom("https://mimo.example.com/other/v1"), "noKey mimo.example.com none");
    assert.equal(
      custom("https://token-plan-sgp.xiaomimimo.com.evil.example/v1"),
      "noKey token-plan-sgp.xiaomimimo.com.evil.example none",
    );
    assert.equal(said({ wish: wishFor(foreign), preferred: "payg" }), "api.xiaomimimo.com payg");
  });

  it("this machine needs no key and gets none that was set elsewhere", () => {
    const local = stored("local", "sk-gggggggggggg", "http://127.0.0.1:8080/v1");
    const choice = { endpoint: "custom", baseUrl: "http://127.0.0.1:8080/v1" } as const;
    assert.equal(said({ choice }), "127.0.0.1:8080 -");
    assert.equal(said({ choice: { ...choice, baseUrl: "http://localhost:8080/v1" } }), "localhost:8080 -");
    assert.equal(said({ choice, keys: [...KEYS, local] }), "127.0.0.1:8080 local");
    assert.equal(said({ choice, wish: wishFor(local) }), "127.0.0.1:8080 -");
  });

  it("an address that cannot be used is said to be so", () => {
    const custom = (baseUrl: string) => said({ choice: { endpoint: "custom", baseUrl } });
    assert.equal(custom(""), "no_base_url");
    assert.equal(custom("http://mimo.example.com/v1"), "not_https");
    assert.equal(custom("https://user:word@mimo.example.com/v1"), "credentials_in_url");
  });
});

describe("isUsable", () => {
  it("says whether a key fits the endpoint that is set", () => {
    const fits = (choice: EndpointChoice) => [...KEYS].filter((key) => isUsable(key, choice)).map(({ id }) => id);
    assert.deepEqual(fits({ endpoint: "auto", baseUrl: "" }), ["payg", "plan"]);
    assert.deepEqual(fits({ endpoint: "sgp", baseUrl: "" }), ["plan"]);
    assert.deepEqual(fits({ endpoint: "custom", baseUrl: "https://mimo.example.com/v1/" }), ["foreign"]);
    assert.deepEqual(fits({ endpoint: "custom", baseUrl: "" }), []);
  });
});
