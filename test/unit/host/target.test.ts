import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type EndpointChoice, targetOf } from "../../../src/host/target.ts";

const plan = { key: "tp-aaaaaaaaaaaa", baseUrl: "https://token-plan-sgp.xiaomimimo.com/v1" };
const payg = { key: "sk-bbbbbbbbbbbb", baseUrl: "https://api.xiaomimimo.com/v1" };
const foreign = { key: "sk-cccccccccccc", baseUrl: "https://mimo.example.com/v1" };
const KEYS = [payg, plan, foreign];

function said(choice: Partial<EndpointChoice>, keys = KEYS): string {
  const target = targetOf({ endpoint: "auto", baseUrl: "", ...choice }, keys);
  if (target.state === "badAddress") return target.reason;
  return `${target.state} ${target.endpoint.host} ${target.state === "ready" ? (target.key?.key ?? "-") : ""}`.trim();
}

describe("targetOf", () => {
  it("automatic: the newest key for the platform's own hosts, at the host it was set for", () => {
    assert.equal(said({}), `ready token-plan-sgp.xiaomimimo.com ${plan.key}`);
    assert.equal(said({}, [plan, payg]), `ready api.xiaomimimo.com ${payg.key}`);
    assert.equal(said({}, [foreign]), "noKey api.xiaomimimo.com");
    assert.equal(said({}, []), "noKey api.xiaomimimo.com");
  });

  it("a key goes to no other host than its own", () => {
    assert.equal(said({ endpoint: "payg" }), `ready api.xiaomimimo.com ${payg.key}`);
    assert.equal(said({ endpoint: "cn" }), "noKey token-plan-cn.xiaomimimo.com");
    assert.equal(said({ endpoint: "custom", baseUrl: "https://other.example.com/v1" }), "noKey other.example.com");
    assert.equal(
      said({ endpoint: "custom", baseUrl: "https://mimo.example.com/v1/" }),
      `ready mimo.example.com ${foreign.key}`,
    );
    assert.equal(
      said({ endpoint: "custom", baseUrl: "https://mimo.example.com:8443/v1" }),
      "noKey mimo.example.com:8443",
    );
    assert.equal(
      said({ endpoint: "custom", baseUrl: "https://api.xiaomimimo.com.evil.example/v1" }),
      "noKey api.xiaomimimo.com.evil.example",
    );
  });

  it("this machine needs no key and gets none that was set elsewhere", () => {
    assert.equal(said({ endpoint: "custom", baseUrl: "http://127.0.0.1:8080/v1" }), "ready 127.0.0.1:8080 -");
    assert.equal(said({ endpoint: "custom", baseUrl: "http://localhost:8080/v1" }), "ready localhost:8080 -");
  });

  it("an address that cannot be used is said to be so", () => {
    assert.equal(said({ endpoint: "custom" }), "no_base_url");
    assert.equal(said({ endpoint: "custom", baseUrl: "http://mimo.example.com/v1" }), "not_https");
    assert.equal(said({ endpoint: "custom", baseUrl: "https://user:word@mimo.example.com/v1" }), "credentials_in_url");
  });
});
