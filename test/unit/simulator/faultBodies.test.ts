import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { post, receive, request, withSimulator } from "./client.ts";

const NOW = new Date("2026-11-21T04:00:00.250Z");

/** The fault, the status, and the error of the body. */
const REFUSALS: readonly (readonly [Record<string, unknown> & { kind: string }, number, Record<string, string>])[] = [
  [{ kind: "rate" }, 429, { code: "429", message: "Too many requests", type: "limitation" }],
  [
    { kind: "quota" },
    429,
    {
      code: "429",
      message: "Too many requests",
      param: "The quota of Token Plan has been exhausted",
      type: "limitation",
    },
  ],
  [{ kind: "overload" }, 503, { code: "503", message: "Server Overloaded", type: "" }],
  [
    { kind: "balance" },
    402,
    {
      code: "402",
      message: "Insufficient account balance",
      param: "Please recharge your account",
      type: "insufficient_balance",
    },
  ],
  [
    { kind: "burst" },
    402,
    {
      code: "402",
      message: "Insufficient account balance",
      param: "Please recharge your account",
      type: "insufficient_balance",
    },
  ],
  [
    { kind: "unauthorized" },
    401,
    { code: "401", message: "Invalid API Key", param: "Please provide valid API Key", type: "invalid_key" },
  ],
  [{ kind: "forbidden" }, 403, { code: "403", message: "Forbidden Access", type: "" }],
  [
    { kind: "risk" },
    403,
    { code: "risk_control", message: "The request was refused by risk control", type: "risk_control" },
  ],
  [
    { kind: "risk_control" },
    441,
    { code: "risk_control", message: "The request was refused by risk control", type: "risk_control" },
  ],
  [{ kind: "not_found" }, 404, { code: "404", message: "Not Found", type: "" }],
  [
    { kind: "images" },
    404,
    {
      code: "404",
      message: "Not Found",
      param: "No endpoints found that support image input: mimo-v2.6-pro",
      type: "",
    },
  ],
  [{ kind: "filter" }, 421, { code: "421", message: "Content Filter", type: "" }],
  [{ kind: "filter", as: 400 }, 400, { code: "421", message: "Content Filter", type: "" }],
  [{ kind: "server" }, 500, { code: "500", message: "Server Error", type: "" }],
  [
    { kind: "bad_request", param: "this one" },
    400,
    { code: "400", message: "Param Incorrect", param: "this one", type: "" },
  ],
  [
    { kind: "reasoning_missing" },
    400,
    {
      code: "400",
      message: "Param Incorrect",
      param: "The reasoning_content in the thinking mode must be passed back to the API.",
      type: "",
    },
  ],
  [{ kind: "text_missing" }, 400, { code: "400", message: "Param Incorrect", param: "`text` is not set", type: "" }],
  [
    { kind: "web_search_off" },
    400,
    {
      code: "400",
      message: "Param Incorrect",
      param: "web search tool found in the request body, but webSearchEnabled is false",
      type: "",
    },
  ],
  [
    { kind: "too_long" },
    400,
    { code: "400", message: "Param Incorrect", param: "The maximum context length is 1048576 tokens", type: "" },
  ],
  [
    { kind: "model_gone" },
    400,
    { code: "400", message: "Param Incorrect", param: "Not supported model mimo-v2.6-pro", type: "" },
  ],
];

describe("the simulator's refusals on a switch", () => {
  for (const [fault, status, error] of REFUSALS) {
    it(`${JSON.stringify(fault)}: ${status}`, async () => {
      // fetch answers the status 421 by asking once more.
      const script = { otherwise: { content: "never", fault } };
      await withSimulator({ script, keep: true }, async (simulator) => {
        const response = await post(simulator, request());
        assert.deepEqual([response.status, JSON.parse(response.text)], [status, { error }]);
        assert.equal(simulator.account().requests, 0);
        assert.deepEqual([...new Set(simulator.requests.map((entry) => entry.fault))], [fault.kind]);
      });
    });
  }

  it("framed as an event, with headers and a body of their own", async () => {
    const script = {
      turns: [
        { fault: { kind: "rate", framed: true, headers: { "x-request-id": "7" } } },
        { fault: { kind: "framed", body: { error: { message: "framed" } } } },
        { fault: { kind: "status", status: 502, body: "<h1>Bad gateway</h1>" } },
        { fault: { kind: "status", status: 400, body: { error: { code: 421 } } } },
        { fault: { kind: "status", status: 503 } },
      ],
    };
    await withSimulator({ script }, async (simulator) => {
      const first = await receive(simulator);
      assert.deepEqual(
        [first?.status, first?.headers.get("x-request-id"), first?.text],
        [429, "7", 'data:{"error":{"code":"429","message":"Too many requests","type":"limitation"}}'],
      );
      const rest = [];
      for (let i = 0; i < 4; i++) {
        const response = await post(simulator, request());
        rest.push([response.status, response.type, response.text]);
      }
      assert.deepEqual(rest, [
        [500, "application/json", 'data:{"error":{"message":"framed"}}'],
        [502, "text/plain; charset=utf-8", "<h1>Bad gateway</h1>"],
        [400, "application/json", '{"error":{"code":421}}'],
        [503, "application/json", '{"error":{"code":"503","message":"Server Overloaded","type":""}}'],
      ]);
    });
  });

  const WAITS: readonly (readonly [unknown, string | null])[] = [
    [undefined, null],
    ["none", null],
    [0, "0"],
    [2, "2"],
    [3600, "3600"],
    [1.5, "1.5"],
    ["120", "120"],
    // Whole seconds, never before the time that was asked for.
    ["date", "Sat, 21 Nov 2026 04:00:03 GMT"],
    ["date:30", "Sat, 21 Nov 2026 04:00:31 GMT"],
    [{ date: -60 }, "Sat, 21 Nov 2026 03:59:01 GMT"],
    ["soon", "soon"],
  ];
  for (const [retryAfter, header] of WAITS) {
    it(`Retry-After ${JSON.stringify(retryAfter)}: ${header}`, async () => {
      const turns = ["rate", "overload", "status"].map((kind) => ({ fault: { kind, retryAfter } }));
      await withSimulator({ script: { turns }, now: () => NOW }, async (simulator) => {
        for (const _ of turns) assert.equal((await receive(simulator))?.headers.get("retry-after"), header);
      });
    });
  }

  it("with Retry-After in milliseconds beside it", async () => {
    const script = { turns: [{ fault: { kind: "rate", retryAfterMs: 250 } }] };
    await withSimulator({ script }, async (simulator) => {
      const seen = await receive(simulator);
      assert.deepEqual([seen?.headers.get("retry-after-ms"), seen?.headers.get("retry-after")], ["250", null]);
    });
  });
});

describe("the simulator's other bodies", () => {
  it("html and json: something else on 200", async () => {
    const script = { turns: [{ fault: { kind: "html" } }, { fault: { kind: "json" } }] };
    await withSimulator({ script }, async (simulator) => {
      const page = await post(simulator, request());
      assert.deepEqual([page.status, page.type], [200, "text/html; charset=utf-8"]);
      const error = await post(simulator, request());
      assert.deepEqual(
        [error.status, error.type, error.text],
        [200, "application/json", '{"error":{"code":"500","message":"Server Error","type":""}}'],
      );
    });
  });

  it("redirect: to another place", async () => {
    const script = { turns: [{ fault: { kind: "redirect", status: 302, location: "http://127.0.0.1:9/x" } }] };
    await withSimulator({ script }, async (simulator) => {
      const seen = await receive(simulator);
      assert.deepEqual([seen?.status, seen?.headers.get("location")], [302, "http://127.0.0.1:9/x"]);
    });
  });
});
