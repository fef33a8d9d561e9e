import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import iconv from "iconv-lite";
import { describe, it } from "mocha";
import type { FilePart } from "../../../src/agent/ports.ts";
import { createFiles } from "../../../src/node/files.ts";
import { temporaryFolder } from "./temporary.ts";

const { signal } = new AbortController();

function reading(content: Readonly<Record<string, string | Uint8Array>>) {
  const folder = temporaryFolder(content);
  const files = createFiles({ roots: () => [{ name: "app", path: folder }] });
  const part = async (path: string, start: number, end: number, maxBytes = 50_000): Promise<FilePart> =>
    files.readPart(await files.locate(path), { start, end, maxBytes }, { signal });
  return { folder, files, part };
}

function shape({ text, from, to, lines, cut }: FilePart) {
  return { text, from, to, lines, cut };
}

describe("parts of files", () => {
  it("are whole lines with their endings, and can be edited after", async () => {
    const { files, part } = reading({ "a.txt": "one\r\ntwo\nthree", "empty.txt": "" });
    const whole = { text: "one\r\ntwo\nthree", from: 1, to: 3, lines: 3, cut: false };
    assert.deepEqual(shape(await part("a.txt", 1, 99)), whole);
    assert.deepEqual(shape(await part("a.txt", 2, 2)), { text: "two\n", from: 2, to: 2, lines: 3, cut: false });
    assert.deepEqual(shape(await part("a.txt", 4, 9)), { text: "", from: 4, to: 3, lines: 3, cut: false });
    assert.deepEqual(shape(await part("a.txt", 1, 9, 10)), { ...whole, text: "one\r\ntwo\n", to: 2 });
    assert.deepEqual(shape(await part("a.txt", 3, 9, 2)), { text: "th", from: 3, to: 3, lines: 3, cut: true });
    assert.deepEqual(shape(await part("empty.txt", 1, 9)), { text: "", from: 1, to: 0, lines: 0, cut: false });
    const place = await files.locate("a.txt");
    assert.equal((await part("a.txt", 2, 2)).version, (await files.read(place)).version);
  });

  it("never cut a character in two", async () => {
    const { part } = reading({ "zh.txt": "你好世界", "emoji.txt": "😀😀" });
    assert.equal((await part("zh.txt", 1, 1, 7)).text, "你好");
    assert.equal((await part("emoji.txt", 1, 1, 7)).text, "😀");
  });

  it("come from files over the cap, in every encoding", async function () {
    this.timeout(20_000);
    const count = 400_000;
    const line = (n: number) => `第${n}行 text of the line\r\n`;
    const text = Array.from({ length: count }, (_, i) => line(i + 1)).join("");
    const { folder, files, part } = reading({});
    const bytes: Readonly<Record<string, Buffer>> = {
      utf8: Buffer.from(text),
      utf8bom: Buffer.from(`\uFEFF${text}`),
      utf16le: Buffer.from(`\uFEFF${text}`, "utf16le"),
      utf16be: Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
      gbk: iconv.encode(text, "gbk"),
    };
    for (const [encoding, content] of Object.entries(bytes)) {
      assert.ok(content.length > 10_000_000);
      writeFileSync(join(folder, "large"), content);
      const first = await part("large", 1, 2);
      assert.deepEqual([first.encoding, first.text, first.lines], [encoding, line(1) + line(2), count]);
      const middle = await part("large", 300_000, 300_001);
      assert.deepEqual([middle.text, middle.from, middle.to], [line(300_000) + line(300_001), 300_000, 300_001]);
      assert.equal(middle.version, first.version);
      const last = await part("large", count, count + 10);
      assert.deepEqual([last.text, last.to], [line(count), count]);
      const past = await part("large", count + 1, count + 5);
      assert.deepEqual([past.text, past.to, past.lines], ["", count, count]);
      const capped = await part("large", 10, 10_000, 100);
      assert.deepEqual([capped.text, capped.to], [line(10) + line(11) + line(12), 12]);
    }
    await assert.rejects(files.locate("large").then(files.read), /over the limit.*read_file reads parts/);
  });

  it("of one endless line are cut, and a large binary file is named", async () => {
    const { part } = reading({
      "line.txt": "你".repeat(4_000_000),
      "big.bin": Buffer.concat([Buffer.from("7f454c460000", "hex"), Buffer.alloc(10_000_000)]),
      "later.txt": Buffer.concat([Buffer.from("a\n".repeat(6_000_000)), Buffer.from("d6d0cec40a", "hex")]),
    });
    const { text, ...rest } = shape(await part("line.txt", 1, 1, 100));
    assert.deepEqual([text, rest], ["你".repeat(33), { from: 1, to: 1, lines: 1, cut: true }]);
    await assert.rejects(part("big.bin", 1, 1), /big.bin is a binary file \(ELF program\), 10000006 bytes/);
    // What is not ASCII comes late only.
    assert.equal((await part("later.txt", 6_000_001, 6_000_001)).text, "中文\n");
  });

  it("stop when they are told to", async () => {
    const { files } = reading({ "large.txt": "a\n".repeat(6_000_000) });
    const place = await files.locate("large.txt");
    const range = { start: 1, end: 2, maxBytes: 100 };
    await assert.rejects(files.readPart(place, range, { signal: AbortSignal.abort() }), { name: "AbortError" });
  });
});
