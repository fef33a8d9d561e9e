import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { checkPairing, keyKind, parseBaseUrl, resolveEndpoint } from "../../../src/mimo/endpoints.ts";
import { errorOf, networkError } from "../../../src/mimo/failures.ts";
import { currentModels, describeModel, isChatModel, successorOf } from "../../../src/mimo/models.ts";
import { creditsOf } from "../../../src/mimo/rates.ts";

const november = new Date("2026-11-21T10:00:00Z");

function endpoint(baseUrl: string) {
  const resolved = parseBaseUrl(baseUrl);
  assert.ok(resolved.ok, baseUrl);
  return resolved.endpoint;
}

describe("error bodies", () => {
  it("go by the status where the code is of a numbering of its own", () => {
    const reason = (status: number, code: string | number) =>
      errorOf(status, JSON.stringify({ error: { message: "no", code } })).reason;
    assert.deepEqual([reason(429, "1302"), reason(401, 10001), reason(400, "421")], ["rate", "auth", "filter"]);
  });

  it("say no more than fits a card", () => {
    const { message } = errorOf(400, JSON.stringify({ error: { message: "x".repeat(1_000_000) } }));
    assert.equal(message.length, 1_001);
  });
});

describe("endpoints", () => {
  it("tells the kinds of key by their prefix", () => {
    assert.deepEqual(["sk-1", "tp-1", "ttp-1", "xx-1", ""].map(keyKind), ["payg", "plan", "plan", "other", "other"]);
  });

  it("goes by the key's kind when nothing else was chosen", () => {
    const url = (setting: "auto" | "sgp", kind: "payg" | "plan") => {
      const resolved = resolveEndpoint({ setting, baseUrl: "", kind });
      return resolved.ok && resolved.endpoint.baseUrl;
    };
    assert.equal(url("auto", "payg"), "https://api.xiaomimimo.com/v1");
    assert.equal(url("auto", "plan"), "https://token-plan-cn.xiaomimimo.com/v1");
    assert.equal(url("sgp", "plan"), "https://token-plan-sgp.xiaomimimo.com/v1");
  });

  it("trusts the platform's domain by https only, and never a look-alike", () => {
    const official = ["https://api.xiaomimimo.com/v1", "https://token-plan-ams.xiaomimimo.com/v1/"];
    const not = [
      "https://xiaomimimo.com.example.net/v1",
      "https://api.mimo-v2.com/v1",
      "https://notxiaomimimo.com/v1",
      "https://api.xiaomimimo.com:8443/v1",
      "http://127.0.0.1:1/v1",
    ];
    assert.deepEqual(
      official.map((url) => endpoint(url).official),
      [true, true],
    );
    assert.deepEqual(
      not.map((url) => endpoint(url).official),
      [false, false, false, false, false],
    );
    assert.deepEqual(
      ["http://localhost:1/v1", "http://[::1]:1", "http://127.8.9.1/v1", "https://127.0.0.1.example.net"].map(
        (url) => endpoint(url).loopback,
      ),
      [true, true, true, false],
    );
  });

  it("refuses addresses that no key may go to", () => {
    const reasons = [
      "",
      "nonsense",
      "ftp://a/v1",
      "http://api.xiaomimimo.com/v1",
      "https://u:p@api.xiaomimimo.com",
    ].map((url) => {
      const resolved = parseBaseUrl(url);
      return resolved.ok ? "ok" : resolved.reason;
    });
    assert.deepEqual(reasons, ["no_base_url", "not_a_url", "not_a_url", "not_https", "credentials_in_url"]);
  });

  it("finds a wrong pairing of key and host", () => {
    const payg = endpoint("https://api.xiaomimimo.com/v1");
    const plan = endpoint("https://token-plan-sgp.xiaomimimo.com/v1");
    assert.equal(checkPairing("plan", payg), "plan_key_on_payg");
    assert.equal(checkPairing("payg", plan), "payg_key_on_plan");
    assert.equal(checkPairing("payg", payg), undefined);
    assert.equal(checkPairing("other", plan), undefined);
    assert.equal(checkPairing("plan", endpoint("http://127.0.0.1:1/v1")), undefined);
  });
});

describe("models and rates", () => {
  it("names what serves today and the successors of what does not", () => {
    assert.deepEqual(
      currentModels(november).map((model) => model.id),
      ["mimo-v2.6-pro", "mimo-v2.6-flash"],
    );
    assert.equal(successorOf("mimo-v2.5-pro", november), "mimo-v2.6-pro");
    assert.equal(successorOf("mimo-v2-omni", november), "mimo-v2.6-flash");
    assert.equal(successorOf("mimo-v2.5-pro", new Date("2026-10-20T00:00:00Z")), undefined);
    assert.equal(successorOf("mimo-v9-pro", november), undefined);
    assert.equal(describeModel("mimo-v9-pro").family, "pro");
    assert.deepEqual(
      ["mimo-v2.6-pro", "mimo-v2.5-tts-voiceclone", "mimo-v2.5-asr", "mimo-v2-tts", "gpt-x"].map(isChatModel),
      [true, false, false, false, false],
    );
  });

  it("prices a request in credits, off-peak at 0.8 from 16:00 UTC", () => {
    const usage = { prompt: 1000, cached: 640, output: 100, reasoning: 40 };
    const peak = 640 * 2.5 + 360 * 300 + 100 * 600;
    assert.equal(creditsOf("mimo-v2.6-pro", usage, november), peak);
    assert.equal(creditsOf("mimo-v2.6-flash", usage, november), 640 * 2 + 360 * 100 + 100 * 200);
    assert.equal(creditsOf("mimo-v2.6-pro", usage, new Date("2026-11-21T15:59:59.999Z")), peak);
    assert.equal(creditsOf("mimo-v2.6-pro", usage, new Date("2026-11-21T16:00:00Z")), peak * 0.8);
    assert.equal(creditsOf("mimo-v2.6-pro", usage, new Date("2026-11-22T00:00:00Z")), peak);
  });
});

describe("error bodies", () => {
  const body = (error: Record<string, unknown>) => JSON.stringify({ error });
  for (const [status, text, reason, message] of [
    [401, body({ message: "Invalid API Key", code: "401" }), "auth", "Invalid API Key"],
    [402, body({ message: "Insufficient balance", code: "402" }), "balance", "Insufficient balance"],
    [403, body({ message: "Region not supported" }), "region", "Region not supported"],
    [403, body({ message: "x", code: "risk_control" }), "risk", "x"],
    [441, body({ message: "x", code: 441 }), "risk", "x"],
    [
      404,
      body({ message: "No endpoints found that support image input" }),
      "input",
      "No endpoints found that support image input",
    ],
    [421, body({ message: "filtered" }), "filter", "filtered"],
    [400, body({ message: "filtered", code: "421" }), "filter", "filtered"],
    [429, body({ message: "Too many requests", code: "429" }), "rate", "Too many requests"],
    [429, body({ message: "quota exhausted", code: "429" }), "quota", "quota exhausted"],
    [
      400,
      body({ message: "Param Incorrect", param: "text is not set" }),
      "bad_request",
      "Param Incorrect (text is not set)",
    ],
    [400, body({ message: "maximum context length exceeded" }), "too_long", "maximum context length exceeded"],
    [503, "<html><body>Bad  gateway</body></html>", "server", "Bad gateway"],
    [500, `data: ${body({ message: "framed", code: "500" })}`, "server", "framed"],
    [502, "", "server", "HTTP 502"],
  ] as const) {
    it(`${status} ${text.slice(0, 60)} is ${reason}`, () => {
      const error = errorOf(status, text);
      assert.deepEqual([error.reason, error.message, error.status], [reason, message, status]);
    });
  }

  it("says of a broken connection what broke it", () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), { code: "ECONNREFUSED" });
    const wrapped = new Error("Connection error.", { cause: new TypeError("fetch failed", { cause: refused }) });
    const both = new TypeError("fetch failed", { cause: new AggregateError([refused], "") });
    for (const error of [wrapped, both]) {
      assert.deepEqual([networkError(error).reason, networkError(error).message], ["network", refused.message]);
    }
    const bare = Object.assign(new Error(""), { code: "ETIMEDOUT" });
    assert.equal(networkError(new TypeError("fetch failed", { cause: bare })).message, "ETIMEDOUT");
  });
});
