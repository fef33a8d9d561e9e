import assert from "node:assert/strict";
import { Signal } from "@preact/signals";
import { describe, it } from "mocha";
import type { ViewEvent } from "../../../src/protocol/view.ts";
import {
  applyEvent,
  applyEvents,
  changedFiles,
  createTranscript,
  OUTPUT_KEPT,
  type Transcript,
} from "../../../src/webview/transcript.ts";
import * as samples from "./page/samples.ts";

/** What a transcript holds, without its signals and indexes. */
function plain({ tasks, waiting, context }: Transcript): unknown {
  return JSON.parse(
    JSON.stringify({ tasks, waiting, context }, (_, value) => (value instanceof Signal ? value.peek() : value)),
  );
}

function fold(events: readonly ViewEvent[]): Transcript {
  const transcript = createTranscript();
  applyEvents(transcript, events);
  return transcript;
}

/** Splits texts at random places, as a stream would deliver them. */
function shredded(events: readonly ViewEvent[], random: () => number): ViewEvent[] {
  return events.flatMap((event) => {
    if (event.type !== "reasoning_delta" && event.type !== "content_delta" && event.type !== "tool_output")
      return event;
    const parts: ViewEvent[] = [];
    for (let at = 0; at < event.text.length; ) {
      const length = 1 + Math.floor(random() * 7);
      parts.push({ ...event, text: event.text.slice(at, at + length) });
      at += length;
    }
    return parts;
  });
}

/** A small generator with a seed, so that a failure can be had again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const CHATS = {
  finished: samples.finished(),
  stopped: samples.stopped(),
  failed: samples.failed(),
  asked: samples.asksForEdit(),
  two: [...samples.finished(), ...samples.asksForCommand()],
};

describe("transcript", () => {
  for (const [name, events] of Object.entries(CHATS)) {
    it(`of a snapshot equals that of the same events live: ${name}`, () => {
      const snapshot = plain(fold(events));
      for (let seed = 1; seed <= 20; seed++) {
        const live = createTranscript();
        for (const event of shredded(events, seeded(seed))) applyEvent(live, event);
        assert.deepEqual(plain(live), snapshot, `seed ${seed}`);
      }
    });
  }

  it("joins neighbouring reads, and keeps what is between them apart", () => {
    const kinds = fold(samples.finished()).tasks[0]?.items.map(({ value }) =>
      value.kind === "looks" ? `${value.verb} ${value.calls.length}` : value.kind,
    );
    assert.deepEqual(kinds, [
      "reasoning",
      "read 3",
      "search 1",
      "answer",
      "edit",
      "command",
      "command",
      "reasoning",
      "answer",
    ]);
  });

  it("adds up what a task cost, and knows what it changed", () => {
    const transcript = fold(samples.finished());
    const [task] = transcript.tasks;
    assert.ok(task);
    assert.deepEqual(task.totals.value, {
      prompt: 33_800,
      cached: 29_952,
      output: 1_040,
      credits: 1_853_280,
      requests: 4,
    });
    assert.equal(transcript.context.value, 12_320);
    assert.deepEqual(changedFiles(task), ["src/cart/totals.ts"]);
  });

  it("puts a question into its call's card and takes it out of the waiting when it is answered", () => {
    const transcript = fold(samples.asksForEdit());
    assert.deepEqual(
      transcript.waiting.value.map(({ id }) => id),
      ["q1"],
    );
    const card = transcript.tasks[0]?.items.at(-1)?.value;
    assert.equal(card?.kind === "edit" && card.call.question?.decision, undefined);
    applyEvents(transcript, samples.stamped([[40, 2, { type: "answered", id: "q1", decision: "once" }]]));
    const answered = transcript.tasks[0]?.items.at(-1)?.value;
    assert.ok(answered?.kind === "edit");
    assert.equal(answered.call.question?.decision, "once");
    assert.equal(answered.call.startedAt, "2026-10-12T08:00:40.000Z");
    assert.deepEqual(transcript.waiting.value, []);
  });

  it("gives a question of a read a card of its own", () => {
    const transcript = fold(
      samples.stamped([
        [0, 1, { type: "tool_call", id: "c1", name: "read_file", arguments: '{"path":"/etc/hosts"}' }],
        [
          0,
          1,
          { type: "question", id: "q", callId: "c1", question: { kind: "read", path: "/etc/hosts", reason: "x" } },
        ],
      ]),
    );
    assert.deepEqual(
      transcript.tasks[0]?.items.map(({ value }) => value.kind),
      ["looks", "question"],
    );
  });

  it("leaves nothing waiting or running when a task ends", () => {
    const transcript = fold([
      ...samples.asksForCommand(),
      ...samples.stamped([[60, 3, { type: "end", outcome: "stopped" }]]),
    ]);
    assert.deepEqual(transcript.waiting.value, []);
    const card = transcript.tasks[0]?.items.at(-1)?.value;
    assert.ok(card?.kind === "command");
    assert.equal(card.call.status, "stopped");
    assert.equal(card.call.question?.decision, "stopped");
  });

  it("drops blank text before calls, so that rows stay neighbours", () => {
    const transcript = fold(
      samples.stamped([
        [0, 1, { type: "content_delta", text: "\n\n" }],
        [0, 1, { type: "tool_call", id: "a", name: "read_file", arguments: "{}" }],
        [1, 2, { type: "content_delta", text: " \n" }],
        [1, 2, { type: "tool_call", id: "b", name: "read_file", arguments: "{}" }],
      ]),
    );
    assert.deepEqual(
      transcript.tasks[0]?.items.map(({ value }) => value.kind),
      ["looks"],
    );
  });

  it("keeps the end of long output and counts the lines it let go", () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`);
    const transcript = fold(
      samples.stamped([
        [0, 1, { type: "tool_call", id: "c", name: "run_command", arguments: "{}" }],
        ...lines.map((text) => [1, 1, { type: "tool_output", id: "c", text }] as const),
      ]),
    );
    const card = transcript.tasks[0]?.items[0]?.value;
    assert.ok(card?.kind === "command");
    const { text, dropped } = card.call.output;
    assert.equal(text.length, OUTPUT_KEPT);
    assert.equal(text, lines.join("").slice(-OUTPUT_KEPT));
    assert.equal(dropped + text.split("\n").length - 1, lines.length);
  });

  it("survives events of calls and questions it never saw", () => {
    const transcript = fold(
      samples.stamped([
        [0, 1, { type: "tool_result", id: "ghost", status: "ok", text: "x" }],
        [0, 1, { type: "tool_output", id: "ghost", text: "x" }],
        [0, 1, { type: "change", callId: "ghost", change: samples.CHANGE }],
        [0, 1, { type: "answered", id: "ghost", decision: "once" }],
        [0, 1, { type: "tool_call", id: "__proto__", name: "constructor", arguments: "{{{" }],
        [0, 1, { type: "tool_result", id: "__proto__", status: "error", text: "bad" }],
      ]),
    );
    const items = transcript.tasks[0]?.items.map(({ value }) => value);
    assert.equal(items?.length, 1);
    assert.equal(items?.[0]?.kind === "other" && items[0].call.status, "error");
  });
});
