import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it } from "mocha";
import { createBlobStore } from "../../../src/node/blobStore.ts";
import { wait } from "./processes.ts";
import { temporaryFolder } from "./temporary.ts";

const maxBytes = 50_000_000;

function packs(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name));
}

function bytesIn(folder: string): number {
  return packs(folder).reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
}

describe("the blob store", () => {
  it("gives back what was put, by its hash, also to the next process", async () => {
    const folder = join(temporaryFolder(), "blobs");
    const store = createBlobStore(folder, { maxBytes });
    const contents = [
      Buffer.alloc(0),
      Buffer.from("hello\r\n"),
      randomBytes(3_000_000),
      Buffer.from("x".repeat(99_999)),
    ];
    const refs = await Promise.all(contents.map((bytes) => store.put(bytes)));
    assert.deepEqual(
      refs,
      contents.map((bytes) => createHash("sha256").update(bytes).digest("base64url")),
    );
    for (const each of [store, createBlobStore(folder, { maxBytes })]) {
      assert.deepEqual(await Promise.all(refs.map((ref) => each.get(ref))), contents);
    }
  });

  it("keeps the same content once", async () => {
    const folder = temporaryFolder();
    const first = createBlobStore(folder, { maxBytes });
    const bytes = randomBytes(100_000);
    await Promise.all([first.put(bytes), first.put(Buffer.from(bytes)), first.put(bytes)]);
    const size = bytesIn(folder);
    await first.put(bytes);
    await createBlobStore(folder, { maxBytes }).put(bytes);
    assert.equal(bytesIn(folder), size);
    assert.ok(size < 101_000);
  });

  it("sees what another process has put since", async () => {
    const folder = temporaryFolder();
    const [one, two] = [createBlobStore(folder, { maxBytes }), createBlobStore(folder, { maxBytes })];
    const a = await one.put(Buffer.from("a"));
    const b = await two.put(Buffer.from("b"));
    const c = await one.put(Buffer.from("c"));
    await wait(100);
    assert.equal(String(await two.get(a)), "a");
    assert.equal(String(await two.get(c)), "c");
    assert.equal(String(await one.get(b)), "b");
  });

  it("takes nothing for a content that it is not", async () => {
    const folder = temporaryFolder();
    const store = createBlobStore(folder, { maxBytes });
    const bytes = randomBytes(1_000);
    const ref = await store.put(bytes);
    const other = await store.put(Buffer.from("other"));
    const [path = ""] = packs(folder);
    const pack = readFileSync(path);
    pack[500] = (pack[500] ?? 0) ^ 1;
    writeFileSync(path, pack);
    const again = createBlobStore(folder, { maxBytes });
    assert.equal(await again.get(ref), undefined);
    assert.equal(String(await again.get(other)), "other");
    assert.equal(await again.get("nothing of ours"), undefined);
    assert.equal(await again.get(createHash("sha256").digest("base64url")), undefined);
    // It is kept anew when somebody has it again.
    assert.equal(await again.put(bytes), ref);
    assert.deepEqual(await again.get(ref), bytes);
  });

  it("ignores strange files, torn ends and rubbish", async () => {
    const folder = temporaryFolder({ "notes.txt": "?", "0-1-rubbish.pack": randomBytes(500), "0-2-empty.pack": "" });
    const store = createBlobStore(folder, { maxBytes });
    const refs = [await store.put(Buffer.from("one")), await store.put(randomBytes(2_000))];
    const own = packs(folder).find((path) => statSync(path).size > 1_000) ?? "";
    truncateSync(own, statSync(own).size - 7);
    const again = createBlobStore(folder, { maxBytes });
    assert.deepEqual([String(await again.get(refs[0] ?? "")), await again.get(refs[1] ?? "")], ["one", undefined]);
    appendFileSync(own, randomBytes(300));
    assert.equal(String(await createBlobStore(folder, { maxBytes }).get(refs[0] ?? "")), "one");
  });

  it("stays within its bounds; what was least lately of use goes first", async () => {
    const folder = temporaryFolder();
    const bound = 2_000_000;
    const store = createBlobStore(folder, { maxBytes: bound });
    const refs: string[] = [];
    let most = 0;
    for (let i = 0; i < 60; i++) {
      refs.push(await store.put(randomBytes(100_000)));
      most = Math.max(most, bytesIn(folder));
    }
    assert.ok(most <= bound, `${most}`);
    const kept = await Promise.all(refs.map(async (ref) => (await store.get(ref)) !== undefined));
    assert.deepEqual(kept, [...kept].sort(), "the oldest are those that are gone");
    assert.ok(kept.filter(Boolean).length >= 15);
  });

  it("what is put again is no longer the oldest", async () => {
    const folder = temporaryFolder();
    const bytes = randomBytes(100_000);
    const bound = 2_000_000;
    const ref = await createBlobStore(folder, { maxBytes: bound }).put(bytes);
    const [first = ""] = packs(folder);
    utimesSync(first, 1_000, 1_000);
    const store = createBlobStore(folder, { maxBytes: bound });
    for (let i = 0; i < 10; i++) await store.put(randomBytes(100_000));
    for (const path of packs(folder)) if (path !== first) utimesSync(path, 2_000, 2_000);
    assert.equal(await store.put(bytes), ref);
    for (let i = 0; i < 10; i++) await store.put(randomBytes(100_000));
    assert.deepEqual(await store.get(ref), bytes);
  });

  it("says that the disk refuses, and goes on when it does not any more", async () => {
    const folder = temporaryFolder({ blobs: "a file where the folder should be" });
    const store = createBlobStore(join(folder, "blobs"), { maxBytes });
    await assert.rejects(store.put(Buffer.from("x")), { name: "SessionError" });
    rmSync(join(folder, "blobs"));
    const ref = await store.put(Buffer.from("x"));
    assert.equal(String(await store.get(ref)), "x");
  });

  it("a full disk refuses; what was kept stays, and there is more once there is room", async function () {
    const disk = smallDisk();
    if (disk === undefined) return this.skip();
    try {
      const store = createBlobStore(join(disk, "blobs"), { maxBytes });
      writeFileSync(join(disk, "ballast"), Buffer.alloc(700_000));
      const kept = await store.put(randomBytes(100_000));
      await assert.rejects(store.put(randomBytes(500_000)), { name: "StorageFull" });
      const small = await store.put(Buffer.from("small"));
      rmSync(join(disk, "ballast"));
      const large = await store.put(randomBytes(500_000));
      for (const each of [store, createBlobStore(join(disk, "blobs"), { maxBytes })]) {
        const lengths = await Promise.all([kept, small, large].map(async (ref) => (await each.get(ref))?.length));
        assert.deepEqual(lengths, [100_000, 5, 500_000]);
      }
    } finally {
      spawnSync("umount", [disk]);
    }
  });

  it("two processes prune one another's, and what was put last is there", async function () {
    this.timeout(60_000);
    const folder = temporaryFolder();
    const bound = 1_000_000;
    let most = 0;
    const store = createBlobStore(folder, { maxBytes: bound });
    await Promise.all(
      [0, 1].map(async () => {
        const child = hammer(folder, bound);
        let count = 0;
        for await (const ref of createInterface({ input: child.stdout })) {
          assert.match(ref, /^[\w-]{43}$/);
          if (++count === 300) child.kill("SIGKILL");
          most = Math.max(most, bytesIn(folder));
        }
      }),
    );
    // Each process looks after the bound by itself, a twentieth of it and a block late.
    assert.ok(most < bound * 1.3, `${most}`);
    const ref = await store.put(Buffer.from("last"));
    assert.equal(String(await createBlobStore(folder, { maxBytes: bound }).get(ref)), "last");
  });

  it("killed at any time, two processes at once: all that was said to be kept is", async function () {
    this.timeout(60_000);
    const folder = temporaryFolder();
    const said: string[] = [];
    for (let run = 0; run < 4; run++) {
      const children = [0, 1].map(() => hammer(folder));
      await Promise.all(
        children.map(async (child, i) => {
          let count = 0;
          for await (const line of createInterface({ input: child.stdout })) {
            said.push(line);
            if (++count >= 40 + 10 * i + run) child.kill("SIGKILL");
          }
        }),
      );
    }
    assert.ok(said.length >= 300, `${said.length}`);
    const store = createBlobStore(folder, { maxBytes });
    const lost: string[] = [];
    for (const ref of said) if (!(await store.get(ref))) lost.push(ref);
    assert.deepEqual(lost, []);
  });
});

function hammer(folder: string, bound = 200_000_000) {
  const program = join(import.meta.dirname, "blobHammer.ts");
  return spawn(process.execPath, [program, folder, String(bound)], { stdio: ["ignore", "pipe", "inherit"] });
}

/** A disk of a megabyte; undefined where none can be made (only root may). */
function smallDisk(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  const folder = temporaryFolder();
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1024k", "tmpfs", folder]);
  return mounted.status === 0 ? folder : undefined;
}
