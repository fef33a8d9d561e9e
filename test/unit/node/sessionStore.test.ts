import assert from "node:assert/strict";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "mocha";
import { lockFile } from "../../../src/node/fileLock.ts";
import { SessionStore, type SessionSummary } from "../../../src/node/sessionStore.ts";
import { sessionFailure } from "../../../src/sessions/errors.ts";
import type { SessionRecord } from "../../../src/sessions/format.ts";
import { temporaryFolder } from "./temporary.ts";

const at = (minute: number) => `2026-11-21T10:${String(minute).padStart(2, "0")}:00.000Z`;

function head(id: string, workspace: string[] = ["/w"]): SessionRecord {
  return { v: 1, type: "session", id, at: at(0), workspace, model: "mimo-v2.6-pro", system: "s", tools: [] };
}

function said(content: string, minute = 1): SessionRecord {
  return { type: "message", at: at(minute), message: { role: "user", content } };
}

function answered(content: string, minute: number): SessionRecord {
  return { type: "message", at: at(minute), message: { role: "assistant", content } };
}

function used(model: string, credits: number, minute: number): SessionRecord {
  const usage = { prompt: 1, cached: 0, output: 1, reasoning: 0 };
  return { type: "usage", at: at(minute), purpose: "agent", model, usage, credits };
}

function ended(minute: number): SessionRecord {
  return { type: "event", at: at(minute), event: { type: "end", at: at(minute), turn: 1, outcome: "done" } };
}

const linesOf = (...records: readonly object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join("");
const never = new AbortController().signal;

function storeWith(files: Readonly<Record<string, string>> = {}) {
  const folder = join(temporaryFolder(), "sessions");
  if (Object.keys(files).length > 0) mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { folder, store: new SessionStore(() => folder), at: (name: string) => join(folder, name) };
}

const nameOf = ({ path }: SessionSummary) => basename(path, ".jsonl");

describe("the store of sessions", function () {
  this.timeout(20_000);

  it("lists them, the latest first, with what they were about and what they cost", async () => {
    const { store, at: place } = storeWith({
      "one.jsonl": linesOf(
        head("one"),
        said("<context>\nFolder: /w\n</context>\n\nFix the\n  bug", 1),
        used("mimo-v2.6-pro", 100, 1),
        ended(1),
        said("x".repeat(100_000), 4),
        used("mimo-v2.5", 20.5, 5),
        ended(5),
      ),
      "two.jsonl": linesOf(head("two", ["/b", "/a"]), said("Second", 3)),
    });
    assert.deepEqual(await store.list(), [
      {
        path: place("one.jsonl"),
        health: "good",
        state: "idle",
        workspace: ["/w"],
        model: "mimo-v2.5",
        title: "Fix the bug",
        at: at(0),
        lastAt: at(5),
        credits: 120.5,
        messages: 2,
      },
      {
        path: place("two.jsonl"),
        health: "good",
        state: "idle",
        workspace: ["/b", "/a"],
        model: "mimo-v2.6-pro",
        title: "Second",
        at: at(0),
        lastAt: at(3),
        credits: 0,
        messages: 1,
      },
    ]);
  });

  it("tells damaged files and those of a newer version, leaves out empty ones, and never throws", async () => {
    const { store, folder } = storeWith({
      "nothing.jsonl": "",
      "unused.jsonl": linesOf(head("unused")),
      "broken.jsonl": "not a session\n",
      "headless.jsonl": linesOf(said("where is my head?", 2)),
      "newer.jsonl": linesOf({ ...head("newer"), v: 9 }, said("from the future", 3)),
      "torn.jsonl": `${linesOf(head("torn"), said("whole", 4))}{"type":"message","at":"2026`,
      "hostile.jsonl": linesOf(head("hostile"), {
        type: "message",
        at: 7,
        message: { role: "user", content: [null, 3] },
      }),
      "notes.txt": "not one of ours",
    });
    mkdirSync(join(folder, "folder.jsonl"));
    const list = await store.list();
    assert.deepEqual(Object.fromEntries(list.map((session) => [nameOf(session), [session.health, session.title]])), {
      broken: ["damaged", ""],
      folder: ["damaged", ""],
      headless: ["damaged", "where is my head?"],
      hostile: ["good", ""],
      newer: ["too_new", "from the future"],
      torn: ["good", "whole"],
    });
    assert.deepEqual(await new SessionStore(() => join(folder, "none")).list(), []);
  });

  it("tells who has one open, and who is at work", async () => {
    const { store, at: place } = storeWith({
      "a.jsonl": linesOf(head("a"), said("a", 3), ended(3)),
      "b.jsonl": linesOf(head("b"), said("b", 2)),
      "c.jsonl": linesOf(head("c"), said("c", 1)),
    });
    const locks = [await lockFile(place("a.jsonl"), { waitMs: 0 }), await lockFile(place("b.jsonl"), { waitMs: 0 })];
    assert.deepEqual(
      (await store.list()).map(({ state }) => state),
      ["open", "running", "idle"],
    );
    for (const lock of locks) await lock?.release();
  });

  it("reads the ends of very long ones", async () => {
    const long = answered("y".repeat(17 * 1024 * 1024), 2);
    const { store } = storeWith({
      "long.jsonl": linesOf(head("long"), said("Long story", 1), used("m", 5, 1), long, said("last", 8), ended(9)),
    });
    const [summary] = await store.list();
    assert.deepEqual(
      [summary?.title, summary?.lastAt, summary?.credits, summary?.messages, summary?.health],
      ["Long story", at(9), undefined, undefined, "good"],
    );
  });

  it("lists 1,000 of them, and sees what was appended since", async () => {
    const { store, at: place } = storeWith(
      Object.fromEntries(
        Array.from({ length: 1000 }, (_, i) => [
          `s${i}.jsonl`,
          linesOf(head(`s${i}`), said(`task ${i}`, i % 60), answered("z".repeat(20_000), i % 60), used("m", 1, i % 60)),
        ]),
      ),
    );
    assert.equal((await store.list()).length, 1000);
    writeFileSync(place("s7.jsonl"), linesOf(used("m", 41, 7)), { flag: "a" });
    const list = await store.list();
    assert.equal(list.length, 1000);
    assert.equal(list.find((session) => nameOf(session) === "s7")?.credits, 42);
  });

  it("finds titles and words of the conversation, and nothing else", async () => {
    const call = { id: "c", type: "function" as const, function: { name: "look", arguments: '{"q":"needle"}' } };
    const { store } = storeWith({
      "title.jsonl": linesOf(head("title"), said("Find the Needle", 5)),
      "words.jsonl": linesOf(head("words"), said("hello", 4), answered('it is a "NEEDLE"\nin hay', 4)),
      "call.jsonl": linesOf(head("call"), said("x", 3), {
        type: "message",
        at: at(3),
        message: { role: "assistant", content: "", reasoning_content: "needle", tool_calls: [call] },
      }),
      "chinese.jsonl": linesOf(head("chinese"), said("修复购物车", 2)),
    });
    const found = async (query: string, limit = 10) =>
      (await store.search(query, { limit, signal: never })).map(({ session, excerpt }) => [nameOf(session), excerpt]);
    assert.deepEqual(await found("needle"), [
      ["title", "Find the Needle"],
      ["words", 'it is a "NEEDLE" in hay'],
    ]);
    assert.deepEqual(await found('"needle"\nin'), [["words", 'it is a "NEEDLE" in hay']]);
    assert.deepEqual(await found("购物"), [["chinese", "修复购物车"]]);
    assert.deepEqual(await found("needle", 1), [["title", "Find the Needle"]]);
    assert.deepEqual(await found("  "), []);
    assert.deepEqual(await store.search("needle", { limit: 9, signal: AbortSignal.abort() }), []);
  });

  it("deletes a session with all that lies beside it, and no other", async () => {
    const {
      store,
      folder,
      at: place,
    } = storeWith({
      "a.jsonl": linesOf(head("a"), said("a")),
      "a.jsonl.open": "",
      "a.jsonl.queue": "[]",
      "a.jsonl.lock": JSON.stringify({ token: "t", pid: 4_000_000, machine: "", started: "" }),
      "ab.jsonl": linesOf(head("ab"), said("ab")),
    });
    utimesSync(place("a.jsonl.lock"), 1000, 1000);
    mkdirSync(place("a.checkpoints"));
    await store.remove(place("a.jsonl"));
    assert.deepEqual(readdirSync(folder), ["ab.jsonl"]);
  });

  it("deletes none that is in use, and nothing that is no session of its folder", async () => {
    const { store, folder, at: place } = storeWith({ "a.jsonl": linesOf(head("a"), said("a")) });
    const lock = await lockFile(place("a.jsonl"), { waitMs: 0 });
    const refused = async (path: string) => store.remove(path).then(() => "removed", sessionFailure);
    assert.equal(await refused(place("a.jsonl")), "in_use");
    await lock?.release();
    for (const path of [join(folder, "../a.jsonl"), join(folder, "x/../a.jsonl.open"), folder, place(".jsonl")])
      assert.equal(await refused(path), "not_a_session", path);
    assert.deepEqual(readdirSync(folder), ["a.jsonl"]);
  });

  it("names what is open, the latest first, and only what was written", async () => {
    const { store, folder } = storeWith();
    const paths: string[] = [];
    for (let i = 0; i < 3; i++) {
      const path = await store.create();
      writeFileSync(path, "{}\n");
      utimesSync(path, 1000 + i, 1000 + i);
      paths.unshift(path);
    }
    await store.create();
    assert.deepEqual(await store.open(), paths);
    await store.close(paths[1] ?? "");
    assert.deepEqual(await store.open(), [paths[0], paths[2]]);
    await store.markOpen(paths[1] ?? "");
    assert.deepEqual(await store.open(), paths);
    assert.equal(readdirSync(folder).length, 7);
  });

  it("closes what no live process holds", async () => {
    const { store } = storeWith();
    const [held, dead, free] = [await store.create(), await store.create(), await store.create()];
    for (const path of [held, dead, free]) writeFileSync(path, "{}\n");
    const lock = await lockFile(held, { waitMs: 0 });
    writeFileSync(`${dead}.lock`, "");
    utimesSync(`${dead}.lock`, 1000, 1000);
    await store.closeAbandoned();
    assert.deepEqual(await store.open(), [held]);
    await lock?.release();
  });

  it("forgets chats in which nothing was ever said, once they are old and nobody has them", async () => {
    const { store, folder } = storeWith();
    const [fresh, old, held] = [await store.create(), await store.create(), await store.create()];
    for (const path of [old, held]) utimesSync(`${path}.open`, 1000, 1000);
    const lock = await lockFile(held, { waitMs: 0 });
    await store.closeAbandoned();
    await lock?.release();
    assert.deepEqual(readdirSync(folder).sort(), [fresh, held].map((path) => `${basename(path)}.open`).sort());
  });
});
