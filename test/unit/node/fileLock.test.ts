import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, it } from "mocha";
import { isLocked, lockFile } from "../../../src/node/fileLock.ts";
import { isStale, type LockOwner, type Processes, parseOwner, thisProcess } from "../../../src/node/lockOwner.ts";
import { temporaryFolder } from "./temporary.ts";

const MODULE = join(import.meta.dirname, "../../../src/node/fileLock.ts");
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function place(): string {
  return join(temporaryFolder(), "chat.jsonl");
}

/** Runs code in another process, with `lockFile` and `path` at hand. */
function other(path: string, code: string): ChildProcess {
  const text = `import { lockFile } from ${JSON.stringify(MODULE)}; const path = ${JSON.stringify(path)}; ${code}`;
  const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", text], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return child;
}

async function holder(path: string): Promise<ChildProcess> {
  const child = other(path, `await lockFile(path, { waitMs: 0 }); console.log("held"); setInterval(() => {}, 1000);`);
  await once(child.stdout as NodeJS.ReadableStream, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

function beside(path: string): string[] {
  return readdirSync(dirname(path)).sort();
}

describe("lockFile", function () {
  this.timeout(60_000);

  it("is held by one, and free again when released", async () => {
    const path = place();
    assert.equal(await isLocked(path), false);
    const lock = await lockFile(path, { waitMs: 0 });
    assert.ok(lock);
    assert.equal(lock.isHeld(), true);
    assert.equal(await isLocked(path), true);
    assert.equal(await lockFile(path, { waitMs: 150 }), undefined);
    await lock.release();
    assert.deepEqual([beside(path), await isLocked(path)], [[], false]);
    const again = await lockFile(path, { waitMs: 0 });
    assert.ok(again);
    await again.release();
  });

  it("waits for the one who is about to let go", async () => {
    const path = place();
    const first = await lockFile(path, { waitMs: 0 });
    setTimeout(() => void first?.release(), 150);
    const second = await lockFile(path, { waitMs: 3000 });
    assert.ok(second);
    await second.release();
  });

  it("is taken from a process that was killed, not from one that lives", async () => {
    const path = place();
    const child = await holder(path);
    assert.equal(await lockFile(path, { waitMs: 150 }), undefined);
    await kill(child);
    assert.equal(await isLocked(path), false);
    const lock = await lockFile(path, { waitMs: 0 });
    assert.ok(lock);
    assert.deepEqual(beside(path), ["chat.jsonl.lock.2"], "what the dead left is gone");
    await lock.release();
    assert.deepEqual(beside(path), []);
  });

  it("is not taken from a live process however long it was not renewed: clocks step, machines sleep", async () => {
    const path = place();
    const lock = await lockFile(path, { waitMs: 0 });
    for (const at of [1000, Date.now() / 1000 + 100_000]) {
      utimesSync(`${path}.lock`, at, at);
      assert.equal(await lockFile(path, { waitMs: 0 }), undefined);
    }
    await lock?.release();
  });

  it("goes by age alone where it says nothing, or comes from another machine", async () => {
    for (const text of ["", "{", JSON.stringify({ ...thisProcess(), machine: "another" })]) {
      const path = place();
      writeFileSync(`${path}.lock`, text);
      assert.equal(await lockFile(path, { waitMs: 0 }), undefined, text);
      const then = Date.now() / 1000 - 60;
      utimesSync(`${path}.lock`, then, then);
      const lock = await lockFile(path, { waitMs: 0 });
      assert.ok(lock, text);
      assert.deepEqual(beside(path), ["chat.jsonl.lock.2"]);
      await lock.release();
    }
  });

  it("tells a holder that it was taken over, and leaves the new one alone", async () => {
    const path = place();
    const lock = await lockFile(path, { waitMs: 0 });
    writeFileSync(`${path}.lock`, JSON.stringify(thisProcess()));
    assert.equal(lock?.isHeld(), false);
    await lock?.release();
    assert.deepEqual(beside(path), ["chat.jsonl.lock"]);
  });

  it("can be put back after its folder was deleted, unless another was faster", async () => {
    const path = place();
    const lock = await lockFile(path, { waitMs: 0 });
    rmSync(dirname(path), { recursive: true });
    assert.equal(lock?.isHeld(), false);
    assert.equal(lock?.retake(), true);
    assert.equal(lock?.isHeld(), true);
    rmSync(`${path}.lock`);
    const faster = await lockFile(path, { waitMs: 0 });
    assert.equal(lock?.retake(), false);
    await faster?.release();
  });

  it("lets one in at a time, whoever of many takes it, lets go, or is killed while holding it", async () => {
    const path = place();
    const inside = join(dirname(path), "inside");
    // Every holder writes its own name, waits, and finds it unchanged. Some are killed inside, which leaves a stale lock.
    const code = `
      import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
      const inside = ${JSON.stringify(inside)};
      for (let i = 0; i < 60; ) {
        const lock = await lockFile(path, { waitMs: 0 });
        if (!lock) { await new Promise((r) => setTimeout(r, Math.random() * 4)); continue; }
        i++;
        const me = process.pid + " " + i;
        writeFileSync(inside, me);
        await new Promise((r) => setTimeout(r, Math.random() * 3));
        if (readFileSync(inside, "utf8") !== me || !lock.isHeld()) console.log("CROSSED");
        if (Math.random() < 0.06) process.kill(process.pid, "SIGKILL");
        console.log("in");
        await lock.release();
      }`;
    let said = "";
    const run = async () => {
      const child = other(path, code);
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      await once(child, "close");
    };
    await Promise.all(Array.from({ length: 6 }, run));
    const words = said.trim().split("\n");
    assert.deepEqual(
      words.filter((word) => word !== "in"),
      [],
    );
    assert.ok(words.length > 20, `${words.length} times inside`);
    const lock = await lockFile(path, { waitMs: 0 });
    assert.ok(lock);
    await lock.release();
    assert.deepEqual(
      beside(path).filter((name) => name !== "inside"),
      [],
    );
  });

  it("is won by one of many who find the same dead lock", async () => {
    const path = place();
    for (let round = 0; round < 5; round++) {
      await kill(await holder(path));
      const start = Date.now() + 700;
      const code = `
        while (Date.now() < ${start}) {}
        const lock = await lockFile(path, { waitMs: 0 });
        console.log(lock ? "won" : "lost");
        setInterval(() => {}, 1000);`;
      const takers = Array.from({ length: 6 }, () => other(path, code));
      const words = await Promise.all(
        takers.map(async (child) => String((await once(child.stdout as NodeJS.ReadableStream, "data"))[0]).trim()),
      );
      assert.deepEqual(words.sort(), ["lost", "lost", "lost", "lost", "lost", "won"]);
      await Promise.all(takers.map(kill));
    }
  });
});

describe("a lock's holder", () => {
  const owner: LockOwner = { token: "t", pid: 7, machine: "here", started: "100" };
  const LONG = 100_000;
  const world = (state: "alive" | "dead", started: string): Processes => ({
    machine: "here",
    state: () => state,
    started: () => started,
  });

  it("is dead when no such process runs, or another one of that number", () => {
    const sight = { owner, ageMs: 0, watchedMs: 0 };
    assert.equal(isStale(sight, world("dead", "")), true);
    assert.equal(isStale(sight, world("alive", "100")), false);
    assert.equal(isStale(sight, world("alive", "999")), true);
  });

  it("lives as long as its process, whatever the age", () => {
    assert.equal(isStale({ owner, ageMs: LONG, watchedMs: LONG }, world("alive", "100")), false);
  });

  it("where starts cannot be read, is dead when its lock is old and stays so while it is watched", () => {
    const seen = (ageMs: number, watchedMs: number) => isStale({ owner, ageMs, watchedMs }, world("alive", ""));
    assert.deepEqual([seen(LONG, 0), seen(0, LONG), seen(LONG, LONG)], [false, false, true]);
  });

  it("on another machine is judged by age", () => {
    const far = { ...owner, machine: "there" };
    assert.equal(isStale({ owner: far, ageMs: 1000, watchedMs: LONG }, world("dead", "")), false);
    assert.equal(isStale({ owner: far, ageMs: LONG, watchedMs: 0 }, world("alive", "100")), true);
    assert.equal(isStale({ owner: undefined, ageMs: 1000, watchedMs: LONG }, world("dead", "")), false);
  });

  it("is read from the file, or not at all", () => {
    const me = thisProcess();
    assert.deepEqual(parseOwner(JSON.stringify(me)), me);
    for (const text of [
      "",
      "12",
      "null",
      "{}",
      JSON.stringify({ ...me, pid: -1 }),
      JSON.stringify({ ...me, pid: "1" }),
    ])
      assert.equal(parseOwner(text), undefined, text);
    assert.equal(me.started !== "", process.platform === "linux");
  });
});
