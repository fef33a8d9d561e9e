import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { AgentEvent } from "../../../src/agent/events.ts";
import type { Message } from "../../../src/agent/message.ts";
import { foldSession, INTERRUPTED } from "../../../src/sessions/fold.ts";
import type { SessionRecord } from "../../../src/sessions/format.ts";
import { journalTo } from "../../../src/sessions/journal.ts";
import { parseSession } from "../../../src/sessions/parse.ts";
import { replayEvents } from "../../../src/sessions/replay.ts";
import { at, calls, head, message, tool, user } from "./records.ts";

const event = (body: Record<string, unknown>): SessionRecord => ({
  type: "event",
  at,
  event: { at, turn: 1, ...body } as unknown as AgentEvent,
});

describe("sessions", () => {
  it("keeps every byte of a message through the file", () => {
    const records = [head, user("a\u2028b"), calls("1"), tool("1", '"\\ \u0000 \ud83d\ude00 \ufffd'), user("b")];
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join("");
    const parsed = parseSession(text);
    assert.equal(parsed.bad, 0);
    assert.equal(parsed.records.map((record) => `${JSON.stringify(record)}\n`).join(""), text);
  });

  it("reads what a kill left at every byte of the last line, and of no other", () => {
    const lines = [head, user("a"), calls("1"), tool("1")].map((record) => JSON.stringify(record));
    const whole = `${lines.join("\n")}\n`;
    const before = whole.length - (lines.at(-1)?.length ?? 0) - 1;
    for (let end = before; end < whole.length - 1; end++) {
      const { records } = parseSession(whole.slice(0, end));
      assert.equal(records.length, 3, `cut at ${end}`);
      assert.deepEqual(foldSession(records)?.repairs, [{ role: "tool", tool_call_id: "1", content: INTERRUPTED }]);
    }
  });

  it("passes over malformed lines and counts them", () => {
    const text = [
      JSON.stringify(head),
      "{",
      '{"type":"message","at":"x","message":{"role":"nobody"}}',
      "null",
      "",
    ].join("\n");
    assert.deepEqual(parseSession(text), { records: [head], bad: 3, unknown: 0, torn: false, outdated: false });
    assert.equal(foldSession(parseSession("garbage").records), undefined);
  });

  it("answers calls that were left open, in the middle as at the end, and drops orphans", () => {
    const folded = foldSession([
      head,
      user("a"),
      calls("1", "2"),
      tool("2"),
      tool("9"),
      user("b"),
      calls("3"),
      tool("3"),
      tool("3"),
    ]);
    assert.deepEqual(
      folded?.messages.map((m) => (m.role === "tool" ? `${m.tool_call_id} ${m.content}` : m.role)),
      ["user", "assistant", "2 2", `1 ${INTERRUPTED}`, "user", "assistant", "3 3"],
    );
    assert.deepEqual(folded?.repairs, []);
  });

  it("applies cuts to what was folded so far", () => {
    const folded = foldSession([
      head,
      user("a"),
      calls("1"),
      tool("1"),
      { type: "cut", at, from: 0, to: 3, by: "test", replacement: [{ role: "user", content: "short" }] },
      user("b"),
    ]);
    assert.deepEqual(folded?.messages, [
      { role: "user", content: "short" },
      { role: "user", content: "b" },
    ]);
  });

  it("does not mend a message in the place of another, when a lost line has shifted them", () => {
    const blank = (id: string, content: string): Message => ({
      role: "assistant",
      content,
      reasoning_content: "r",
      tool_calls: [{ id, type: "function", function: { name: "x", arguments: "{}" } }],
    });
    const said = (message: Message): SessionRecord => ({ type: "message", at, message });
    const mended: SessionRecord = {
      type: "cut",
      at,
      from: 2,
      to: 3,
      by: "text_repair",
      replacement: [blank("b", " ")],
    };
    const result = (id: string) => said({ role: "tool", tool_call_id: id, content: "done" });
    const whole = [head, said(blank("a", "")), result("a"), said(blank("b", "")), result("b"), mended];
    const contents = (records: SessionRecord[]) => foldSession(records)?.messages.map(({ content }) => content);
    assert.deepEqual(contents(whole), ["", "done", " ", "done"]);
    assert.deepEqual(contents(whole.toSpliced(2, 1)), ["", INTERRUPTED, " ", "done"]);
    assert.deepEqual(contents(whole.toSpliced(1, 1)), ["", "done"]);
  });

  it("stays valid whatever a cut takes away, and passes over cuts of what is not there", () => {
    const at = "2026-11-21T10:00:00.000Z";
    const call = { id: "c", type: "function" as const, function: { name: "x", arguments: "{}" } };
    const history: SessionRecord[] = [
      { v: 1, type: "session", id: "s", at, workspace: [], model: "m", system: "s", tools: [] },
      { type: "message", at, message: { role: "user", content: "go" } },
      { type: "message", at, message: { role: "assistant", content: "", reasoning_content: "", tool_calls: [call] } },
      { type: "message", at, message: { role: "tool", tool_call_id: "c", content: "done" } },
    ];
    const cut = (from: number, to: number): SessionRecord => ({ type: "cut", at, from, to, by: "t", replacement: [] });
    const roles = (...cuts: SessionRecord[]) => foldSession([...history, ...cuts])?.messages.map(({ role }) => role);
    assert.deepEqual(roles(cut(1, 2)), ["user"]);
    assert.deepEqual(roles(cut(2, 3)), ["user", "assistant", "tool"]);
    for (const wrong of [cut(-1, 1), cut(2, 1), cut(0, 4)])
      assert.deepEqual(roles(wrong), ["user", "assistant", "tool"]);
  });

  it("journals what messages do not hold", () => {
    const records: SessionRecord[] = [];
    const journal = journalTo((record) => records.push(record), { now: () => new Date(at) });
    journal.message({ role: "user", content: "a" });
    journal.event({ type: "tool_output", at, turn: 1, id: "1", text: "x" });
    journal.event({ type: "end", at, turn: 1, outcome: "done" });
    assert.deepEqual(
      records,
      [user("a"), event({ type: "end", outcome: "done" })].map((r) => ({ ...r })),
    );
  });

  it("draws the transcript again from the file", () => {
    const events = replayEvents([
      head,
      user("<context>\nDate: x\n</context>\n\nfix it"),
      calls("1"),
      event({ type: "usage", prompt: 1, cached: 0, output: 1, reasoning: 0, credits: 3 }),
      tool("1", "found"),
      event({ type: "tool_result", id: "1", status: "error", text: "" }),
      message({ role: "assistant", content: "Done." }),
      event({ type: "end", turn: 2, outcome: "done" }),
      user("more"),
      event({ type: "content_delta", turn: 3, text: "half" }),
    ]);
    assert.deepEqual(
      events.map(({ at: _, ...rest }) => rest),
      [
        { type: "user", turn: 0, text: "fix it", message: 1 },
        { type: "reasoning_delta", turn: 1, text: "think" },
        { type: "tool_call", turn: 1, id: "1", name: "look", arguments: "{}" },
        { turn: 1, type: "usage", prompt: 1, cached: 0, output: 1, reasoning: 0, credits: 3 },
        { type: "tool_result", turn: 1, id: "1", status: "error", text: "found" },
        { type: "content_delta", turn: 2, text: "Done." },
        { turn: 2, type: "end", outcome: "done" },
        { type: "user", turn: 2, text: "more", message: 2 },
        { turn: 3, type: "content_delta", text: "half" },
        { type: "end", turn: 3, outcome: "stopped" },
      ],
    );
  });
});
