import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { AgentError } from "../../../src/agent/errors.ts";
import { type Asked, errorInEvent, errorOf, networkError, withoutKey } from "../../../src/mimo/failures.ts";

const body = (error: Record<string, unknown>) => JSON.stringify({ error });
const facts = ({ reason, transient, detail, retryAfterMs }: AgentError) => ({
  reason,
  transient,
  detail,
  retryAfterMs,
});
const plain = { transient: false, detail: undefined, retryAfterMs: undefined };

describe("refusals", () => {
  it("402 passes by itself on a plan and nowhere else, and not when the plan is used up", () => {
    const text = body({ message: "Insufficient account balance", code: "402" });
    const usedUp = body({ message: "Your plan quota is exhausted", code: "402" });
    assert.deepEqual(facts(errorOf(402, text)), { ...plain, reason: "balance" });
    assert.deepEqual(facts(errorOf(402, text, { plan: true })), { ...plain, reason: "balance", transient: true });
    assert.deepEqual(facts(errorOf(402, "", { plan: true })), { ...plain, reason: "balance", transient: true });
    assert.deepEqual(facts(errorOf(402, usedUp, { plan: true })), { ...plain, reason: "quota" });
    assert.deepEqual(facts(errorOf(402, body({ message: "套餐额度已用尽" }), { plan: true })), {
      ...plain,
      reason: "quota",
    });
    assert.deepEqual(facts(errorOf(402, body({ message: "balance exhausted" }))), { ...plain, reason: "balance" });
  });

  it("429 is the plan's end only where the body says so", () => {
    const reasons = [
      ["Too many requests", "rate"],
      ["quota exhausted", "quota"],
      ["Quota exceeded: 100 requests per minute", "rate"],
      ["TPM quota reached", "rate"],
      ["You are out of credits", "quota"],
      ["配额已用完", "quota"],
    ] as const;
    for (const [message, reason] of reasons) {
      assert.deepEqual([message, errorOf(429, body({ message })).reason], [message, reason]);
    }
    assert.deepEqual(facts(errorOf(429, "")), { ...plain, reason: "rate", transient: true });
    assert.equal(errorOf(429, body({ message: "no", code: "insufficient_quota" })).reason, "quota");
  });

  it("the body's code goes before the status, in numbers or words", () => {
    for (const [status, code, reason] of [
      [400, "421", "filter"],
      [400, 421, "filter"],
      [500, "429", "rate"],
      [200, "401", "auth"],
      [403, "risk_control", "risk"],
      [400, 441, "risk"],
      [400, "content_filter", "filter"],
      [503, "402", "balance"],
      [400, "context_length_exceeded", "too_long"],
      [429, "1302", "rate"],
      [502, "", "server"],
    ] as const) {
      assert.deepEqual([status, code, errorOf(status, body({ message: "m", code })).reason], [status, code, reason]);
    }
  });

  it("statuses stand for themselves without a body", () => {
    const reasons = {
      400: "bad_request",
      401: "auth",
      402: "balance",
      403: "region",
      404: "input",
      405: "bad_request",
      408: "server",
      413: "too_long",
      418: "bad_request",
      421: "filter",
      422: "bad_request",
      425: "server",
      429: "rate",
      441: "risk",
      500: "server",
      502: "server",
      503: "server",
      504: "server",
      529: "server",
    };
    const found = Object.keys(reasons).map((status) => [status, errorOf(Number(status), "").reason]);
    assert.deepEqual(Object.fromEntries(found), reasons);
  });

  it("are read in every frame they come in", () => {
    const json = body({ message: "no such thing", code: "421" });
    for (const text of [
      json,
      `\ufeff${json}`,
      `data: ${json}`,
      `data:${json}\n\ndata: [DONE]\n\n`,
      `: PROCESSING\r\n\r\nevent: error\r\ndata: ${json}\r\n\r\n`,
      `\n\n  ${json}\n`,
      JSON.stringify({ error: "no such thing", code: 421 }),
      JSON.stringify({ code: 421, message: "no such thing" }),
    ]) {
      const error = errorOf(400, text);
      assert.deepEqual([error.reason, error.message], ["filter", "no such thing"], text);
    }
  });

  it("say what a page says where there is no body to read", () => {
    const page = `<!doctype html><style>p{}</style><script>alert("x")</script><title>502</title><p>Bad&nbsp;gateway</p>`;
    const messages = [page, "", "   ", "plain words", '{"ok":false}', '"quoted"', "[1]", "null", '{"error":{}}'].map(
      (text) => errorOf(502, text).message,
    );
    assert.deepEqual(messages, [
      "502 Bad&nbsp;gateway",
      "HTTP 502",
      "HTTP 502",
      "plain words",
      '{"ok":false}',
      '"quoted"',
      "[1]",
      "null",
      '{"error":{}}',
    ]);
  });

  it("show nothing unseen and no more than a card holds", () => {
    const message = "a\u001b[31mb\u202ec\u0000d\ne\u{e0041}";
    assert.equal(errorOf(400, body({ message })).message, "a [31mb c d e");
    assert.equal(errorOf(500, "<".repeat(65_536)).message, "HTTP 500");
    assert.equal(errorOf(500, "x ".repeat(30_000)).message.length, 301);
    assert.equal(errorOf(400, body({ message: "x".repeat(60_000) })).message.length, 1_001);
  });

  it("carry when to come back where that means something", () => {
    const headers = new Headers({ "retry-after": "7" });
    const waits = [429, 503, 402, 500, 529, 400, 401, 404, 421].map(
      (status) => errorOf(status, "", { headers }).retryAfterMs,
    );
    const none = undefined;
    assert.deepEqual(waits, [7_000, 7_000, 7_000, 7_000, 7_000, none, none, none, none]);
  });

  it("name what the agent can mend", () => {
    const cases: [number, Record<string, unknown>, Asked, string | undefined, string][] = [
      [400, { message: "Param Incorrect", param: "`text` is not set" }, {}, "text_missing", "bad_request"],
      [400, { message: "Param Incorrect", param: "messages[3].content[0].text" }, {}, "text_missing", "bad_request"],
      [400, { message: "Param Incorrect", param: "`text`" }, {}, "text_missing", "bad_request"],
      [400, { message: "field text must not be empty" }, {}, "text_missing", "bad_request"],
      [400, { message: "'type' must be one of 'text', 'json_object'" }, {}, undefined, "bad_request"],
      [
        400,
        { param: "The reasoning_content in the thinking mode must be passed back to the API." },
        {},
        "reasoning_missing",
        "bad_request",
      ],
      [
        400,
        { param: "web search tool found in the request body, but webSearchEnabled is false" },
        {},
        "web_search_off",
        "bad_request",
      ],
      [404, { message: "No endpoints found that support image input" }, { images: true }, "images_refused", "input"],
      [404, { message: "No endpoints found" }, {}, undefined, "input"],
      [404, { message: "model mimo-v1 not found" }, { images: true }, "model_gone", "input"],
      [400, { message: "Param Incorrect", param: "Not supported model mimo-v1" }, {}, "model_gone", "bad_request"],
      [400, { message: "This model does not support image input" }, { images: true }, "images_refused", "input"],
      [400, { message: "This model does not support image input" }, {}, undefined, "bad_request"],
      [400, { message: "该模型不支持图片输入" }, { images: true }, "images_refused", "input"],
    ];
    for (const [status, error, asked, detail, reason] of cases) {
      const found = errorOf(status, body(error), asked);
      assert.deepEqual([found.detail, found.reason], [detail, reason], JSON.stringify(error));
    }
  });

  for (const message of [
    "This model's maximum context length is 1048576 tokens. However, you requested 1050000 tokens",
    "context window exceeded",
    "context_length_exceeded",
    "prompt is too long: 1050000 tokens > 1048576 maximum",
    "Input is too long for requested model.",
    "Please reduce the length of the messages or completion",
    "The input token count (1100000) exceeds the maximum number of tokens allowed",
    "Range of input length should be [1, 98304]; total tokens exceed limit",
    "Too many tokens in the prompt",
    "the request exceeds the available context size",
    "input tokens exceeds max_model_len",
    "your messages are too large",
    "The user input exceeds the maximum context length of 1048576 tokens",
    "Request id 0217abc: the prompt exceeds the context window",
    "输入内容过长",
    "请求超出模型上下文长度限制",
  ]) {
    it(`"${message.slice(0, 60)}" is an overflow`, () => {
      assert.equal(errorOf(400, body({ message: "Param Incorrect", param: message })).reason, "too_long");
      assert.equal(errorOf(400, body({ message, code: "400" })).reason, "too_long");
    });
  }

  it("too long a name is no overflow", () => {
    for (const message of [
      "tool name is too long",
      "'user' exceeds 64 characters",
      "tool_call_id is too long",
      "max_completion_tokens exceeds the context limit",
      "Param Incorrect",
    ]) {
      assert.equal(errorOf(400, body({ message })).reason, "bad_request", message);
    }
  });
});

describe("error events", () => {
  it("are errors in every form, and other events are not", () => {
    const reasonOf = (json: unknown, named = false) => errorInEvent(json, { named })?.reason;
    assert.deepEqual(
      [
        reasonOf({ error: { message: "overloaded", code: "503" } }),
        reasonOf({ error: { message: "m", code: 429 } }),
        reasonOf({ error: { message: "m", type: "rate_limit_error" } }),
        reasonOf({ error: { message: "m", type: "content_filter" } }),
        reasonOf({ error: { message: "m" } }),
        reasonOf({ error: "broken" }),
        reasonOf({ error: true }),
        reasonOf({ choices: [], error: { code: "401" } }),
        reasonOf({ message: "m", code: 402 }, true),
        reasonOf("words", true),
        reasonOf(null, true),
        reasonOf({ choices: [], error: null }),
        reasonOf({ choices: [] }),
        reasonOf([1]),
        reasonOf(7),
      ],
      [
        "server",
        "rate",
        "rate",
        "filter",
        "server",
        "server",
        "server",
        "auth",
        "balance",
        "server",
        "server",
        undefined,
        undefined,
        undefined,
        undefined,
      ],
    );
  });
});

describe("broken connections", () => {
  const broken = (code: string, message = "m") =>
    networkError(new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) }));

  it("pass by themselves, but not trouble with certificates and proxies", () => {
    const kinds = [
      "ECONNRESET",
      "ENOTFOUND",
      "UND_ERR_SOCKET",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "CERT_HAS_EXPIRED",
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ].map((code) => broken(code).transient);
    assert.deepEqual(kinds, [true, true, true, false, false, false, false]);
    assert.equal(broken("", "proxy authentication required").transient, false);
  });

  it("are stalls where Node itself gave up waiting", () => {
    assert.deepEqual(
      ["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT"].map((code) => broken(code).reason),
      ["stalled", "stalled", "network"],
    );
  });
});

describe("errors without the key", () => {
  it("keep everything else", () => {
    const options = { status: 402, retryAfterMs: 5, transient: true, detail: "text_missing" } as const;
    const clean = withoutKey(new AgentError("balance", "key tp-canary-0001", options), "tp-canary-0001");
    assert.ok(clean instanceof AgentError);
    const { reason, message, status, retryAfterMs, transient, detail, cause } = clean;
    assert.deepEqual(
      { reason, message, cause, status, retryAfterMs, transient, detail },
      { reason: "balance", message: "key …", cause: undefined, ...options },
    );
  });

  it("lose causes that name it, however deep", () => {
    const deep = new Error("fetch failed", { cause: new Error("x", { cause: "Bearer tp%2dcanary%2d0001" }) });
    const clean = withoutKey(new AgentError("network", "m", { cause: deep }), "tp-canary-0001");
    assert.equal((clean as AgentError).cause, undefined);
    const other = new AgentError("network", "m", { cause: deep });
    assert.equal(withoutKey(other, "tp-another-0002"), other);
  });
});
