import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Message } from "../../../src/agent/message.ts";
import { foldSession, hasLoss, INTERRUPTED } from "../../../src/sessions/fold.ts";
import type { SessionRecord } from "../../../src/sessions/format.ts";
import { mendSession } from "../../../src/sessions/mend.ts";
import { isWholeLine, parseSession } from "../../../src/sessions/parse.ts";
import { seeded } from "../../deep/random.ts";
import { answer, at, calls, counted, end, event, head, linesOf, tool, user } from "./records.ts";

const good = [head, user("a"), calls("1"), ...counted(1), tool("1"), answer("b"), ...counted(2), end(2)];

function repairs(text: string, fallback?: typeof head) {
  const parsed = parseSession(text);
  const folded = foldSession(parsed.records, { damage: parsed, head: fallback });
  return folded?.repaired.map(({ kind, count }) => `${kind} ${count}`);
}

/** What the file says once it was mended, read again. */
function mended(text: string, fallback?: typeof head) {
  const parsed = parseSession(text);
  const folded = foldSession(parsed.records, { damage: parsed, head: fallback });
  assert.ok(folded);
  const records: SessionRecord[] = [...parsed.records];
  mendSession(folded, (record) => records.push(record), at);
  const again = foldSession(parseSession(linesOf(...records)).records);
  return { before: folded, again, added: records.slice(parsed.records.length) };
}

/** Every call is answered, once, before anything else is said. */
function isValid(messages: readonly Message[]): boolean {
  const open = new Set<string>();
  for (const m of messages) {
    if (m.role === "tool" ? !open.delete(m.tool_call_id) : open.size > 0) return false;
    if (m.role === "assistant") for (const { id } of m.tool_calls ?? []) open.add(id);
  }
  return open.size === 0;
}

describe("the repair of sessions", () => {
  it("has nothing to do for one that ended in good order", () => {
    assert.deepEqual(repairs(linesOf(...good)), []);
    assert.deepEqual(mended(linesOf(...good)).added, []);
  });

  it("says what was wrong", () => {
    const text = linesOf(...good);
    const lines = text.split("\n");
    const damaged = (at: number, line: string) => lines.map((old, i) => (i === at ? line : old)).join("\n");
    assert.deepEqual(repairs(damaged(1, "{{{")), ["damaged 1"]);
    assert.deepEqual(repairs(damaged(2, "")), ["orphaned 1"]);
    assert.deepEqual(repairs(damaged(5, '{"type":"message","at":3}')), ["damaged 1", "unanswered 1"]);
    assert.deepEqual(repairs(damaged(4, '{"type":"event","at":"x","event":{"type":"usage","at":"x","turn":1}}')), [
      "damaged 1",
    ]);
    assert.deepEqual(repairs(`${text}{"type":"mess`), ["torn 1"]);
    assert.deepEqual(repairs(text + "\0".repeat(100)), ["torn 1"]);
    assert.deepEqual(repairs(linesOf(...good, { ...head, id: "other" }, user("x"), end(3))), ["doubled_head 1"]);
    assert.deepEqual(repairs(linesOf(...good, head)), []);
    assert.deepEqual(repairs(linesOf(head, user("a"), calls("1", "2"), tool("1"))), ["unanswered 1", "no_end 1"]);
  });

  it("tells losses from what a kill leaves", () => {
    const isLoss = (text: string) => {
      const parsed = parseSession(text);
      const folded = foldSession(parsed.records, { damage: parsed, head });
      return folded && hasLoss(folded);
    };
    assert.equal(isLoss(linesOf(head, user("a"), calls("1"))), false);
    assert.equal(isLoss(`${linesOf(head, user("a"))}{"to`), false);
    assert.equal(isLoss(`${linesOf(head)}oops\n${linesOf(user("a"))}`), true);
    assert.equal(isLoss(linesOf(user("a"))), true);
  });

  it("writes down what is missing, once", () => {
    const { before, again, added } = mended(linesOf(head, user("a"), calls("1", "2"), ...counted(1), tool("2")));
    assert.deepEqual(added, [tool("1", INTERRUPTED), end(1, "stopped")]);
    assert.deepEqual(again?.messages, before.messages);
    assert.deepEqual(again?.repaired, []);
  });

  it("goes on without the head it had, with one that is given", () => {
    const text = linesOf(...good.slice(1));
    assert.equal(repairs(text), undefined);
    assert.deepEqual(repairs(text, head), ["no_head 1"]);
    const { before, again, added } = mended(text, head);
    assert.deepEqual(added, [head]);
    assert.deepEqual([before.head, again?.head, again?.repaired], [head, head, []]);
    assert.equal(repairs("", head), undefined, "nothing is no session");
  });

  it("reads what editors and power cuts leave around records", () => {
    const zeros = linesOf(...good)
      .split("\n")
      .map((line) => (line === "" ? "" : `\0\0\0${line}`))
      .join("\n");
    for (const text of [
      `\ufeff${linesOf(...good)}`,
      linesOf(...good).replaceAll("\n", "\r\n"),
      linesOf(...good).replaceAll("\n", "\n\n  \n"),
      zeros,
    ]) {
      assert.deepEqual(parseSession(text), { records: good, bad: 0, unknown: 0, torn: false, outdated: false });
    }
    assert.equal(parseSession(`${linesOf(head)}\0\0\0\n${linesOf(user("a"))}`).bad, 1);
  });

  it("passes over records and events of a newer version, and keeps what it does not know of a record", () => {
    const future = { type: "bookmark", at, note: "x" };
    const odd = { ...user("a"), extra: { kept: true } };
    const newEvent = { type: "event", at, event: { type: "constructor", at, turn: 1, more: [1] } };
    const parsed = parseSession(linesOf(head, future, odd, newEvent, end(1)));
    assert.deepEqual(parsed, {
      records: [head, odd, newEvent, end(1)],
      bad: 0,
      unknown: 1,
      torn: false,
      outdated: false,
    });
    assert.equal(isWholeLine(JSON.stringify(future)), true);
    assert.equal(isWholeLine('{"type":'), false);
  });

  it("takes damage at every byte of a line for the loss of that line at most", () => {
    const text = linesOf(head, user("first"), answer("x"), user("last"), end(1));
    const from = text.indexOf('{"type":"message"');
    const to = text.indexOf("\n", from);
    for (let i = from; i < to; i++) {
      const { records, bad, unknown } = parseSession(`${text.slice(0, i)}\u0001${text.slice(i + 1)}`);
      assert.ok(records.length >= 4 && records.length + bad + unknown === 5, `byte ${i}`);
      assert.deepEqual(records.slice(-3), [answer("x"), user("last"), end(1)]);
    }
  });

  it("goes on counting turns where a kill left no event of the last one", () => {
    const folded = foldSession([head, user("a"), calls("1"), ...counted(4), tool("1"), answer("killed here")]);
    assert.equal(folded?.turn, 5);
    const failed = foldSession([head, user("a"), event(7, { type: "error", reason: "cut", message: "m" }), end(7)]);
    assert.equal(failed?.turn, 7);
  });

  it("leaves every history valid, and has nothing left to do the second time, whatever was damaged", () => {
    const random = seeded(20_261_121);
    for (let run = 0; run < 400; run++) {
      const records: SessionRecord[] = [head];
      for (let turn = 1; turn < 8; turn++) {
        if (random.chance(0.4)) records.push(user(`u${turn}`));
        const ids = Array.from({ length: random.below(3) }, (_, i) => `${turn}.${i}`);
        records.push(ids.length > 0 ? calls(...ids) : answer("x"), ...counted(turn));
        for (const id of ids) if (random.chance(0.9)) records.push(tool(id));
        if (random.chance(0.3)) records.push(end(turn));
      }
      const lines = linesOf(...records).split("\n");
      const kept = lines.map((line) => (random.chance(0.1) ? line.slice(0, random.below(line.length + 1)) : line));
      const { before, again } = mended(kept.filter(() => random.chance(0.95)).join("\n"), head);
      assert.deepEqual(again?.messages, before.messages, `run ${run}`);
      // What was lost stays lost; all else is written down.
      assert.deepEqual(
        again?.repaired.filter(({ kind }) => kind !== "orphaned" && kind !== "unanswered"),
        [],
      );
      assert.equal(isValid(before.messages), true, `run ${run}`);
    }
  });

  it("remembers whose cache holds what", () => {
    const searched: SessionRecord = { ...counted(2, "mimo-v2.5")[0], webSearch: true } as SessionRecord;
    assert.deepEqual(foldSession([head, user("a"), answer("b"), ...counted(1)])?.last, {
      model: "mimo-v2.6-pro",
      prompt: 15,
      webSearch: false,
    });
    assert.deepEqual(foldSession([head, user("a"), answer("b"), searched])?.last, {
      model: "mimo-v2.5",
      prompt: 15,
      webSearch: true,
    });
  });
});
