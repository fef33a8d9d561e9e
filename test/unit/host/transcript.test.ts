import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Transcript } from "../../../src/host/transcript.ts";
import type { ViewEvent } from "../../../src/protocol/view.ts";

const at = "2026-11-21T00:00:00.000Z";
const said = (type: "reasoning_delta" | "content_delta", text: string, turn = 1): ViewEvent => ({
  type,
  at,
  turn,
  text,
});
const output = (id: string, text: string): ViewEvent => ({ type: "tool_output", at, turn: 1, id, text });

describe("Transcript", () => {
  it("joins text that goes on, and nothing else", () => {
    const transcript = new Transcript();
    const call: ViewEvent = { type: "tool_call", at, turn: 1, id: "c1", name: "run_command", arguments: "{}" };
    transcript.reset([
      said("reasoning_delta", "a"),
      said("reasoning_delta", "b"),
      said("content_delta", "c"),
      said("content_delta", "d"),
      said("content_delta", "e", 2),
      call,
      output("c1", "1"),
      output("c1", "2"),
      output("c2", "3"),
    ]);
    assert.deepEqual(transcript.events, [
      said("reasoning_delta", "ab"),
      said("content_delta", "cd"),
      said("content_delta", "e", 2),
      call,
      output("c1", "12"),
      output("c2", "3"),
    ]);
  });

  it("keeps the end of endless output in bounded room", () => {
    const transcript = new Transcript();
    for (let i = 0; i < 1000; i++) transcript.push(output("c1", `${String(i).padStart(4, "0")}${"x".repeat(995)}\n`));
    const [event, ...rest] = transcript.events;
    assert.deepEqual(rest, []);
    assert.ok(event?.type === "tool_output" && event.text.length <= 200_000);
    assert.ok(event.text.includes("0999x"));
  });

  it("does not change events it was given", () => {
    const first = said("content_delta", "a");
    const transcript = new Transcript();
    transcript.push(first);
    transcript.push(said("content_delta", "b"));
    assert.deepEqual(first, said("content_delta", "a"));
  });
});
