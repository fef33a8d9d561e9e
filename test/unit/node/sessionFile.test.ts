import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "mocha";
import { openSessionFile, type SessionFile } from "../../../src/node/sessionFile.ts";
import { type SessionError, sessionFailure } from "../../../src/sessions/errors.ts";
import type { SessionRecord } from "../../../src/sessions/format.ts";
import { parseSession } from "../../../src/sessions/parse.ts";
import { temporaryFolder } from "./temporary.ts";

const at = (minute: number) => `2026-11-21T10:${String(minute).padStart(2, "0")}:00.000Z`;

const head: SessionRecord = {
  v: 1,
  type: "session",
  id: "s",
  at: at(0),
  workspace: ["/w"],
  model: "mimo-v2.6-pro",
  system: "s",
  tools: [],
};

function said(content: string, minute = 1): SessionRecord {
  return { type: "message", at: at(minute), message: { role: "user", content } };
}

function linesOf(...records: SessionRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: it said no`), { code });
}

/** A disk with room for so many bytes; without it, all the room there is. */
function disk(code = "ENOSPC") {
  const state = { room: Number.POSITIVE_INFINITY };
  const write = (file: number, bytes: Buffer, offset: number) => {
    if (state.room <= 0) throw failure(code);
    const length = Math.min(bytes.length - offset, state.room);
    state.room -= length;
    return writeSync(file, bytes, offset, length);
  };
  return { state, write };
}

function reasonOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return sessionFailure(error);
  }
}

describe("session files", function () {
  this.timeout(20_000);

  it("keep what was appended, one record a line, for the owner only", async () => {
    const path = join(temporaryFolder(), "deep/er/s.jsonl");
    const file = await openSessionFile(path);
    assert.deepEqual(file.records, []);
    file.append(head);
    file.append(said("多\nlines \u2028"));
    assert.equal(readFileSync(path, "utf8"), linesOf(head, said("多\nlines \u2028")));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    await file.sync();
    await file.close();
    await file.close();
    assert.deepEqual((await openSessionFile(path)).records, [head, said("多\nlines \u2028")]);
  });

  it("are brought to the disk once a turn, one flush at a time, and before they are closed", async () => {
    const path = join(temporaryFolder(), "s.jsonl");
    const flushes: (() => void)[] = [];
    const flush = () => new Promise<void>((resolve) => flushes.push(resolve));
    const file = await openSessionFile(path, { flush });
    const turn: SessionRecord = { type: "message", at: at(2), message: { role: "assistant", content: "a" } };
    file.append(head);
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
    file.append(head);
    await file.close();
    const other = await openSessionFile(join(folder, "other.jsonl"));
    assert.throws(() => file.append(said("late")), /closed/);
    assert.equal(readFileSync(join(folder, "other.jsonl"), "utf8"), "");
    await other.close();
  });

  it("cut off a torn last line before they go on, wherever it was torn", async () => {
    const whole = linesOf(head, said("é good"));
    const line = Buffer.from(JSON.stringify(said("last é")));
    const path = join(temporaryFolder(), "s.jsonl");
    for (let cut = 0; cut <= line.length; cut++) {
      writeFileSync(path, Buffer.concat([Buffer.from(whole), line.subarray(0, cut)]));
      const file = await openSessionFile(path);
      const isWhole = cut === line.length;
      assert.equal(file.records.length, isWhole ? 3 : 2);
      assert.deepEqual([file.damage.torn, file.damage.bad], [cut > 0 && !isWhole, 0]);
      assert.equal(statSync(path).size, Buffer.byteLength(whole) + cut, "only reading changes nothing");
      file.append(said("next"));
      await file.close();
      const expected = `${whole}${isWhole ? `${line.toString()}\n` : ""}${linesOf(said("next"))}`;
      assert.equal(readFileSync(path, "utf8"), expected);
    }
  });

  it("keep a whole last line of a newer version, and cut off the zeros of a power cut", async () => {
    const path = join(temporaryFolder(), "s.jsonl");
    const newer = '{"type":"bookmark","at":"x"}';
    for (const [tail, kept] of [
      [newer, `${newer}\n`],
      ["\0".repeat(4096), ""],
    ] as const) {
      writeFileSync(path, linesOf(head) + tail);
      const file = await openSessionFile(path);
      file.append(said("next"));
      await file.close();
      assert.equal(readFileSync(path, "utf8"), linesOf(head) + kept + linesOf(said("next")));
    }
    writeFileSync(path, "\0".repeat(512));
    const empty = await openSessionFile(path);
    empty.append(head);
    await empty.close();
    assert.equal(readFileSync(path, "utf8"), linesOf(head));
  });

  it("leave files alone that are no sessions, or a newer version's", async () => {
    const newer = `${JSON.stringify({ ...head, v: 2 })}\n${linesOf(said("a"))}`;
    for (const [text, reason] of [
      ["dear diary\nlast line", "not_a_session"],
      ['{"some":"json"}\n', "not_a_session"],
      [newer, "too_new"],
    ] as const) {
      const path = join(temporaryFolder({ "notes.txt": text }), "notes.txt");
      await assert.rejects(openSessionFile(path), (error) => sessionFailure(error) === reason);
      assert.equal(readFileSync(path, "utf8"), text);
    }
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

  it("keep a record of 50 MB", async () => {
    const path = join(temporaryFolder(), "s.jsonl");
    const url = `data:image/png;base64,${"A".repeat(50 * 1024 * 1024)}`;
    const large: SessionRecord = {
      type: "message",
      at: at(1),
      message: {
        role: "user",
        content: [
          { type: "text", text: "what is it?" },
          { type: "image_url", image_url: { url } },
        ],
      },
    };
    const file = await openSessionFile(path);
    for (const record of [head, large, said("next")]) file.append(record);
    await file.close();
    const again = await openSessionFile(path);
    assert.deepEqual(again.records, [head, large, said("next")]);
    await again.close();
  });
});

describe("session files on a disk that refuses", () => {
  /** Where the file stands with a head in it, on a disk that then has `room` bytes left. */
  async function opened(room: number, code?: string) {
    const path = join(temporaryFolder(), "s.jsonl");
    const { state, write } = disk(code);
    const file = await openSessionFile(path, { write });
    file.append(head);
    state.room = room;
    return { path, state, file };
  }

  it("say so, keep nothing torn, and go on with everything once there is room", async () => {
    for (const room of [0, 1, 30]) {
      const { path, state, file } = await opened(room);
      assert.equal(
        reasonOf(() => file.append(said("one"))),
        "full",
      );
      assert.equal(
        reasonOf(() => file.append(said("two"))),
        "full",
      );
      assert.equal(readFileSync(path, "utf8"), linesOf(head));
      assert.deepEqual(file.unwritten, [said("one"), said("two")]);
      state.room = 10_000;
      file.append(said("three"));
      assert.deepEqual(file.unwritten, []);
      assert.equal(readFileSync(path, "utf8"), linesOf(head, said("one"), said("two"), said("three")));
      await file.close();
    }
  });

  it("hand what is unwritten to the next opening, or write it when they are closed", async () => {
    const { path, state, file } = await opened(0);
    assert.equal(
      reasonOf(() => file.append(said("one"))),
      "full",
    );
    await file.close();
    assert.deepEqual(file.unwritten, [said("one")]);
    const { write, state: second } = disk();
    second.room = 0;
    const again: SessionFile = await openSessionFile(path, { write, unwritten: file.unwritten });
    assert.deepEqual(again.records, [head, said("one")]);
    assert.equal(readFileSync(path, "utf8"), linesOf(head));
    second.room = 10_000;
    await again.close();
    assert.deepEqual(again.unwritten, []);
    assert.equal(readFileSync(path, "utf8"), linesOf(head, said("one")));
    assert.equal(state.room, 0);
  });

  it("name what is wrong", async () => {
    for (const [code, reason] of [
      ["EDQUOT", "full"],
      ["EROFS", "read_only"],
      ["EACCES", "denied"],
      ["EIO", "failed"],
    ]) {
      const { file } = await opened(0, code);
      assert.equal(
        reasonOf(() => file.append(said("one"))),
        reason,
      );
      await file.close();
    }
  });

  it("tell whoever syncs of a disk that refuses later", async () => {
    const path = join(temporaryFolder(), "s.jsonl");
    const file = await openSessionFile(path, { flush: () => Promise.reject(failure("ENOSPC")) });
    file.append(head);
    await assert.rejects(file.sync(), { name: "StorageFull" });
    await file.close();
  });

  it("say what to do, and keep what the system said", async () => {
    const { file } = await opened(0);
    assert.throws(
      () => file.append(said("one")),
      (error: SessionError) => {
        assert.match(error.message, /disk is full.*Free some space/);
        assert.match(String(error.cause), /ENOSPC/);
        return true;
      },
    );
    await file.close();
  });

  it("are put back whole when their folder is deleted under them", async () => {
    const path = join(temporaryFolder(), "sessions/s.jsonl");
    const file = await openSessionFile(path);
    file.append(head);
    file.append(said("one"));
    rmSync(dirname(path), { recursive: true });
    file.append(said("two"));
    assert.equal(readFileSync(path, "utf8"), linesOf(head, said("one"), said("two")));
    rmSync(path);
    writeFileSync(path, "another file");
    assert.equal(
      reasonOf(() => file.append(said("three"))),
      "gone",
    );
    assert.equal(readFileSync(path, "utf8"), "another file");
    await file.close();
  });

  it("write nothing once another has taken them over", async () => {
    const path = join(temporaryFolder(), "s.jsonl");
    let isOurs = true;
    const file = await openSessionFile(path, { lock: { isHeld: () => isOurs, retake: () => false } });
    file.append(head);
    isOurs = false;
    appendFileSync(path, linesOf(said("theirs")));
    assert.equal(
      reasonOf(() => file.append(said("ours"))),
      "in_use",
    );
    await file.close();
    assert.deepEqual(file.unwritten, [said("ours")]);
    assert.equal(readFileSync(path, "utf8"), linesOf(head, said("theirs")));
    rmSync(path);
    assert.equal(existsSync(path), false);
  });
});
