import assert from "node:assert/strict";
import { Signal } from "@preact/signals";
import { describe, it } from "mocha";
import type { ViewEvent } from "../../../src/protocol/view.ts";
import { changedFiles } from "../../../src/webview/tasks.ts";
import {
  applyEvent,
  applyEvents,
  createTranscript,
  OUTPUT_KEPT,
  type Transcript,
} from "../../../src/webview/transcript.ts";
import * as samples from "./page/samples.ts";

/** What a transcript holds, without its signals and indexes. */
function plain({ tasks, waiting, context, todos, background }: Transcript): unknown {
  return JSON.parse(
    JSON.stringify({ tasks, waiting, context, todos, background: [...background] }, (_, value) =>
      value instanceof Signal ? value.peek() : value,
    ),
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
  searched: samples.searched(),
  retrying: samples.retrying(),
  replied: [...samples.answered(), ...samples.planned(2), ...samples.planned(5)],
  background: samples.inBackground(),
  noticed: samples.noticed(),
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

  it("puts a question of the model's into its call's card, and knows who answered it", () => {
    const asked = fold(samples.asksUser());
    assert.deepEqual(
      asked.waiting.value.map(({ id, asks }) => [id, asks.kind]),
      [["q3", "ask"]],
    );
    for (const decision of ["replied", "deny"] as const) {
      const { waiting, tasks } = fold(samples.answered(decision));
      assert.deepEqual(waiting.value, []);
      const card = tasks[0]?.items.at(-1)?.value;
      assert.ok(card?.kind === "ask");
      assert.equal(card.call.question?.decision, decision);
      assert.equal(card.call.status, "ok");
    }
  });

  it("keeps the last plan, until a message follows a finished one", () => {
    const transcript = fold([...samples.conversation(), ...samples.planned(1), ...samples.planned(3)]);
    assert.deepEqual(
      transcript.todos.value.map(({ status }) => status),
      ["done", "done", "done", "active", "pending"],
    );
    const next = samples.stamped([[90, 4, { type: "user", text: "And now?" }]]);
    applyEvents(transcript, next);
    assert.equal(transcript.todos.value.length, 5, "an unfinished plan stays");
    applyEvents(transcript, samples.planned(5));
    assert.equal(transcript.todos.value.length, 5, "a finished one is still to be seen");
    applyEvents(transcript, next);
    assert.deepEqual(transcript.todos.value, []);
  });

  it("takes no plan from a call that failed or cannot be read", () => {
    const call = (id: string, raw: string, status: "ok" | "error") =>
      samples.stamped([
        [40, 3, { type: "tool_call", id, name: "update_todos", arguments: raw }],
        [40, 3, { type: "tool_result", id, status, text: "" }],
      ]);
    const transcript = fold(samples.planned(1));
    const before = transcript.todos.value;
    applyEvents(transcript, call("x", '{"todos":[]}', "error"));
    applyEvents(transcript, call("y", "{", "ok"));
    assert.equal(transcript.todos.value, before);
    applyEvents(
      transcript,
      call(
        "z",
        '{"todos":[{"text":"a","status":"done"},{"text":1,"status":"done"},null,{"text":"b","status":"x"}]}',
        "ok",
      ),
    );
    assert.deepEqual(transcript.todos.value, [{ text: "a", status: "done" }]);
    applyEvents(transcript, call("w", '{"todos":[]}', "ok"));
    assert.deepEqual(transcript.todos.value, []);
  });

  it("puts sources under the answer they were found for, whenever they are told", () => {
    const page = (url: string) => ({ url, title: url });
    const told = (url: string) => ({ type: "notice", reason: "web_sources", sources: [page(url)] }) as const;
    const transcript = fold(
      samples.stamped([
        [1, 1, told("a")],
        [2, 1, { type: "content_delta", text: "one " }],
        [3, 1, told("b")],
        [4, 1, { type: "content_delta", text: "answer" }],
        [5, 2, told("c")],
        [5, 2, { type: "tool_call", id: "r", name: "read_file", arguments: "{}" }],
        [6, 3, { type: "content_delta", text: "another" }],
      ]),
    );
    assert.deepEqual(
      transcript.tasks[0]?.items.flatMap(({ value }) => {
        if (value.kind === "answer") return [[value.text, value.sources.map(({ url }) => url).join()]];
        return value.kind === "sources" ? [["found", value.sources.map(({ url }) => url).join()]] : [];
      }),
      [
        ["found", ""],
        ["one answer", "a,b"],
        ["found", "c"],
        ["another", ""],
      ],
    );
  });

  it("counts down while an attempt waits, whatever the one before it cost", () => {
    const over = ({ tasks }: Transcript) => {
      const item = tasks[0]?.items.find(({ value }) => value.kind === "retry")?.value;
      return item?.kind === "retry" && item.over;
    };
    const transcript = fold(samples.retrying());
    const usage = { type: "usage", prompt: 1, cached: 0, output: 0, reasoning: 0, credits: 1 } as const;
    applyEvents(transcript, samples.stamped([[25, 3, usage]]));
    assert.equal(over(transcript), false);
    applyEvents(transcript, samples.stamped([[41, 3, { type: "content_delta", text: "Here" }]]));
    assert.equal(over(transcript), true);
  });

  it("counts the attempts that were made, not the one whose pause the user ended", () => {
    const attempts = (seconds: number) => {
      const stopped = samples.stamped([[seconds, 3, { type: "end", outcome: "stopped" }]]);
      const items = fold([...samples.retrying(), ...stopped]).tasks[0]?.items ?? [];
      return items.flatMap(({ value }) => (value.kind === "retry" ? [value.attempt, value.over] : []));
    };
    assert.deepEqual(attempts(30), [1, true]);
    assert.deepEqual(attempts(45), [2, true]);
  });

  it("knows the command behind a name of the background, from the note that ends its result only", () => {
    const { background, tasks } = fold(samples.inBackground());
    assert.deepEqual([...background], [["bg1", "npm run dev"]]);
    assert.deepEqual(
      tasks[0]?.items.map(({ value }) => (value.kind === "looks" ? value.verb : value.kind)),
      ["command", "output", "problems", "stop"],
    );
    const hostile = fold(
      samples.stamped([
        [0, 1, { type: "tool_call", id: "h", name: "run_command", arguments: '{"command":"x","background":true}' }],
        [
          1,
          1,
          {
            type: "tool_result",
            id: "h",
            status: "ok",
            text: "[bg9 is running in the background]\n[bg2 has ended: exit 1]",
          },
        ],
      ]),
    );
    assert.deepEqual([...hostile.background], []);
  });

  it("hands on what a failure and a notice say beside their reason", () => {
    const retryAt = "2026-10-12T09:00:00.000Z";
    const items = fold([
      ...samples.noticed(),
      ...samples.stamped([[9, 1, { type: "error", reason: "input", message: "m", retryAt, detail: "images_refused" }]]),
    ]).tasks[0];
    assert.deepEqual(items?.user, {
      text: "",
      images: [
        { mime: "image/png", bytes: 120_400 },
        { mime: "image/jpeg", bytes: 4_800_000 },
      ],
      model: undefined,
      message: undefined,
    });
    const last = items?.items.at(-1)?.value;
    assert.ok(last?.kind === "error");
    assert.deepEqual([last.reason, last.message, last.retryAt, last.detail], ["input", "m", retryAt, "images_refused"]);
    const retired = items?.items.find(({ value }) => value.kind === "notice" && value.model !== undefined)?.value;
    assert.ok(retired?.kind === "notice" && retired.model === "mimo-v2.6-flash");
    const said = items?.items.flatMap(({ value }) => (value.kind === "notice" ? [value.message ?? ""] : []));
    assert.deepEqual(
      said?.filter((message) => message !== ""),
      ["keyword limit\u202e reached"],
    );
  });

  it("begins a task with a message that was queued, without an end of the one before", () => {
    const transcript = fold([
      ...samples.running(),
      ...samples.stamped([[40, 3, { type: "user", text: "Also bump it" }]]),
    ]);
    assert.deepEqual(
      transcript.tasks.map(({ user, end }) => [user?.text.slice(0, 9), end.value]),
      [
        ["Cart tota", undefined],
        ["Also bump", undefined],
      ],
    );
    // The call that ran on when the message came is still found.
    applyEvents(transcript, samples.stamped([[41, 3, { type: "tool_result", id: "c7", status: "ok", text: "" }]]));
    const card = transcript.tasks[0]?.items.at(-1)?.value;
    assert.equal(card?.kind === "command" && card.call.status, "ok");
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

  it("shows calls that came as text in their cards, not as markup too", () => {
    const markup = "<tool_call>\n<function=read_file>\n<parameter=path>a.ts</parameter>\n</function>\n</tool_call>";
    const call = { type: "tool_call", id: "c", name: "read_file", arguments: '{"path":"a.ts"}' } as const;
    const notice = { type: "notice", reason: "leaked_calls" } as const;
    const said = { type: "content_delta", text: `Let me look.\n${markup}` } as const;
    // Live the notice comes before the call, out of a file behind it.
    for (const order of [
      [said, notice, call],
      [said, call, notice],
    ]) {
      const { tasks } = fold(samples.stamped(order.map((event) => [0, 1, event] as const)));
      const answer = tasks[0]?.items.map(({ value }) => value).find(({ kind }) => kind === "answer");
      assert.equal(answer?.kind === "answer" && answer.text, "Let me look.");
    }
  });

  it("takes a change for a call of long ago, in the middle of an answer", () => {
    const late = samples.stamped([[61, 4, { type: "change", callId: "w1", change: samples.CHANGE }]]);
    const text = (second: number, words: string) =>
      samples.stamped([[second, 4, { type: "content_delta", text: words }]]);
    const begun = [...samples.changedEarlier().slice(0, -1), ...text(60, "One ")];
    const transcript = fold([...begun, ...late, ...text(62, "answer")]);
    const items = transcript.tasks[0]?.items.map((item) => item.peek()) ?? [];
    const answers = items.flatMap((item) => (item.kind === "answer" ? [[item.text, item.open]] : []));
    assert.deepEqual(answers, [["One answer", true]]);
    const [first] = items;
    assert.ok(first?.kind === "edit");
    assert.deepEqual(first.call.changes, [samples.CHANGE]);
  });

  it("keeps one change a file, the last", () => {
    const change = (path: string, added: number) =>
      samples.stamped([[5, 1, { type: "change", callId: "w7", change: { ...samples.CHANGE, path, added } }]]);
    const transcript = fold([...samples.changedEarlier(), ...change("/a", 1), ...change("/b", 2), ...change("/a", 3)]);
    const item = transcript.calls.get("w7")?.peek();
    assert.ok(item?.kind === "edit");
    assert.deepEqual(
      item.call.changes.map(({ path, added }) => [path, added]),
      [
        ["/a", 3],
        ["/b", 2],
      ],
    );
    assert.equal(changedFiles(transcript.tasks[0] ?? assert.fail()).length, 7);
  });

  it("knows which commands wait for input, and forgets those that ended", () => {
    const waits = (callId: string, prompt: string | undefined) =>
      samples.stamped([[29, 3, { type: "command_waiting", callId, prompt }]]);
    const begun = [...samples.waitsForInput("Ok? "), ...samples.inBackground().slice(1, 4)];
    const both = fold([...begun, ...waits("b1", "Name: "), ...waits("i1", "Ok now? "), ...waits("nobody", "x")]);
    assert.deepEqual(both.prompts.value, ["i1", "b1"]);
    applyEvents(both, waits("b1", undefined));
    assert.deepEqual(both.prompts.value, ["i1"]);
    applyEvents(both, samples.stamped([[30, 3, { type: "end", outcome: "stopped" }]]));
    assert.deepEqual(both.prompts.value, []);
    const started = fold([...samples.inBackground().slice(0, 3), ...waits("b1", "Name: ")]);
    applyEvents(started, samples.inBackground().slice(3, 4));
    assert.deepEqual(started.prompts.value, ["b1"], "it goes on beside the chat");
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
