import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { lockSession } from "../../../src/host/sessionLock.ts";

const MODULE = join(import.meta.dirname, "../../../src/host/sessionLock.ts");

describe("lockSession", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lock-"));
    path = join(folder, "chat.jsonl");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Takes the lock in another process, which then lives until it is killed. */
  async function holder() {
    const code = `import { lockSession } from ${JSON.stringify(MODULE)};
      await lockSession(${JSON.stringify(path)}, { waitMs: 0 });
      process.stdout.write("held"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    return child;
  }

  it("is held by one, and free again when released", async () => {
    const lock = await lockSession(path, { waitMs: 0 });
    assert.ok(lock);
    assert.equal(await lockSession(path, { waitMs: 150 }), undefined);
    await lock.release();
    assert.equal(existsSync(`${path}.lock`), false);
    await (await lockSession(path, { waitMs: 0 }))?.release();
  });

  it("waits for the one who is about to let go", async () => {
    const first = await lockSession(path, { waitMs: 0 });
    setTimeout(() => void first?.release(), 150);
    const second = await lockSession(path, { waitMs: 3000 });
    assert.ok(second);
    await second.release();
  });

  it("is taken from a process that was killed, not from one that lives", async () => {
    const child = await holder();
    assert.equal(await lockSession(path, { waitMs: 150 }), undefined);
    child.kill("SIGKILL");
    await once(child, "exit");
    const lock = await lockSession(path, { waitMs: 0 });
    assert.ok(lock);
    await lock.release();
  });

  it("is taken when nobody renewed it, though a process of that number lives", async () => {
    writeFileSync(`${path}.lock`, String(process.ppid));
    const then = new Date(Date.now() - 60_000);
    utimesSync(`${path}.lock`, then, then);
    const lock = await lockSession(path, { waitMs: 0 });
    assert.ok(lock);
    await lock.release();
  });
});
