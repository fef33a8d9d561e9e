import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { Simulator } from "../../simulator/server.ts";
import { startSimulator } from "../../simulator/server.ts";
import { call, post, type Request, request, TOOL } from "./client.ts";

const USER = { role: "user", content: "hi" };
const CALLING = { role: "assistant", content: "", reasoning_content: "r", tool_calls: [call("call_1")] };
const ANSWER = { role: "tool", tool_call_id: "call_1", content: "done" };

function tool(changes: Record<string, unknown>): unknown {
  return { type: "function", function: { ...TOOL.function, ...changes } };
}

/** What is wrong, the request, and the `param` of the body. */
const BAD: readonly (readonly [string, Partial<Request>, string])[] = [
  [
    "a tool-call turn without its reasoning",
    { messages: [USER, { ...CALLING, reasoning_content: undefined }, ANSWER] },
    "The reasoning_content in the thinking mode must be passed back to the API.",
  ],
  [
    "an early tool-call turn without its reasoning",
    {
      messages: [USER, { ...CALLING, reasoning_content: undefined }, ANSWER, { role: "assistant", content: "x" }, USER],
    },
    "The reasoning_content in the thinking mode must be passed back to the API.",
  ],
  [
    "an unanswered call",
    { messages: [USER, CALLING, USER] },
    "An assistant message with tool_calls must be followed by tool messages responding to each tool_call_id. Missing: call_1",
  ],
  [
    "an unanswered call at the end",
    { messages: [USER, CALLING] },
    "An assistant message with tool_calls must be followed by tool messages responding to each tool_call_id. Missing: call_1",
  ],
  [
    "one of two calls unanswered",
    { messages: [USER, { ...CALLING, tool_calls: [call("call_1"), call("call_2")] }, ANSWER] },
    "An assistant message with tool_calls must be followed by tool messages responding to each tool_call_id. Missing: call_2",
  ],
  [
    "an orphan tool result",
    { messages: [USER, ANSWER] },
    "messages.1: tool message with tool_call_id call_1 answers no preceding tool call",
  ],
  [
    "a call answered twice",
    { messages: [USER, CALLING, ANSWER, ANSWER] },
    "messages.3: tool message with tool_call_id call_1 answers no preceding tool call",
  ],
  [
    "a result that comes after the next user message",
    { messages: [USER, CALLING, ANSWER, USER, ANSWER] },
    "messages.4: tool message with tool_call_id call_1 answers no preceding tool call",
  ],
  [
    "two calls with one id",
    { messages: [USER, { ...CALLING, tool_calls: [call("call_1"), call("call_1")] }, ANSWER, ANSWER] },
    "messages.1: tool_calls ids must be unique: call_1",
  ],
  [
    "a list as a tool message's content",
    { messages: [USER, CALLING, { ...ANSWER, content: [{ type: "text", text: "done" }] }] },
    "`text` is not set",
  ],
  ["null as assistant text", { messages: [USER, { ...CALLING, content: null }, ANSWER] }, "`text` is not set"],
  ["two tools of one name", { tools: [TOOL, TOOL] }, "Tool names must be unique: read_file"],
  [
    "a tool without parameters",
    { tools: [tool({ parameters: undefined })] },
    "tools.0.function.parameters: parameters must be given, an object schema",
  ],
  [
    "a tool name with a dot",
    { tools: [tool({ name: "read.file" })] },
    "tools.0.function.name: tool names are 1 to 64 of a-z, A-Z, 0-9, _ and -",
  ],
  [
    "a tool name of 65 characters",
    { tools: [tool({ name: "x".repeat(65) })] },
    "tools.0.function.name: tool names are 1 to 64 of a-z, A-Z, 0-9, _ and -",
  ],
  [
    "web search with the plugin off",
    { tools: [{ type: "web_search", force_search: false }] },
    "web search tool found in the request body, but webSearchEnabled is false",
  ],
  ["a retired model", { model: "mimo-v2-pro" }, "Not supported model mimo-v2-pro"],
  ["another retired model", { model: "mimo-v2.5-pro" }, "Not supported model mimo-v2.5-pro"],
  ["an unknown model", { model: "gpt-4" }, "Not supported model gpt-4"],
  ["a speech model in a chat", { model: "mimo-v2.5-tts" }, "tools is not supported by mimo-v2.5-tts"],
  ["speech from a text model", { audio: { format: "wav" } }, "audio is not supported by mimo-v2.6-pro"],
  ["hearing by a text model", { asr_options: { language: "auto" } }, "asr_options is not supported by mimo-v2.6-pro"],
  ["no messages", { messages: [] }, "messages must not be empty"],
  ["no user message", { messages: [{ role: "system", content: "s" }] }, "messages must hold a user message"],
  [
    "a last message that asks nothing",
    { messages: [USER, { role: "assistant", content: "x" }] },
    "The last message must be a user or tool message",
  ],
  [
    "a system message in the middle",
    { messages: [USER, { role: "system", content: "s" }] },
    "messages.1: a system message must come first",
  ],
  [
    "an assistant message that says nothing",
    { messages: [USER, { role: "assistant", content: "" }, USER] },
    "messages.1: an assistant message needs content or tool_calls",
  ],
  ["temperature while thinking", { temperature: 0.3 }, "temperature cannot be set in the thinking mode"],
  ["top_p while thinking", { top_p: 0.95 }, "top_p cannot be set in the thinking mode"],
  [
    "temperature over its range",
    { temperature: 1.6, thinking: { type: "disabled" } },
    "temperature: Too big: expected number to be <=1.5",
  ],
  [
    "too many completion tokens",
    { max_completion_tokens: 131_073 },
    "max_completion_tokens: Too big: expected number to be <=131072",
  ],
  ["no completion tokens", { max_completion_tokens: 0 }, "max_completion_tokens: Too small: expected number to be >=1"],
  ["a forced tool", { tool_choice: "required" }, 'tool_choice: only "auto"'],
  ["several answers", { n: 2 }, "Unknown parameter n"],
  ["the other name for the limit", { max_tokens: 10 }, "Unknown parameter max_tokens"],
  ["an inner field in a message", { messages: [{ ...USER, at: "2026-11-21" }] }, "Unknown parameter messages.0.at"],
  ["an unknown role", { messages: [{ role: "function", content: "x" }] }, "messages.0.role: unknown role"],
  [
    "arguments that are not a string",
    { messages: [USER, { ...CALLING, tool_calls: [call("call_1", {} as string)] }, ANSWER] },
    "messages.1.tool_calls.0.function.arguments: arguments must be a string",
  ],
  [
    "a context that does not fit",
    { messages: [{ role: "user", content: "x".repeat(4 * 1_048_576) }] },
    "The maximum context length is 1048576 tokens",
  ],
];

describe("the simulator refuses", () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ script: { otherwise: { content: "ok" } }, keep: true });
  });
  after(() => simulator.close());

  for (const [name, changes, param] of BAD) {
    it(name, async () => {
      const response = await post(simulator, request(changes));
      assert.deepEqual(
        { status: response.status, body: JSON.parse(response.text) },
        { status: 400, body: { error: { code: "400", message: "Param Incorrect", param, type: "" } } },
      );
    });
  }

  it("a body that is not JSON", async () => {
    const response = await post(simulator, "{");
    assert.equal(
      response.text,
      '{"error":{"code":"400","message":"Param Incorrect","param":"The body is not valid JSON","type":""}}',
    );
  });

  it("images to a model that takes none, with 404", async () => {
    const content = [{ type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }];
    const other = await startSimulator({ script: { models: ["mimo-v2.5-pro"], otherwise: { content: "ok" } } });
    const response = await post(other, request({ model: "mimo-v2.5-pro", messages: [{ role: "user", content }] }));
    await other.close();
    assert.equal(response.status, 404);
    assert.equal(JSON.parse(response.text).error.code, "404");
  });

  it("a body over 64 MB, with 413", async () => {
    const response = await post(simulator, "x".repeat(64 * 1024 * 1024 + 1));
    assert.deepEqual(
      [response.status, JSON.parse(response.text).error],
      [
        413,
        {
          code: "413",
          message: "Request Entity Too Large",
          param: "The body is larger than 67108864 bytes",
          type: "",
        },
      ],
    );
  });

  it("other endpoints, with 404", async () => {
    const response = await fetch(`${simulator.url}/embeddings`, { method: "POST", body: "{}" });
    assert.equal(response.status, 404);
    await response.text();
  });

  it("and plays no turn, charges nothing and caches nothing for it", async () => {
    const other = await startSimulator({ script: { turns: [{ content: "the one turn" }] } });
    await post(other, request({ temperature: 1 }));
    assert.deepEqual([other.account().requests, other.account().spent], [0, 0]);
    const served = await post(other, request({ stream: false }));
    await other.close();
    const answer = JSON.parse(served.text);
    assert.equal(answer.choices[0].message.content, "the one turn");
    assert.equal(answer.usage.prompt_tokens_details.cached_tokens, 0);
  });

  it("and frames the body as an event when the script says so", async () => {
    const other = await startSimulator({ script: { framedErrors: true } });
    const response = await post(other, request({ model: "mimo-v2-flash" }));
    await other.close();
    assert.equal(
      response.text,
      'data:{"error":{"code":"400","message":"Param Incorrect","param":"Not supported model mimo-v2-flash","type":""}}',
    );
  });
});

describe("the simulator takes", () => {
  const GOOD: readonly (readonly [string, Partial<Request>])[] = [
    ["a tool-call turn with its reasoning", { messages: [USER, CALLING, ANSWER] }],
    ["empty reasoning", { messages: [USER, { ...CALLING, reasoning_content: "" }, ANSWER] }],
    [
      "a tool-call turn without reasoning when thinking is off",
      { thinking: { type: "disabled" }, messages: [USER, { ...CALLING, reasoning_content: undefined }, ANSWER] },
    ],
    ["a plain turn without reasoning", { messages: [USER, { role: "assistant", content: "x" }, USER] }],
    [
      "calls answered in another order",
      {
        messages: [
          USER,
          { ...CALLING, tool_calls: [call("call_1"), call("call_2")] },
          { ...ANSWER, tool_call_id: "call_2" },
          ANSWER,
        ],
      },
    ],
    ["temperature when thinking is off", { thinking: { type: "disabled" }, temperature: 0.3 }],
    ["arguments that are not JSON", { messages: [USER, { ...CALLING, tool_calls: [call("call_1", "{")] }, ANSWER] }],
    ["a system message first", { messages: [{ role: "system", content: "s" }, USER] }],
    ["the largest answer", { max_completion_tokens: 131_072 }],
    ["usage asked for", { stream_options: { include_usage: true } }],
    ["no tools", { tools: undefined }],
  ];
  for (const [name, changes] of GOOD) {
    it(name, async () => {
      const simulator = await startSimulator({ script: { otherwise: { content: "ok" } } });
      const response = await post(simulator, request(changes));
      await simulator.close();
      assert.deepEqual([response.status, response.type], [200, "text/event-stream; charset=utf-8"]);
    });
  }
});
