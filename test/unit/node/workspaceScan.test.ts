import assert from "node:assert/strict";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { describe, it } from "mocha";
import { refOf } from "../../../src/node/blobPack.ts";
import { createBlobStore } from "../../../src/node/blobStore.ts";
import { createWorkspaceScan, type ScannedChange, type ScanOptions } from "../../../src/node/workspaceScan.ts";
import { temporaryFolder } from "./temporary.ts";

function scanOf(roots: readonly string[], options: Partial<ScanOptions> = {}) {
  const store = createBlobStore(temporaryFolder(), { maxBytes: 20_000_000 });
  return createWorkspaceScan({ roots: () => roots, store, freshMs: 0, ...options });
}

/** Path, before and after, in the order of the paths: `-` for nothing, else the kind, and the text where it is known. */
function words(changes: readonly ScannedChange[], folder: string, texts: readonly string[] = []): string[] {
  const named = new Map(texts.map((text) => [refOf(Buffer.from(text)), text]));
  const word = (state: ScannedChange["before"]) => {
    if (state === undefined) return "-";
    return state.kind === "file" ? (named.get(state.ref) ?? "file") : state.kind;
  };
  return changes.map(({ path, before, after }) => `${relative(folder, path)}: ${word(before)} ${word(after)}`).sort();
}

describe("the workspace scan", () => {
  it("sees changes of the same length, with the same time, and of the mode", async () => {
    const folder = temporaryFolder({ "a.txt": "one", "b.txt": "one", "c.txt": "c", "d.txt": "d" });
    const scan = scanOf([folder]);
    const watch = await scan.watch();
    const path = (name: string) => join(folder, name);
    const { atime, mtime } = lstatSync(path("b.txt"));
    writeFileSync(path("a.txt"), "two");
    writeFileSync(path("b.txt"), "two");
    utimesSync(path("b.txt"), atime, mtime);
    chmodSync(path("c.txt"), 0o755);
    // Touched, and the same as ever.
    writeFileSync(path("d.txt"), "d");
    const changes = await watch.take();
    assert.deepEqual(words(changes, folder, ["one", "two", "c"]), ["a.txt: one two", "b.txt: one two", "c.txt: c c"]);
    assert.deepEqual(await watch.take(), []);
    // Right after a look, faster than the clock of the file system.
    for (let i = 0; i < 10; i++) {
      writeFileSync(path("a.txt"), `tw${i}`);
      assert.equal((await watch.take()).length, 1);
    }
  });

  it("follows folders that move, and takes what is in new ones for new", async () => {
    const folder = temporaryFolder({ "src/a/b.txt": "b", "src/a/c/d.txt": "d" });
    const watch = await scanOf([folder]).watch();
    renameSync(join(folder, "src/a"), join(folder, "src/z"));
    mkdirSync(join(folder, "new/inner"), { recursive: true });
    assert.deepEqual(words(await watch.take(), folder, ["b", "d"]), [
      "new/inner: - folder",
      "new: - folder",
      "src/a/b.txt: b -",
      "src/a/c/d.txt: d -",
      "src/a/c: folder -",
      "src/a: folder -",
      "src/z/b.txt: - b",
      "src/z/c/d.txt: - d",
      "src/z/c: - folder",
      "src/z: - folder",
    ]);
  });

  it("names files as the workspace does, through links too; a folder inside another counts once", async () => {
    const real = temporaryFolder({ "a.txt": "a", "inner/b.txt": "b" });
    const link = join(temporaryFolder(), "link");
    symlinkSync(real, link);
    const watch = await scanOf([link, join(real, "inner"), real]).watch();
    writeFileSync(join(real, "a.txt"), "A");
    writeFileSync(join(real, "inner/b.txt"), "B");
    const changes = await watch.take();
    assert.equal(changes.length, 2);
    const one = await scanOf([link]).watch();
    writeFileSync(join(real, "a.txt"), "AA");
    assert.deepEqual(
      (await one.take()).map(({ path }) => path),
      [join(link, "a.txt")],
    );
  });

  it("several watches each get all; what a tool or the user did, none", async () => {
    const folder = temporaryFolder({ "a.txt": "0", "b.txt": "0", "c.txt": "0" });
    const scan = scanOf([folder]);
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    const file = (text: string) => ({ kind: "file", ref: refOf(Buffer.from(text)), mode: 0o644 }) as const;
    const one = await scan.watch();
    write("a.txt", "1");
    const two = await scan.watch();
    write("a.txt", "2");
    const texts = ["0", "1", "2", "tool", "after"];
    assert.deepEqual(words(await two.take(), folder, texts), ["a.txt: 1 2"]);
    assert.deepEqual(words(await one.take(), folder, texts), ["a.txt: 0 2"]);
    write("b.txt", "tool");
    scan.explain(join(folder, "b.txt"), file("tool"));
    write("c.txt", "saved");
    scan.explainUser(join(folder, "c.txt"));
    assert.deepEqual(await one.take(), []);
    write("b.txt", "after");
    write("c.txt", "after");
    assert.deepEqual(words(await one.take(), folder, texts), ["b.txt: tool after", "c.txt: file after"]);
    // Explained and changed once more before anybody looked: only the rest is news.
    write("b.txt", "tool");
    scan.explain(join(folder, "b.txt"), file("tool"));
    write("b.txt", "after");
    assert.deepEqual(words(await one.take(), folder, texts), ["b.txt: tool after"]);
    one.end();
  });

  it("passes over what is large, what is too much, and folders of installed packages", async () => {
    const folder = temporaryFolder({
      "large.txt": "x".repeat(2_000),
      "node_modules/p/index.js": "p",
      "a.txt": "a".repeat(900),
      "b.txt": "b".repeat(900),
    });
    const scan = scanOf([folder], { maxFileBytes: 1_000, maxBytes: 1_000 });
    const watch = await scan.watch();
    assert.deepEqual(scan.uncovered(), [{ path: folder, why: "too_many_bytes" }]);
    for (const name of ["large.txt", "b.txt", "node_modules/p/index.js"]) writeFileSync(join(folder, name), "small");
    assert.deepEqual(words(await watch.take(), folder, ["small"]), ["b.txt: unkept small", "large.txt: unkept small"]);
  });

  it("a workspace folder that goes, and comes back", async () => {
    const folder = join(temporaryFolder({ "w/a.txt": "a" }), "w");
    const watch = await scanOf([folder]).watch();
    rmSync(folder, { recursive: true });
    assert.deepEqual(words(await watch.take(), folder, ["a"]), ["a.txt: a -"]);
    mkdirSync(folder);
    writeFileSync(join(folder, "n.txt"), "n");
    assert.deepEqual(words(await watch.take(), folder, ["n"]), ["n.txt: - n"]);
  });

  it("looks once for those who ask at the same time, and again for those who ask later", async () => {
    const folder = temporaryFolder({ "a.txt": "a" });
    const scan = scanOf([folder]);
    scan.prepare();
    const watches = await Promise.all([scan.watch(), scan.watch(), scan.watch()]);
    writeFileSync(join(folder, "a.txt"), "A");
    const taken = await Promise.all(watches.map((watch) => watch.take()));
    assert.deepEqual(
      taken.map((changes) => changes.length),
      [1, 1, 1],
    );
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "A");
  });
});
