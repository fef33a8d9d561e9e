import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as z from "zod";
import { createChat } from "../../../src/agent/chat.ts";
import { openCalls } from "../../../src/agent/message.ts";
import type { AnyTool, Tool } from "../../../src/agent/tool.ts";
import { brief } from "./brief.ts";
import { answer, noteTools, recordedDeps, scriptedModel } from "./fakes.ts";

const head = { system: "system", tools: [] };
const start = { head, messages: [], turn: 0 };
const options = () => ({ signal: new AbortController().signal, model: "mimo-v2.6-pro", thinking: true });
const call = (name: string, id: string, more = "") => ({ id: `call_${id}`, name, arguments: `{"id":"${id}"${more}}` });

describe("a stop", () => {
  it("a stop in the middle of a tool answers every call within half a second", async () => {
    const stop = new AbortController();
    const calls = [call("act", "a", ',"ms":60000'), call("act", "b"), call("look", "c")];
    const model = scriptedModel([answer({ calls }), answer({ content: "resumed" })]);
    const { deps, messages } = recordedDeps(model, noteTools([]));
    const chat = createChat(deps, start);
    setTimeout(() => stop.abort(), 20);
    const began = Date.now();
    assert.deepEqual(await chat.send("go", { ...options(), signal: stop.signal }), { outcome: "stopped" });
    assert.ok(Date.now() - began < 500);
    assert.deepEqual(
      messages.filter((message) => message.role === "tool").map((message) => message.content),
      ["result a\n[Stopped by the user.]", "Stopped by the user.", "Stopped by the user."],
    );
    assert.deepEqual(openCalls(chat.messages), []);
    assert.deepEqual(await chat.send("go on", options()), { outcome: "done" });
  });

  it("a tool that ignores the stop is given up", async () => {
    const stop = new AbortController();
    const [look] = noteTools([]);
    const deaf = { ...look, plan: async () => ({ actions: [], run: () => new Promise<string>(() => {}) }) };
    const model = scriptedModel([answer({ calls: [call("look", "a")] })]);
    const { deps, messages } = recordedDeps(model, [deaf as never]);
    setTimeout(() => stop.abort(), 10);
    const began = Date.now();
    const end = await createChat(deps, start).send("go", { ...options(), signal: stop.signal });
    assert.ok(Date.now() - began < 500);
    assert.equal(end.outcome, "stopped");
    assert.equal(messages.at(-1)?.role, "tool");
  });

  it("a stop while the user is asked takes the question back", async () => {
    const stop = new AbortController();
    const notes: string[] = [];
    const model = scriptedModel([answer({ calls: [call("act", "a")] })]);
    const { deps, events } = recordedDeps(model, noteTools(notes), {
      verdict: "ask",
      answer: (signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")))),
    });
    setTimeout(() => stop.abort(), 10);
    const end = await createChat(deps, start).send("go", { ...options(), signal: stop.signal });
    assert.equal(end.outcome, "stopped");
    assert.ok(brief(events).includes("1 tool_result call_a stopped Stopped by the user."));
    assert.deepEqual(notes, []);
  });

  it("a stop in the middle of a stream keeps the text for the user and sends none of it back", async () => {
    const stop = new AbortController();
    const whole = answer({ reasoning: "deep thoughts", content: "half an ans", finish: null });
    const model = scriptedModel([{ chunks: whole.chunks.slice(0, 2), hangs: true }, answer({ content: "fine" })]);
    const { deps, kept } = recordedDeps(model, []);
    const chat = createChat(deps, start);
    setTimeout(() => stop.abort(), 10);
    assert.deepEqual(await chat.send("go", { ...options(), signal: stop.signal }), { outcome: "stopped" });
    assert.deepEqual(brief(kept), ["1 reasoning_delta deep thoughts", "1 content_delta half an ans", "1 end stopped"]);
    await chat.send("again", options());
    assert.ok(!model.requests[1]?.includes("half an ans"));
    assert.ok(!model.requests[1]?.includes("deep thoughts"));
  });

  it("gives up a tool that never comes to say what it will do, once it is stopped", async () => {
    const endless: Tool = {
      name: "endless",
      description: "endless",
      schema: z.unknown(),
      readOnly: true,
      plan: () => new Promise(() => {}),
    };
    const model = scriptedModel([answer({ calls: [call("endless", "a")] })]);
    const { deps, messages } = recordedDeps(model, [endless as unknown as AnyTool]);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const end = await createChat(deps, start).send("go", { ...options(), signal: controller.signal });
    assert.deepEqual(end, { outcome: "stopped" });
    assert.deepEqual(messages.at(-1), { role: "tool", tool_call_id: "call_a", content: "Stopped by the user." });
  });
});
