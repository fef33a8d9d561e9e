import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as z from "zod";
import { createChat } from "../../../src/agent/chat.ts";
import { openCalls } from "../../../src/agent/message.ts";
import type { AnyTool, Tool } from "../../../src/agent/tool.ts";
import { brief } from "./brief.ts";
import { answer, noteTools, recordedDeps, type Scripted, scriptedModel } from "./fakes.ts";

const start = { head: { system: "system", tools: [] }, messages: [], turn: 0 };
const options = () => ({ signal: new AbortController().signal, model: "mimo-v2.6-pro", thinking: true });

let next = 0;
const call = (name: string, raw: string) => ({ id: `c${++next}`, name, arguments: raw });
const id = (value: string) => JSON.stringify({ id: value });

/** Runs turns of calls, `look a` or `act b`, and says what was run and how each call was answered. */
async function play(turns: readonly string[], more: { readonly tools?: (notes: string[]) => AnyTool[] } = {}) {
  const notes: string[] = [];
  const script: Scripted[] = turns.map((turn) =>
    answer({
      calls: turn.split(", ").map((one) => {
        const [name = "", value = ""] = one.split(" ");
        return call(name, id(value));
      }),
    }),
  );
  const model = scriptedModel([...script, answer({ content: "end" })]);
  const { deps, events, messages } = recordedDeps(model, (more.tools ?? noteTools)(notes));
  const chat = createChat(deps, start);
  const end = await chat.send("go", options());
  assert.deepEqual(openCalls(messages), []);
  const results = events.flatMap((event) => (event.type === "tool_result" ? [`${event.status} ${event.text}`] : []));
  const ran = notes.flatMap((note) => (note.startsWith("start ") ? [note.slice(6)] : []));
  return { chat, end, events, ran, results };
}

const REPEAT = /^error Not run: this very call was made before/;

describe("the governor", () => {
  it("runs 16 calls of a flood, answers the others, and says so once", async () => {
    const { ran, results, events } = await play([Array.from({ length: 120 }, (_, i) => `look ${i}`).join(", ")]);
    assert.equal(ran.length, 16);
    assert.equal(results.length, 120);
    assert.deepEqual(
      [...new Set(results.slice(16))],
      ["error Not run: only the first 16 calls of one turn are run. Send the rest in the next turn, fewer at a time."],
    );
    assert.deepEqual(
      brief(events).filter((line) => line.includes("notice")),
      ["1 notice flood"],
    );
  });

  it("runs the same look once a turn and points the others to it, which count as none", async () => {
    const twenty = Array.from({ length: 20 }, () => "look a");
    const { ran, results, events } = await play([[...twenty, "look b"].join(", ")]);
    assert.deepEqual(ran, ["a", "b"]);
    const first = /Same call as (c\d+): its result is there\.$/.exec(results[1] ?? "")?.[1];
    const asked = events.flatMap((event) => (event.type === "tool_call" ? [event.id] : []));
    assert.equal(first, asked[0]);
    assert.equal(new Set(results.slice(1, 20)).size, 1);
    assert.ok(!brief(events).some((line) => line.includes("notice")));
  });

  it("looks again in the same turn once something was done in between", async () => {
    const { ran, results } = await play(["look a, look a, act b, look a, look a"]);
    assert.deepEqual(ran, ["a", "b", "a"]);
    assert.deepEqual(
      results.map((result) => result.replace(/c\d+/, "it")),
      [
        "ok result a",
        "ok Same call as it: its result is there.",
        "ok result b",
        "ok result a",
        "ok Same call as it: its result is there.",
      ],
    );
  });

  it("runs the same act twice in a turn, not 13 times", async () => {
    const { ran, results, end } = await play([Array.from({ length: 13 }, () => "act a").join(", ")]);
    assert.deepEqual(ran, ["a", "a"]);
    assert.ok(results.slice(2).every((result) => REPEAT.test(result)));
    assert.equal(end.outcome, "done");
  });

  it("does not run the same call a third time in a row, and ends a task that does nothing else", async () => {
    const { ran, results, end, events } = await play(Array.from({ length: 13 }, () => "look a"));
    assert.deepEqual(ran, ["a", "a"]);
    assert.equal(results.length, 10);
    assert.ok(results.slice(2).every((result) => REPEAT.test(result)));
    assert.deepEqual([end.outcome, end.error?.reason], ["failed", "repetition"]);
    assert.deepEqual(brief(events).slice(-2), ["10 error repetition", "10 end failed"]);
  });

  it("knows the same arguments in another order and spacing", async () => {
    const model = scriptedModel([
      answer({ calls: [call("look", '{"id":"a","ms":1}')] }),
      answer({ calls: [call("look", '{ "ms": 1, "id": "a" }')] }),
      answer({ calls: [call("look", '{"ms":1.0,"id":"\\u0061"}')] }),
      answer({ calls: [call("look", "{not json")] }),
      answer({ content: "end" }),
    ]);
    const { deps, events } = recordedDeps(model, noteTools([]));
    await createChat(deps, start).send("go", options());
    const statuses = events.flatMap((event) => (event.type === "tool_result" ? [event.status] : []));
    assert.deepEqual(statuses, ["ok", "ok", "error", "error"]);
  });

  it("sees an edit that fails for ever between reads that work", async () => {
    const turns = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? "act bad" : `look ${i % 6}`));
    const { ran } = await play(turns);
    assert.equal(ran.filter((one) => one === "bad").length, 3);
  });

  it("runs the same call again after something was changed, or after other looks", async () => {
    const turns = ["act test", "act edit1", "act test", "act edit2", "act test", "act edit3", "act test", "look a"];
    const { ran, end } = await play([...turns, "look b", "look a", "look b", "look a"]);
    assert.equal(ran.length, 12);
    assert.equal(end.outcome, "done");
  });

  it("lets something that failed in between count as nothing", async () => {
    const { ran } = await play(["act a", "act bad1", "act a", "act bad2", "act a"]);
    assert.deepEqual(ran, ["a", "bad1", "a", "bad2"]);
  });

  it("begins anew when the user speaks", async () => {
    const look = () => answer({ calls: [call("look", id("a"))] });
    const done = answer({ content: "ok" });
    const model = scriptedModel([look(), look(), done, look(), done]);
    const notes: string[] = [];
    const { deps } = recordedDeps(model, noteTools(notes));
    const chat = createChat(deps, start);
    await chat.send("go", options());
    await chat.send("again", options());
    assert.equal(notes.length, 6);
  });

  it("lets a tool that waits be asked again", async () => {
    const polling = (notes: string[]): AnyTool[] => {
      const poll: Tool<{ id: string }> = {
        name: "poll",
        description: "poll",
        schema: z.strictObject({ id: z.string() }),
        readOnly: true,
        polls: true,
        plan: async () => ({
          actions: [],
          run: async () => {
            notes.push("start poll");
            return "still running";
          },
        }),
      };
      return [poll as unknown as AnyTool];
    };
    const few = await play(
      Array.from({ length: 12 }, () => "poll a"),
      { tools: polling },
    );
    assert.deepEqual([few.ran.length, few.end.outcome], [12, "done"]);
    const between = await play(["look x", "look x", "poll a", "look x", "look x"], {
      tools: (notes) => [...noteTools(notes), ...polling(notes)],
    });
    assert.equal(between.ran.filter((one) => one === "x").length, 4);
    const many = await play(
      Array.from({ length: 60 }, () => "poll a"),
      { tools: polling },
    );
    assert.deepEqual([many.ran.length, many.end.error?.reason], [30, "repetition"]);
  });

  it("takes arguments that nest without end for what they are", async () => {
    const deep = "[".repeat(100_000);
    const model = scriptedModel([answer({ calls: [call("look", deep)] }), answer({ content: "end" })]);
    const { deps, events } = recordedDeps(model, noteTools([]));
    assert.deepEqual(await createChat(deps, start).send("go", options()), { outcome: "done" });
    assert.ok(brief(events).some((line) => line.includes("not valid JSON")));
  });
});
