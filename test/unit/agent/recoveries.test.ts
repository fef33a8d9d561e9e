import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createChat } from "../../../src/agent/chat.ts";
import { AgentError, type ErrorDetail, type ErrorReason } from "../../../src/agent/errors.ts";
import type { Message } from "../../../src/agent/message.ts";
import type { ChatRequest } from "../../../src/agent/ports.ts";
import { brief } from "./brief.ts";
import { answer, noteTools, recordedDeps, type Scripted, scriptedModel } from "./fakes.ts";

const start = { head: { system: "system", tools: [] }, messages: [], turn: 0 };
const options = () => ({ signal: new AbortController().signal, model: "mimo-v2.6-pro", thinking: true });
const refuses = (reason: ErrorReason, detail: ErrorDetail): Scripted => ({
  chunks: [],
  error: new AgentError(reason, "refused", { status: 400, detail }),
});
const asked = (model: { readonly requests: readonly string[] }) =>
  model.requests.map((request) => JSON.parse(request) as ChatRequest);
const look = (id: string) => ({ id, name: "look", arguments: `{"id":"${id}"}` });
const image = { type: "image_url" as const, image_url: { url: "data:image/png;base64,AAAA" } };

describe("recoveries", () => {
  it("give empty answers a text once it is missed, and later ones at once", async () => {
    const model = scriptedModel([
      answer({ reasoning: "r", calls: [look("a")] }),
      refuses("bad_request", "text_missing"),
      answer({ reasoning: "s", calls: [look("b")] }),
      answer({ content: "done" }),
    ]);
    const { deps, events, messages, cuts } = recordedDeps(model, noteTools([]));
    const chat = createChat(deps, start);
    assert.deepEqual(await chat.send("go", options()), { outcome: "done" });
    const wire = (content: string) => ({
      role: "assistant" as const,
      content,
      reasoning_content: "r",
      tool_calls: [{ id: "a", type: "function" as const, function: { name: "look", arguments: '{"id":"a"}' } }],
    });
    assert.deepEqual(cuts, [{ from: 1, to: 2, by: "text_repair", replacement: [wire(" ")] }]);
    assert.deepEqual(messages[1], wire(""));
    assert.deepEqual(chat.messages[1], wire(" "));
    assert.deepEqual(
      chat.messages.map(({ content }) => content),
      ["go", " ", "result a", " ", "result b", "done"],
    );
    assert.deepEqual(
      brief(events).filter((line) => /prefix|error|retry/.test(line)),
      ["2 prefix_break text_repair 93"],
    );
    assert.deepEqual(asked(model)[2]?.messages.slice(1), chat.messages.slice(0, 3));
  });

  it("are tried once a request, and not at all where there is nothing to mend", async () => {
    const refused = refuses("bad_request", "text_missing");
    for (const [script, requests] of [
      [[answer({ reasoning: "r", calls: [look("a")] }), refused, refused, answer({})], 3],
      [[refused, refused], 1],
    ] as const) {
      const model = scriptedModel(script);
      const { deps, events } = recordedDeps(model, noteTools([]));
      const end = await createChat(deps, start).send("go", options());
      assert.equal(end.error?.reason, "bad_request");
      assert.equal(model.requests.length, requests);
      assert.ok(brief(events).some((line) => line.endsWith("error bad_request text_missing")));
    }
  });

  it("switch thinking off for a history of somebody else's, for the rest of the chat", async () => {
    const model = scriptedModel([
      refuses("bad_request", "reasoning_missing"),
      answer({ calls: [look("a")] }),
      answer({ content: "done" }),
      answer({ content: "again" }),
    ]);
    const { deps, events } = recordedDeps(model, noteTools([]));
    const chat = createChat(deps, start);
    await chat.send("go", options());
    await chat.send("more", options());
    assert.deepEqual(
      asked(model).map(({ thinking }) => thinking),
      [true, false, false, false],
    );
    assert.deepEqual(
      brief(events).filter((line) => /notice|error/.test(line)),
      ["1 notice thinking_off"],
    );
    const off = scriptedModel([refuses("bad_request", "reasoning_missing")]);
    const end = await createChat(recordedDeps(off, []).deps, start).send("go", { ...options(), thinking: false });
    assert.equal(end.outcome, "failed");
  });

  it("leave images and web search to the user, and say what it was", async () => {
    for (const [reason, detail] of [
      ["input", "images_refused"],
      ["bad_request", "web_search_off"],
    ] as const) {
      const model = scriptedModel([refuses(reason, detail)]);
      const { deps, events } = recordedDeps(model, []);
      await createChat(deps, start).send("go", options());
      assert.deepEqual(brief(events), [`1 error ${reason} ${detail}`, "1 end failed"]);
    }
  });

  it("take the images out when the user says so, and say what that costs", async () => {
    const model = scriptedModel([answer({ content: "a" }), answer({ content: "b" }), answer({ content: "c" })]);
    const { deps, kept, cuts } = recordedDeps(model, [], { facts: () => new Map([["Folder", "/w"]]) });
    const chat = createChat(deps, start);
    await chat.send("words only", options());
    await chat.send({ text: "look at these", images: [image, image] }, options());
    chat.dropImages();
    chat.dropImages();
    await chat.send("and now?", { ...options(), model: "mimo-v2.6-pro" });
    const without: Message = { role: "user", content: "look at these\n[image removed]\n[image removed]" };
    assert.deepEqual(cuts, [{ from: 2, to: 3, by: "images_removed", replacement: [without] }]);
    assert.deepEqual(asked(model)[2]?.messages.slice(1), [
      { role: "user", content: "<context>\nFolder: /w\n</context>\n\nwords only" },
      { role: "assistant", content: "a" },
      without,
      { role: "assistant", content: "b" },
      { role: "user", content: "and now?" },
    ]);
    const breaks = kept.filter((event) => event.type === "prefix_break");
    assert.deepEqual(
      breaks.map(({ reason, tokens, credits }) => [reason, tokens < 100 && tokens > 40, tokens === credits]),
      [["images_removed", true, true]],
    );
  });

  it("do not send a window that is too long again and again", async () => {
    const model = scriptedModel([{ chunks: [], error: new AgentError("too_long", "too long", { status: 400 }) }]);
    const { deps, events } = recordedDeps(model, []);
    await createChat(deps, start).send("go", options());
    assert.deepEqual(brief(events), ["1 error too_long", "1 end failed"]);
  });
});
