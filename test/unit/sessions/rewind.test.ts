import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createChat } from "../../../src/agent/chat.ts";
import type { Message } from "../../../src/agent/message.ts";
import { foldSession } from "../../../src/sessions/fold.ts";
import type { SessionRecord } from "../../../src/sessions/format.ts";
import { journalTo } from "../../../src/sessions/journal.ts";
import { replayEvents } from "../../../src/sessions/replay.ts";
import { lastRewind, REWIND_UNDONE, REWOUND, rewindPoint, userMessages } from "../../../src/sessions/rewind.ts";
import { answer, recordedDeps, scriptedModel } from "../agent/fakes.ts";
import { head } from "./records.ts";

/** A chat whose records are kept, that answers everything with its own number. */
function kept() {
  const records: SessionRecord[] = [head];
  const model = scriptedModel([1, 2, 3, 4, 5].map((n) => answer({ content: `Answer ${n}.` })));
  const { deps } = recordedDeps(model, []);
  const journal = journalTo((record) => records.push(record), deps.clock);
  const chat = createChat({ ...deps, journal }, { head, messages: [], turn: 0 });
  const send = (text: string) =>
    chat.send(text, { signal: new AbortController().signal, model: "mimo-v2.6-pro", thinking: true });
  const back = (ordinal: number) => {
    const point = rewindPoint(records, ordinal);
    assert.ok(point);
    chat.rewind(point.messages, { by: REWOUND, ordinal });
    return point.message.content;
  };
  const shown = () =>
    replayEvents(records).flatMap((event) =>
      event.type === "user" ? [`${event.message} ${event.text}`] : event.type === "content_delta" ? [event.text] : [],
    );
  const sent = () =>
    JSON.parse(model.requests.at(-1) ?? "")
      .messages.slice(1)
      .map(({ content }: Message) => content);
  return { chat, records, sent, send, back, shown, seen: deps.env.seen };
}

describe("going back to before a message", () => {
  it("cuts off what came after it, for the next request and for the transcript", async () => {
    const { chat, records, sent, send, back, shown } = kept();
    for (const text of ["one", "two", "three"]) await send(text);
    assert.equal(userMessages(records), 3);
    assert.equal(back(2), "two");
    assert.deepEqual(
      chat.messages.map(({ content }) => content),
      ["one", "Answer 1."],
    );
    assert.deepEqual(shown(), ["1 one", "Answer 1."]);
    await send("other");
    assert.deepEqual(sent(), ["one", "Answer 1.", "other"]);
    assert.deepEqual(shown(), ["1 one", "Answer 1.", "4 other", "Answer 4."]);
    assert.deepEqual(foldSession(records)?.messages, chat.messages);
  });

  it("no file counts as known: what was read of it may be of another time", async () => {
    const { send, back, seen } = kept();
    for (const text of ["one", "two"]) await send(text);
    seen.set("/w/a.ts", "version");
    back(2);
    assert.deepEqual([...seen], []);
  });

  it("can be taken back as long as nothing was said since, also after a reload", async () => {
    const { chat, records, send, back, shown } = kept();
    for (const text of ["one", "two"]) await send(text);
    const before = [...chat.messages];
    const drawn = shown();
    assert.equal(lastRewind(records), undefined);
    back(1);
    assert.deepEqual(chat.messages, []);
    const last = lastRewind(records);
    assert.deepEqual(last, { messages: before, ordinal: 1 });
    chat.rewind(last?.messages ?? [], { by: REWIND_UNDONE, ordinal: 1 });
    assert.deepEqual(chat.messages, before);
    assert.deepEqual(foldSession(records)?.messages, before);
    assert.deepEqual(shown(), drawn);
    assert.equal(lastRewind(records), undefined);
    back(2);
    await send("three");
    assert.equal(lastRewind(records), undefined);
  });

  it("keeps what the cache holds of the rest in mind", async () => {
    const { chat, send, back } = kept();
    for (const text of ["one", "two"]) await send(text);
    const whole = chat.cachedTokens;
    back(2);
    assert.ok(chat.cachedTokens > 0 && chat.cachedTokens < whole, `${chat.cachedTokens} of ${whole}`);
  });

  it("knows no message that was never sent", () => {
    assert.equal(rewindPoint([head], 1), undefined);
  });
});
