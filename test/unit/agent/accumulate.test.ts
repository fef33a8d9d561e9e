import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Accumulator, type Finishing } from "../../../src/agent/accumulate.ts";
import type { ChatChunk, ToolCallFragment } from "../../../src/agent/ports.ts";

/** Ids of calls that came without one are counted here. */
let made = 0;
const FINISHING: Finishing = { readLeaked: () => [], newCallId: () => `made${++made}` };

function fold(fragments: readonly ToolCallFragment[]) {
  const accumulator = new Accumulator();
  for (const fragment of fragments) accumulator.push({ choices: [{ delta: { tool_calls: [fragment] } }] });
  accumulator.push({ choices: [{ delta: {}, finish_reason: "tool_calls" }] });
  return accumulator
    .finish(FINISHING)
    .message.tool_calls?.map(({ id, function: f }) => `${id} ${f.name} ${f.arguments}`);
}

const malformed = { name: "AgentError", reason: "malformed" };

describe("accumulate", () => {
  it("joins text byte for byte and names every source once", () => {
    const accumulator = new Accumulator();
    const source = { url: "https://example.org/", title: "one" };
    const chunks: ChatChunk[] = [
      { choices: [{ delta: { content: "", reasoning_content: " \u00e9" } }] },
      { choices: [{ delta: { reasoning_content: "\n好 " } }] },
      { choices: [{ delta: { content: "a\r\n", sources: [source, { ...source, title: "again" }] } }] },
      { choices: [{ delta: { content: "b" }, finish_reason: "stop" }] },
      {
        choices: [],
        usage: {
          prompt_tokens: 9,
          completion_tokens: 4,
          prompt_tokens_details: { cached_tokens: 5 },
          completion_tokens_details: { reasoning_tokens: 3 },
        },
      },
    ];
    const deltas = chunks.flatMap((chunk) => accumulator.push(chunk));
    assert.equal(deltas.length, 4);
    assert.deepEqual(accumulator.finish(FINISHING), {
      message: { role: "assistant", content: "a\r\nb", reasoning_content: " \u00e9\n好 " },
      finish: "stop",
      usage: { prompt: 9, cached: 5, output: 4, reasoning: 3 },
      sources: [source],
      searchError: undefined,
      leaked: false,
    });
  });

  it("joins interleaved calls by index, names once, ids once", () => {
    assert.deepEqual(
      fold([
        { index: 0, id: "a", function: { name: "read", arguments: "" } },
        { index: 1, id: "b", function: { name: "edit", arguments: "{" } },
        { index: 0, function: { name: null, arguments: '{"p":' } },
        { index: 1, id: null, function: { arguments: "}" } },
        { index: 0, id: "", function: { name: "", arguments: "1}" } },
      ]),
      ['a read {"p":1}', "b edit {}"],
    );
  });

  it("goes by id before index", () => {
    assert.deepEqual(
      fold([
        { id: "a", function: { name: "read", arguments: "1" } },
        { id: "b", function: { name: "edit", arguments: "2" } },
        { id: "a", function: { arguments: "3" } },
      ]),
      ["a read 13", "b edit 2"],
    );
  });

  it("lets a lone call go without id and index afterwards", () => {
    assert.deepEqual(fold([{ id: "a", function: { name: "read" } }, { function: { arguments: "{}" } }]), ["a read {}"]);
  });

  it("keeps calls without ids apart by their index, and gives them ids", () => {
    made = 0;
    assert.deepEqual(
      fold([
        { index: 0, function: { name: "read", arguments: "1" } },
        { index: 1, function: { name: "edit", arguments: "2" } },
        { index: 0, function: { arguments: "3" } },
      ]),
      ["made1 read 13", "made2 edit 2"],
    );
  });

  it("takes an id that comes late", () => {
    assert.deepEqual(
      fold([
        { index: 0, function: { name: "read", arguments: "1" } },
        { index: 0, id: "a", function: { arguments: "2" } },
      ]),
      ["a read 12"],
    );
  });

  for (const [title, fragments] of [
    ["a fragment of no call", [{ index: 0, function: { arguments: "{}" } }]],
    [
      "a fragment that could be of two",
      [{ id: "a", function: { name: "x" } }, { id: "b", function: { name: "y" } }, { function: { arguments: "1" } }],
    ],
    ["two calls without id and index", [{ function: { name: "x" } }, { function: { name: "y" } }]],
    [
      "two ids under one index",
      [
        { index: 0, id: "a", function: { name: "x" } },
        { index: 0, id: "b", function: { name: "y" } },
      ],
    ],
    [
      "one id under two indices",
      [
        { index: 0, id: "a", function: { name: "x" } },
        { index: 1, id: "a", function: { arguments: "1" } },
      ],
    ],
    [
      "two names",
      [
        { id: "a", function: { name: "x" } },
        { id: "a", function: { name: "y" } },
      ],
    ],
    ["no name", [{ id: "a", function: { arguments: "{}" } }]],
    ["no call at all", []],
  ] as const satisfies readonly (readonly [string, readonly ToolCallFragment[]])[]) {
    it(`refuses ${title}`, () => {
      assert.throws(() => fold(fragments), malformed);
    });
  }

  it("refuses more calls than any answer has, at once", () => {
    const accumulator = new Accumulator();
    const push = (index: number) =>
      accumulator.push({ choices: [{ delta: { tool_calls: [{ index, function: { name: "x" } }] } }] });
    for (let index = 0; index < 1_000; index++) push(index);
    push(999);
    assert.throws(() => push(1_000), malformed);
  });

  it("refuses text after the end, and an end that never came", () => {
    const late = new Accumulator();
    late.push({ choices: [{ delta: { content: "a" }, finish_reason: "stop" }] });
    assert.throws(() => late.push({ choices: [{ delta: { content: "b" } }] }), malformed);
    const open = new Accumulator();
    open.push({ choices: [{ delta: { content: "a" } }] });
    assert.throws(() => open.finish(FINISHING), { name: "AgentError", reason: "cut" });
  });

  it("always gives tool call turns their reasoning field", () => {
    const accumulator = new Accumulator();
    accumulator.push({
      choices: [{ delta: { tool_calls: [{ index: 0, id: "a", function: { name: "x", arguments: "{}" } }] } }],
    });
    accumulator.push({ choices: [{ finish_reason: "stop" }] });
    assert.equal(accumulator.finish(FINISHING).message.reasoning_content, "");
  });
});
