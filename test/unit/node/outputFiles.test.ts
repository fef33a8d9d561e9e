import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { createOutputBuffer } from "../../../src/node/output.ts";
import { createOutputFiles, pruneOutputs } from "../../../src/node/outputFiles.ts";
import { temporaryFolder } from "./temporary.ts";

describe("outputs on the disk", () => {
  it("hold the whole of what was too long, as plain text", () => {
    const folder = join(temporaryFolder(), "chat");
    const buffer = createOutputBuffer({ files: createOutputFiles({ folder }) });
    const lines = Array.from({ length: 9_000 }, (_, i) => `line ${i} 好`);
    for (const line of lines) buffer.push(Buffer.from(`\x1b[32m${line}\x1b[0m\r\n`));
    const text = buffer.take("last");
    assert.match(
      text,
      /\n\[… \d+ lines \(\d+ bytes\) left out; the whole is in output:\/\/c1\.txt, which read_file opens …\]\n/,
    );
    assert.equal(buffer.whole, "output://c1.txt");
    assert.equal(readFileSync(join(folder, "c1.txt"), "utf8"), `${lines.join("\n")}\n`);
    assert.equal(statSync(join(folder, "c1.txt")).mode & 0o777, 0o600);
  });

  it("are not made for what the model is given whole", () => {
    const folder = join(temporaryFolder(), "chat");
    const buffer = createOutputBuffer({ files: createOutputFiles({ folder }) });
    buffer.push(Buffer.from("short\n"));
    for (let i = 0; i < 50_000; i++) buffer.push(Buffer.from(`\r${i}%`));
    assert.deepEqual([buffer.take("last"), buffer.whole, existsSync(folder)], ["short\n49999%", undefined, false]);
  });

  it("go on after a look in between", () => {
    const folder = temporaryFolder();
    const buffer = createOutputBuffer({ files: createOutputFiles({ folder }) });
    buffer.push(Buffer.from("begun\n"));
    assert.equal(buffer.take("more follows"), "begun\n");
    buffer.push(Buffer.from("x".repeat(40_000)));
    assert.match(buffer.take("last"), /the whole is in output:\/\/c1\.txt/);
    assert.equal(readFileSync(join(folder, "c1.txt"), "utf8"), `begun\n${"x".repeat(40_000)}`);
  });

  it("end where the file is full, and are done without where the disk refuses", () => {
    const folder = temporaryFolder();
    const file = createOutputFiles({ folder, maxBytes: 10 }).create();
    assert.deepEqual([file?.write("12345"), file?.write("678901"), file?.write("more")], [true, true, true]);
    assert.equal(
      readFileSync(join(folder, "c1.txt"), "utf8"),
      "1234567890\n[the rest is not kept: this file is full with 10 bytes]\n",
    );
    writeFileSync(join(folder, "no-folder"), "");
    const refused = createOutputBuffer({ files: createOutputFiles({ folder: join(folder, "no-folder") }) });
    refused.push(Buffer.from("y".repeat(40_000)));
    assert.match(refused.take("last"), /bytes left out; run it again with its output in a file/);
  });

  it("never take a name that is taken", () => {
    const folder = temporaryFolder({ "c7.txt": "old" });
    const [one, two] = [createOutputFiles({ folder }).create(), createOutputFiles({ folder }).create()];
    assert.deepEqual([one?.address, two?.address], ["output://c8.txt", "output://c9.txt"]);
    one?.close();
    two?.close();
    assert.equal(readFileSync(join(folder, "c7.txt"), "utf8"), "old");
  });

  it("old ones go, and the oldest of too many; nothing else does", async () => {
    const root = temporaryFolder();
    for (const chat of ["a", "b"]) mkdirSync(join(root, chat));
    const put = (name: string, bytes: number, ageS: number) => {
      writeFileSync(join(root, name), "x".repeat(bytes));
      const at = Date.now() / 1000 - ageS;
      utimesSync(join(root, name), at, at);
    };
    put("a/c1.txt", 10, 1_000);
    put("a/c2.txt", 60, 20);
    put("b/c1.txt", 60, 30);
    put("b/c2.txt", 30, 10);
    put("b/notes.txt", 500, 9_999);
    await pruneOutputs(root, { maxAgeMs: 500_000, maxBytes: 100 });
    assert.deepEqual(
      [readdirSync(join(root, "a")), readdirSync(join(root, "b")).sort()],
      [["c2.txt"], ["c2.txt", "notes.txt"]],
    );
    await pruneOutputs(join(root, "missing"));
  });
});
