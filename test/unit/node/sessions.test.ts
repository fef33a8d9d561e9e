import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { openSessionFile } from "../../../src/node/sessionFile.ts";
import { createSessionStore } from "../../../src/node/sessionStore.ts";
import type { SessionRecord } from "../../../src/sessions/format.ts";
import { parseSession } from "../../../src/sessions/parse.ts";
import { temporaryFolder } from "./temporary.ts";

const at = (minute: number) => `2026-11-21T10:${String(minute).padStart(2, "0")}:00.000Z`;

function head(id: string, workspace: string[] = ["/w"]): SessionRecord {
  return { v: 1, type: "session", id, at: at(0), workspace, model: "mimo-v2.6-pro", system: "s", tools: [] };
}

function said(content: string, minute = 1): SessionRecord {
  return { type: "message", at: at(minute), message: { role: "user", content } };
}

describe("session files", function () {
  this.timeout(20_000);

  it("keep what was appended, one record a line, for the owner only", async () => {
    const path = join(temporaryFolder(), "deep/er/s.jsonl");
    const file = await openSessionFile(path);
    assert.deepEqual(file.records, []);
    file.append(head("s"));
    file.append(said("多\nlines \u2028"));
    assert.equal(
      readFileSync(path, "utf8"),
      `${JSON.stringify(head("s"))}\n${JSON.stringify(said("多\nlines \u2028"))}\n`,
    );
    assert.equal(statSync(path).mode & 0o777, 0o600);
    await file.sync();
    await file.close();
    await file.close();
    assert.deepEqual((await openSessionFile(path)).records, [head("s"), said("多\nlines \u2028")]);
  });

  it("are brought to the disk once a turn, one flush at a time, and before they are closed", async () => {
    const path = join(temporaryFolder(), "s.jsonl");
    const flushes: (() => void)[] = [];
    const flush = () => new Promise<void>((resolve) => flushes.push(resolve));
    const file = await openSessionFile(path, { flush });
    const turn: SessionRecord = { type: "message", at: at(2), message: { role: "assistant", content: "a" } };
    file.append(head("s"));
    file.append(said("task"));
    assert.equal(flushes.length, 0);
    file.append(turn);
    assert.equal(flushes.length, 1);
    file.append(turn);
    assert.equal(flushes.length, 1);
    let closed = false;
    const closing = file.close().then(() => {
      closed = true;
    });
    flushes[0]?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([flushes.length, closed], [2, false]);
    flushes[1]?.();
    await closing;
    assert.equal(closed, true);
  });

  it("take nothing more once they are closed: the descriptor may be another file's", async () => {
    const folder = temporaryFolder();
    const file = await openSessionFile(join(folder, "s.jsonl"));
    file.append(head("s"));
    await file.close();
    const other = await openSessionFile(join(folder, "other.jsonl"));
    assert.throws(() => file.append(said("late")), /closed/);
    assert.equal(readFileSync(join(folder, "other.jsonl"), "utf8"), "");
    await other.close();
  });

  it("cut off a torn last line before they go on, wherever it was torn", async () => {
    const whole = `${JSON.stringify(head("s"))}\n${JSON.stringify(said("é good"))}\n`;
    const line = Buffer.from(JSON.stringify(said("last é")));
    const path = join(temporaryFolder(), "s.jsonl");
    for (let cut = 0; cut <= line.length; cut++) {
      writeFileSync(path, Buffer.concat([Buffer.from(whole), line.subarray(0, cut)]));
      const file = await openSessionFile(path);
      const isWhole = cut === line.length;
      assert.equal(file.records.length, isWhole ? 3 : 2);
      assert.equal(statSync(path).size, Buffer.byteLength(whole) + cut, "only reading changes nothing");
      file.append(said("next"));
      await file.close();
      const expected = `${whole}${isWhole ? `${line.toString()}\n` : ""}${JSON.stringify(said("next"))}\n`;
      assert.equal(readFileSync(path, "utf8"), expected);
    }
  });

  it("leave files alone that are no sessions", async () => {
    const path = join(temporaryFolder({ "notes.txt": "dear diary\nlast line" }), "notes.txt");
    await assert.rejects(openSessionFile(path), /not a session file/);
    assert.equal(readFileSync(path, "utf8"), "dear diary\nlast line");
  });

  it("lose nothing when the process is killed", async () => {
    const path = join(temporaryFolder(), "s.jsonl");
    const module = new URL("../../../src/node/sessionFile.ts", import.meta.url).href;
    const script = `
      import { writeSync } from "node:fs";
      const { openSessionFile } = await import(${JSON.stringify(module)});
      const file = await openSessionFile(${JSON.stringify(path)});
      for (let i = 0; i < 100_000; i++) {
        file.append({ type: "message", at: "${at(1)}", message: { role: "user", content: "m" + i + "x".repeat(i % 5000) } });
        writeSync(1, i + "\\n");
      }`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let told = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      told += text;
      if (told.length > 3_000) child.kill("SIGKILL");
    });
    await new Promise((resolve) => child.once("close", resolve));
    const last = Number(told.trim().split("\n").slice(0, -1).at(-1));
    const { records } = parseSession(readFileSync(path, "utf8"));
    assert.ok(last > 100 && records.length > last, `${records.length} records, told of ${last}`);
  }).timeout(10_000);
});

describe("the store of sessions", () => {
  it("lists them, the latest first, with titles", async () => {
    const folder = join(temporaryFolder(), "sessions");
    const store = createSessionStore(folder);
    assert.deepEqual(await store.list(), []);
    const write = async (id: string, records: SessionRecord[]) => {
      const file = await store.open(id);
      for (const record of records) file.append(record);
      await file.close();
    };
    const context = "<context>\nFolder: /w\n</context>\n\nFix the\n  bug";
    await write("one", [head("one"), said(context, 1), said("x".repeat(100_000), 4), said("end", 5)]);
    await write("two", [head("two", ["/b", "/a"]), said("Second", 3)]);
    await write("three", [head("three"), said("Third", 2)]);
    await write("empty", [head("empty", ["/e"])]);
    writeFileSync(join(folder, "broken.jsonl"), "not a session\n");
    writeFileSync(join(folder, "one.jsonl"), '{"torn', { flag: "a" });
    const list = await store.list();
    assert.deepEqual(
      list.map(({ id, title, lastAt }) => [id, title, lastAt]),
      [
        ["one", "Fix the bug", at(5)],
        ["two", "Second", at(3)],
        ["three", "Third", at(2)],
        ["empty", "", at(0)],
      ],
    );
    assert.equal((await store.latest(["/a", "/b"]))?.id, "two");
    assert.equal((await store.latest(["/w"]))?.id, "one");
    assert.equal(await store.latest(["/nowhere"]), undefined);
    await store.remove("two");
    assert.equal(existsSync(join(folder, "two.jsonl")), false);
    await assert.rejects(store.open("../escape"), /not a session's id/);
  });
});
