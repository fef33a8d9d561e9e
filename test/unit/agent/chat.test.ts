import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as z from "zod";
import { createChat } from "../../../src/agent/chat.ts";
import { AgentError, ToolError } from "../../../src/agent/errors.ts";
import type { AgentEvent } from "../../../src/agent/events.ts";
import type { AnyTool, Tool } from "../../../src/agent/tool.ts";
import { brief } from "./brief.ts";
import { answer, noteTools, recordedDeps, scriptedModel } from "./fakes.ts";

const head = { system: "system", tools: [] };
const start = { head, messages: [], turn: 0 };
const options = () => ({ signal: new AbortController().signal, model: "mimo-v2.6-pro", thinking: true });
const call = (name: string, id: string, more = "") => ({ id: `call_${id}`, name, arguments: `{"id":"${id}"${more}}` });

describe("chat", () => {
  it("runs model, tools and model to the end, and tells it as events", async () => {
    const model = scriptedModel([
      answer({ reasoning: "look first", content: "Reading.", calls: [call("look", "a"), call("look", "b")] }),
      answer({ reasoning: "", content: "", calls: [call("act", "c")] }),
      answer({ reasoning: "all good", content: "Done." }),
    ]);
    const { deps, events, messages } = recordedDeps(model, noteTools([]));
    const chat = createChat(deps, start);
    assert.deepEqual(await chat.send("fix it", options()), { outcome: "done" });
    assert.deepEqual(brief(events), [
      "1 reasoning_delta look first",
      "1 content_delta Reading.",
      "1 usage",
      "1 tool_call call_a look",
      "1 tool_call call_b look",
      "1 tool_result call_a ok result a",
      "1 tool_result call_b ok result b",
      "2 usage",
      "2 tool_call call_c act",
      "2 tool_result call_c ok result c",
      "3 reasoning_delta all good",
      "3 content_delta Done.",
      "3 usage",
      "3 end done",
    ]);
    const wire = (id: string, name: string) => ({
      id: `call_${id}`,
      type: "function",
      function: { name, arguments: `{"id":"${id}"}` },
    });
    assert.deepEqual(messages, [
      { role: "user", content: "fix it" },
      {
        role: "assistant",
        content: "Reading.",
        reasoning_content: "look first",
        tool_calls: [wire("a", "look"), wire("b", "look")],
      },
      { role: "tool", tool_call_id: "call_a", content: "result a" },
      { role: "tool", tool_call_id: "call_b", content: "result b" },
      { role: "assistant", content: "", reasoning_content: "", tool_calls: [wire("c", "act")] },
      { role: "tool", tool_call_id: "call_c", content: "result c" },
      { role: "assistant", content: "Done.", reasoning_content: "all good" },
    ]);
    assert.deepEqual(chat.messages, messages);
  });

  it("every request continues the one before byte for byte", async () => {
    const script = Array.from({ length: 6 }, (_, i) => answer({ reasoning: `r${i}`, calls: [call("look", `x${i}`)] }));
    const model = scriptedModel([...script, answer({ content: "end" }), answer({ content: "again" })]);
    const { deps } = recordedDeps(model, noteTools([]), { facts: () => new Map([["Date", "2026-11-21"]]) });
    const chat = createChat(deps, start);
    await chat.send("one", options());
    await chat.send("two", options());
    for (const [i, request] of model.requests.entries()) {
      const before = model.requests[i - 1];
      // Up to the end of the list of messages, which stands last but for one field of the fake's request.
      if (before) assert.ok(request.startsWith(before.slice(0, before.lastIndexOf("]"))));
    }
    assert.equal(model.requests.length, 8);
  });

  it("tells facts once, and later only what changed", async () => {
    const facts = [
      new Map([
        ["Folder", "/w"],
        ["Date", "2026-11-21"],
        ["Git branch", "main"],
      ]),
      new Map([
        ["Folder", "/w"],
        ["Date", "2026-11-22"],
      ]),
      new Map([
        ["Folder", "/w"],
        ["Date", "2026-11-22"],
      ]),
    ];
    const model = scriptedModel([answer({ content: "1" }), answer({ content: "2" }), answer({ content: "3" })]);
    const { deps, messages } = recordedDeps(model, [], {
      facts: () => facts.shift() ?? new Map(),
      instructions: "AGENTS.md:\nUse tabs.",
    });
    const chat = createChat(deps, start);
    for (const text of ["a", "b", "c"]) await chat.send(text, options());
    assert.deepEqual(
      messages.filter((message) => message.role === "user").map((message) => message.content),
      [
        "<context>\nFolder: /w\nDate: 2026-11-21\nGit branch: main\n\nAGENTS.md:\nUse tabs.\n</context>\n\na",
        "<context>\nDate: 2026-11-22\nGit branch: none\n</context>\n\nb",
        "c",
      ],
    );
  });

  it("runs read-only calls side by side and the others in order", async () => {
    const notes: string[] = [];
    const calls = [
      call("look", "a", ',"ms":30'),
      call("look", "b"),
      call("act", "c", ',"ms":20'),
      call("act", "d"),
      call("look", "e"),
    ];
    const model = scriptedModel([answer({ calls }), answer({ content: "ok" })]);
    const { deps, events } = recordedDeps(model, noteTools(notes));
    await createChat(deps, start).send("go", options());
    assert.deepEqual(notes, [
      "start a",
      "start b",
      "end b",
      "end a",
      "start c",
      "end c",
      "start d",
      "end d",
      "start e",
      "end e",
    ]);
    const results = events.filter((event) => event.type === "tool_result").map((event) => event.id);
    assert.deepEqual(results, ["call_a", "call_b", "call_c", "call_d", "call_e"]);
  });

  it("answers wrong calls with what was wrong and runs nothing of them", async () => {
    const notes: string[] = [];
    const calls = [
      { id: "1", name: "nope", arguments: "{}" },
      { id: "2", name: "look", arguments: '{"id":' },
      { id: "3", name: "look", arguments: '{"id":7,"extra":1}' },
      { id: "4", name: "act", arguments: '{"id":"bad one"}' },
    ];
    const model = scriptedModel([answer({ calls }), answer({ content: "sorry" })]);
    const { deps, events } = recordedDeps(model, noteTools(notes));
    assert.deepEqual(await createChat(deps, start).send("go", options()), { outcome: "done" });
    const results = events.filter((event) => event.type === "tool_result");
    assert.deepEqual(
      results.map(({ status }) => status),
      ["error", "error", "error", "error"],
    );
    assert.match(results[0]?.text ?? "", /no tool "nope".*look, act/);
    assert.match(results[1]?.text ?? "", /not valid JSON/);
    assert.match(results[2]?.text ?? "", /extra[\s\S]*expected string/);
    assert.equal(results[3]?.text, "bad one failed");
    assert.deepEqual(notes, ["start bad one", "end bad one"]);
  });

  it("asks, and does what the answer says", async () => {
    const answers = [
      { decision: "deny" as const, reason: " use pnpm " },
      { decision: "once" as const },
      { decision: "session" as const },
    ];
    const calls = ["a", "b", "c", "d"].map((id) => call("act", id));
    const model = scriptedModel([answer({ calls }), answer({ content: "ok" })]);
    const notes: string[] = [];
    const { deps, events } = recordedDeps(model, noteTools(notes), {
      verdict: "ask",
      answer: async () => answers.shift() ?? assert.fail("asked once too often"),
    });
    await createChat(deps, start).send("go", options());
    assert.deepEqual(
      brief(events).filter((line) => /approval|tool_result/.test(line)),
      [
        "1 approval q1 call_a",
        "1 tool_result call_a denied The user refused this call and said: use pnpm",
        "1 approval q2 call_b",
        "1 tool_result call_b ok result b",
        "1 approval q3 call_c",
        "1 tool_result call_c ok result c",
        "1 tool_result call_d ok result d",
      ],
    );
    assert.deepEqual(notes, ["start b", "end b", "start c", "end c", "start d", "end d"]);
  });

  it("a denied action does not run and says why", async () => {
    const notes: string[] = [];
    const model = scriptedModel([answer({ calls: [call("act", "a")] }), answer({ content: "ok" })]);
    const { deps, events } = recordedDeps(model, noteTools(notes), { verdict: "deny" });
    await createChat(deps, start).send("go", options());
    assert.ok(brief(events).includes("1 tool_result call_a denied Not allowed: the test says so"));
    assert.deepEqual(notes, []);
  });

  for (const [finish, reason] of [
    ["length", "truncated"],
    ["content_filter", "filter"],
    ["repetition_truncation", "repetition"],
    ["surprise", "malformed"],
  ] as const) {
    it(`an answer that ends with ${finish} runs nothing and fails as ${reason}`, async () => {
      const notes: string[] = [];
      const model = scriptedModel([answer({ content: "I will", calls: [call("act", "a")], finish })]);
      const { deps, kept, messages } = recordedDeps(model, noteTools(notes));
      const end = await createChat(deps, start).send("go", options());
      assert.equal(end.outcome, "failed");
      assert.equal(end.error?.reason, reason);
      assert.deepEqual(notes, []);
      assert.deepEqual(messages, [{ role: "user", content: "go" }]);
      assert.deepEqual(
        kept.map((event) => event.type),
        ["content_delta", "usage", "error", "end"],
      );
    });
  }

  it("an error of the platform ends the task with its reason, and the chat goes on", async () => {
    const model = scriptedModel([
      { chunks: [], error: new AgentError("quota", "used up", { status: 429 }) },
      answer({ content: "hello" }),
    ]);
    const { deps, events } = recordedDeps(model, []);
    const chat = createChat(deps, start);
    await chat.send("go", options());
    assert.deepEqual(brief(events), ["1 error quota", "1 end failed"]);
    assert.deepEqual(await chat.send("go", options()), { outcome: "done" });
  });

  it("holds its budgets", async () => {
    const script = Array.from({ length: 9 }, (_, i) => answer({ calls: [call("look", `${i}`)] }));
    for (const [limit, reason, requests] of [
      [{ maxTurns: 3 }, "max_turns", 3],
      [{ maxCredits: 250 }, "max_credits", 3],
    ] as const) {
      const model = scriptedModel(script);
      const { deps, events } = recordedDeps(model, noteTools([]));
      assert.deepEqual(await createChat(deps, start).send("go", { ...options(), ...limit }), { outcome: "stopped" });
      assert.equal(model.requests.length, requests);
      assert.deepEqual(brief(events).slice(-2), [`${requests} notice ${reason}`, `${requests} end stopped`]);
    }
  });

  it("says what a model switch costs", async () => {
    const model = scriptedModel([answer({ content: "1" }), answer({ content: "2" })]);
    const { deps, events } = recordedDeps(model, []);
    const chat = createChat(deps, start);
    await chat.send("a", options());
    await chat.send("b", { ...options(), model: "mimo-v2.6-flash" });
    assert.ok(brief(events).includes("2 prefix_break model_switch 110"));
  });

  it("says nothing of facts that could not be read", async () => {
    const model = scriptedModel(["1", "2", "3"].map((content) => answer({ content })));
    let reads = 0;
    const { deps, messages } = recordedDeps(model, [], {
      facts: () => {
        if (++reads === 2) throw new Error("git hangs");
        return new Map([["Folder", "/w"]]);
      },
    });
    const chat = createChat(deps, start);
    for (const text of ["a", "b", "c"]) await chat.send(text, options());
    assert.deepEqual(
      messages.filter((message) => message.role === "user").map((message) => message.content),
      ["<context>\nFolder: /w\n</context>\n\na", "b", "c"],
    );
  });

  it("sends no half of a character that a tool has cut", async () => {
    const cut: Tool<{ id: string }> = {
      name: "cut",
      description: "cut",
      schema: z.strictObject({ id: z.string() }),
      readOnly: true,
      plan: async ({ id }) => ({
        actions: [],
        run: async () => {
          if (id === "bad") throw new ToolError("no \ude00");
          return "half \ud83d";
        },
      }),
    };
    const model = scriptedModel([answer({ calls: [call("cut", "a"), call("cut", "bad")] }), answer({ content: "ok" })]);
    const { deps, messages } = recordedDeps(model, [cut as unknown as AnyTool]);
    await createChat(deps, start).send("go", options());
    assert.deepEqual(
      messages.filter((message) => message.role === "tool").map((message) => message.content),
      ["half \ufffd", "no \ufffd"],
    );
  });

  it("says what a model switch costs once, also after a failure and over a resume", async () => {
    const failing = { chunks: [], error: new AgentError("filter", "no") };
    const model = scriptedModel([failing, answer({ content: "ok" })]);
    const { deps, events } = recordedDeps(model, []);
    const chat = createChat(deps, { ...start, last: { model: "mimo-v2.6-flash", prompt: 500 } });
    await chat.send("one", options());
    await chat.send("two", options());
    assert.deepEqual(
      brief(events).filter((line) => line.includes("prefix_break")),
      ["1 prefix_break model_switch 500"],
    );
  });

  it("tells a result as soon as those before it are told, not when the slowest is there", async () => {
    const model = scriptedModel([answer({ calls: [call("look", "a"), call("look", "b", ',"ms":50')] }), answer({})]);
    const notes: string[] = [];
    const { deps } = recordedDeps(model, noteTools(notes));
    const emit = (event: AgentEvent) => {
      if (event.type === "tool_result") notes.push(`told ${event.id}`);
    };
    await createChat({ ...deps, emit }, start).send("go", options());
    assert.deepEqual(notes, ["start a", "start b", "end a", "told call_a", "end b", "told call_b"]);
  });
});
