import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createChat } from "../../../src/agent/chat.ts";
import { knownFacts, userMessage, userText } from "../../../src/agent/context.ts";
import { AgentError } from "../../../src/agent/errors.ts";
import type { Message, Outgoing, UserMessage } from "../../../src/agent/message.ts";
import type { ChatRequest } from "../../../src/agent/ports.ts";
import { brief } from "./brief.ts";
import { answer, noteTools, recordedDeps, type Scripted, scriptedModel } from "./fakes.ts";

const start = { head: { system: "system", tools: [] }, messages: [], turn: 0 };
const options = () => ({ signal: new AbortController().signal, model: "mimo-v2.6-pro", thinking: true });
const image = { type: "image_url" as const, image_url: { url: "data:image/png;base64,AAAA" } };
const words = (text: string): Outgoing => ({ text, images: [] });
const sent = (model: { readonly requests: readonly string[] }) =>
  model.requests.map((request) => JSON.parse(request) as ChatRequest);
const look = (id: string) => answer({ calls: [{ id, name: "look", arguments: `{"id":"${id}"}` }] });
const refused: Scripted = { chunks: [], error: new AgentError("auth", "no", { status: 401 }) };
const users = (messages: readonly Message[]) => messages.filter(({ role }) => role === "user");

describe("messages of the user", () => {
  it("carry images behind their words, and facts before them", () => {
    const facts = new Map([["Folder", "/w"]]);
    const message = userMessage({ text: "see \ud83d", images: [image] }, facts, "Rules: none");
    assert.deepEqual(message, {
      role: "user",
      content: [{ type: "text", text: "<context>\nFolder: /w\n\nRules: none\n</context>\n\nsee \ufffd" }, image],
    });
    assert.equal(userText(message), "see \ufffd");
    assert.deepEqual([...knownFacts([message])], [["Folder", "/w"]]);
  });

  it("have a text beside images even when nothing was typed, which nobody reads back", () => {
    const message = userMessage({ text: " ", images: [image] }, new Map());
    assert.deepEqual(message, { role: "user", content: [{ type: "text", text: "[image]" }, image] });
    assert.equal(userText(message), "");
    assert.equal(userText(userMessage("[image]", new Map())), "[image]");
  });

  it("typed while it runs come before the next request, all of them, with what has changed", async () => {
    const waiting = [words("first"), { text: "second", images: [image] }];
    const later: Outgoing[] = [];
    const model = scriptedModel([look("a"), look("b"), answer({ content: "done" })]);
    let date = 20;
    const { deps, messages, events } = recordedDeps(model, noteTools([]), {
      facts: () => new Map([["Date", String(date++)]]),
      queued: () => (model.requests.length === 1 ? waiting.shift() : later.shift()),
    });
    assert.deepEqual(await createChat(deps, start).send("go", options()), { outcome: "done" });
    assert.deepEqual(
      messages.map(({ role }) => role),
      ["user", "assistant", "tool", "user", "user", "assistant", "tool", "assistant"],
    );
    assert.deepEqual(
      users(messages).map(({ content }) => content),
      [
        "<context>\nDate: 20\n</context>\n\ngo",
        "<context>\nDate: 21\n</context>\n\nfirst",
        [{ type: "text", text: "<context>\nDate: 22\n</context>\n\nsecond" }, image],
      ],
    );
    assert.deepEqual(sent(model)[1]?.messages.slice(1), messages.slice(0, 5));
    assert.equal(brief(events).filter((line) => line.includes(" end ")).length, 1);
  });

  it("typed while it runs wait when the task is stopped or its budget is used up", async () => {
    for (const limit of [{ maxTurns: 1 }, { signal: AbortSignal.abort() }]) {
      const waiting = [words("next")];
      const model = scriptedModel([look("a")]);
      const { deps, messages } = recordedDeps(model, noteTools([]), {
        queued: () => (model.requests.length > 0 ? waiting.shift() : undefined),
      });
      await createChat(deps, start).send("go", { ...options(), ...limit });
      assert.equal(waiting.length, 1);
      assert.equal(users(messages).length, 1);
    }
  });

  it("that waited before the task go into its first request", async () => {
    const waiting = [words("and this"), words("and that")];
    const model = scriptedModel([answer({ content: "All of it." })]);
    const { deps } = recordedDeps(model, [], { queued: () => waiting.shift() });
    await createChat(deps, start).send("this", options());
    const said = sent(model).map(({ messages }) => users(messages).map((message) => userText(message as UserMessage)));
    assert.deepEqual(said, [["this", "and this", "and that"]]);
  });

  it("stand in the history once when they come again unanswered, and follow when they differ", async () => {
    const model = scriptedModel([
      refused,
      refused,
      refused,
      refused,
      answer({ content: "ok" }),
      answer({ content: "x" }),
    ]);
    const { deps, cuts, messages } = recordedDeps(model, [], {
      facts: () => new Map([["Folder", "/w"]]),
      instructions: "Be kind.",
    });
    const chat = createChat(deps, start);
    for (const text of ["fix it", "fix it", "Go on.", "Go on.", "Go on."]) await chat.send(text, options());
    const first = "<context>\nFolder: /w\n\nBe kind.\n</context>\n\nfix it";
    assert.deepEqual(
      chat.messages.map(({ content }) => content),
      [first, "Go on.", "ok"],
    );
    assert.deepEqual(
      cuts.map(({ from, to, by, replacement }) => [from, to, by, replacement.length]),
      [
        [0, 1, "sent_again", 0],
        [1, 2, "sent_again", 0],
        [1, 2, "sent_again", 0],
      ],
    );
    // The session keeps what was typed, as often as it was.
    assert.equal(users(messages).length, 5);
    assert.equal(model.requests[1], model.requests[0]);
    assert.equal(model.requests[4], model.requests[2]);
    await chat.send("Go on.", options());
    assert.equal(users(chat.messages).length, 3);
  });

  it("are not taken back when the facts around them have changed", async () => {
    let branch = "main";
    const model = scriptedModel([refused, answer({ content: "ok" })]);
    const { deps, cuts } = recordedDeps(model, [], { facts: () => new Map([["Branch", branch]]) });
    const chat = createChat(deps, start);
    await chat.send("go", options());
    branch = "other";
    await chat.send("go", options());
    assert.deepEqual(cuts, []);
    assert.deepEqual(
      users(chat.messages).map(({ content }) => content),
      ["<context>\nBranch: main\n</context>\n\ngo", "<context>\nBranch: other\n</context>\n\ngo"],
    );
  });
});

describe("what the cache of a chat holds", () => {
  it("is nothing at first, then the last window with its answer", async () => {
    const chat = createChat(recordedDeps(scriptedModel([answer({ content: "a" })]), []).deps, start);
    assert.equal(chat.cachedTokens, 0);
    await chat.send("go", options());
    assert.equal(chat.cachedTokens, 110);
  });

  it("is missed once, and said to be, when model, key or web search change", async () => {
    const model = scriptedModel(Array.from({ length: 7 }, () => answer({ content: "a" })));
    const { deps, events } = recordedDeps(model, []);
    const chat = createChat(deps, start);
    const steps = [
      {},
      { account: () => "one" },
      { account: () => "two" },
      { account: () => "two", webSearch: true },
      { account: () => "two", webSearch: true },
      { account: () => "three", model: "mimo-v2.6-flash", webSearch: true },
      { account: () => "three", model: "mimo-v2.6-flash" },
    ];
    for (const [i, step] of steps.entries()) await chat.send(`message ${i}`, { ...options(), ...step });
    assert.deepEqual(
      brief(events).filter((line) => line.includes("prefix_break")),
      [
        "3 prefix_break key_switch 110",
        "4 prefix_break web_search 110",
        "6 prefix_break model_switch 110",
        "7 prefix_break web_search 110",
      ],
    );
    assert.deepEqual(
      sent(model).map(({ webSearch }) => webSearch),
      [undefined, undefined, undefined, true, true, true, undefined],
    );
  });

  it("is known over a resume", async () => {
    const { deps, events } = recordedDeps(scriptedModel([answer({ content: "a" })]), []);
    const last = { model: "mimo-v2.6-pro", prompt: 70, webSearch: true };
    const chat = createChat(deps, { ...start, last });
    assert.equal(chat.cachedTokens, 70);
    await chat.send("go", options());
    assert.equal(brief(events)[0], "1 prefix_break web_search 70");
  });
});

describe("web search", () => {
  it("names its sources once an answer, each page once", async () => {
    const page = (n: number) => ({ url: `https://example.org/${n}`, title: `Page ${n}`, site: "Example" });
    const cut = answer({ sources: [page(9)], content: "half", finish: null });
    const whole = answer({ sources: [page(1), page(2), page(1)], content: "found" });
    const model = scriptedModel([cut, whole, answer({ content: "nothing new" })]);
    const { deps, kept } = recordedDeps(model, []);
    const chat = createChat(deps, start);
    await chat.send("search", { ...options(), webSearch: true });
    await chat.send("more", { ...options(), webSearch: true });
    const notices = kept.flatMap((event) => (event.type === "notice" ? [[event.reason, event.sources]] : []));
    assert.deepEqual(notices, [["web_sources", [page(1), page(2)]]]);
  });

  it("that get thoughts and no word for an answer are said to have got none", async () => {
    const model = scriptedModel([answer({ reasoning: "Hm.", content: "\n" })]);
    const { deps, events } = recordedDeps(model, []);
    const { outcome } = await createChat(deps, start).send("why?", options());
    assert.equal(outcome, "done");
    assert.ok(brief(events).includes("1 notice no_answer"), brief(events).join("\n"));
  });
});
