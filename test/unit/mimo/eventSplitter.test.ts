import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { EventSplitter } from "../../../src/mimo/eventSplitter.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const malformed = { name: "AgentError", reason: "malformed" };
const limits = { event: 1_000, answer: 10_000, events: 100, lines: 1_000 };

describe("events of a stream", () => {
  it("are named, joined over lines, and end with an empty line only", () => {
    const splitter = new EventSplitter();
    const { events } = splitter.push(bytes('event: error\ndata: {"a":\ndata:1}\n\ndata\n\ndata: next\nid: 1\n'));
    assert.deepEqual(events, [{ name: "error", data: '{"a":\n1}' }]);
    assert.deepEqual(splitter.end(), { name: "", data: "next" });
    assert.equal(splitter.end(), undefined);
  });

  it("say which sign of life came", () => {
    const splitter = new EventSplitter();
    const signs = [": PROCESSING", "\n", "data: {", '"a":1}', "\n", "\n", "data:\n", "id: 4\n", ": x\ndata: y\n: z\n"];
    assert.deepEqual(
      signs.map((text) => splitter.push(bytes(text)).sign),
      [undefined, "comment", undefined, undefined, "data", undefined, "comment", undefined, "data"],
    );
  });

  it("keep the beginning of what is no stream", () => {
    const splitter = new EventSplitter();
    const { events } = splitter.push(bytes('{"error":{"message":"no"}}\n'));
    assert.deepEqual([events, splitter.end(), splitter.stray], [[], undefined, '{"error":{"message":"no"}}\n']);
  });

  for (const [title, pieces] of [
    ["one line without end", Array.from({ length: 11 }, () => "x".repeat(100))],
    ["one whole line", [`data: ${"x".repeat(1_100)}\n\n`]],
    ["many lines of one event", Array.from({ length: 30 }, () => `data: ${"x".repeat(50)}\n`)],
    ["many lines that are no data", Array.from({ length: 30 }, () => `x: ${"x".repeat(50)}\n`)],
    ["a long comment", [":".repeat(1_001)]],
    ["many bytes in events", Array.from({ length: 99 }, () => `data: ${"x".repeat(150)}\n\n`)],
    ["many small events", ["data: x\n\n".repeat(101)]],
    ["many empty lines", ["\n".repeat(1_001)]],
    ["many comments", Array.from({ length: 300 }, () => `: ${"x".repeat(50)}\n\n`)],
  ] as const) {
    it(`${title} over the limit is malformed`, () => {
      const splitter = new EventSplitter(limits);
      assert.throws(() => {
        for (const piece of pieces) splitter.push(bytes(piece));
      }, malformed);
    });
  }

  it("are let through up to the limit", () => {
    const splitter = new EventSplitter(limits);
    const { events } = splitter.push(bytes(`data: ${"x".repeat(994)}\n\n${": c\n".repeat(400)}data: y\n\n`));
    assert.deepEqual(
      events.map(({ data }) => data.length),
      [994, 1],
    );
  });

  it("cost the same however a big one is cut", () => {
    const splitter = new EventSplitter();
    const big = bytes(`data: "${"中".repeat(70_000)}"\n\n`);
    const events = Array.from(big, (_, at) => big.subarray(at, at + 1)).flatMap((piece) => splitter.push(piece).events);
    assert.deepEqual(
      events.map(({ data }) => data.length),
      [70_002],
    );
  });
});
