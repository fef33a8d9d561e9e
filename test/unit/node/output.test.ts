import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createLiveOutput, createOutputBuffer, plainText } from "../../../src/node/output.ts";
import { localEncoding } from "../../../src/node/outputDecoding.ts";

describe("plain text of output", function () {
  this.timeout(10_000);
  this.retries(2);

  it("drops escapes and control characters", () => {
    const cases: [string, string][] = [
      ["\x1b[1;31mred\x1b[0m", "red"],
      ["\x1b]0;title\x07text", "text"],
      ["\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"],
      ["\x1b]633;never ended\nnext", "\nnext"],
      ["\x1b(Ba\x1b7b\x1b[?25l", "ab"],
      ["a\x00b\x07c\td", "abc\td"],
      ["ab\x08c", "ac"],
      ["ab\x08 \x08c", "ac"],
      ["_\x08X_\x08Y", "XY"],
      ["\x1b]52;c;cHdk\x07x\x1bP1$r\x1b\\y\x1b_apc\x1b\\z", "xyz"],
      ["\x9b31mred\x9d0;t\x9cx\x90q\x9cy", "redxy"],
      ["a\u{e0041}\u{e007f}b\u202ec\u2066d", "abcd"],
    ];
    for (const [raw, plain] of cases) assert.equal(plainText(raw), plain, JSON.stringify(raw));
  });

  it("keeps the last state of a line that was printed over", () => {
    assert.equal(plainText("10%\r50%\r100%\ndone\r\n"), "100%\ndone\n");
    assert.equal(plainText("a\r\r\nb\rc\r"), "a\nc");
  });

  it("takes linear time", () => {
    const start = performance.now();
    plainText("x".repeat(1_000_000));
    plainText("\r".repeat(1_000_000));
    plainText("\x1b]".repeat(300_000));
    plainText("\x1b[0".repeat(300_000));
    assert.ok(performance.now() - start < 2_000);
  });
});

describe("output for the model", function () {
  this.timeout(10_000);
  this.retries(2);

  it("puts characters together that came in pieces, and replaces what is none", () => {
    const buffer = createOutputBuffer();
    for (const byte of Buffer.from("你好 😀")) buffer.push(Buffer.of(byte));
    buffer.push(Buffer.of(0x0a, 0xff, 0x0a));
    assert.equal(buffer.take("last"), "你好 😀\n\uFFFD\n");
  });

  it("keeps head and tail by whole lines and counts what is left out", () => {
    const buffer = createOutputBuffer();
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`);
    for (const line of lines) buffer.push(Buffer.from(line));
    const text = buffer.take("last");
    const [, head = "", left = "", tail = ""] =
      /^([^[]*)\[… \d+ lines \((\d+) bytes\) left out[^\n]*\]\n(.*)$/s.exec(text) ?? [];
    assert.ok(text.length < 31_000);
    assert.ok(head.startsWith("line 0\nline 1\n") && head.endsWith("\n"));
    assert.match(tail, /^line \d+\n/);
    assert.ok(tail.endsWith("line 19999\n"));
    assert.equal(Number(left) + head.length + tail.length, lines.join("").length);
  });

  it("needs little memory and time for a lot of output", () => {
    const buffer = createOutputBuffer();
    const chunk = Buffer.from(`${"z".repeat(65_535)}\n`);
    const start = performance.now();
    for (let i = 0; i < 3_000; i++) buffer.push(chunk);
    const text = buffer.take("last");
    assert.ok(performance.now() - start < 3_000);
    assert.ok(text.length < 31_000);
    assert.match(text, /\[… 299\d lines \(196\d{6} bytes\) left out/);
  });

  it("survives a cut in the middle of wide characters", () => {
    const buffer = createOutputBuffer();
    buffer.push(Buffer.from("好".repeat(1_000_000)));
    assert.match(buffer.take("last"), /^好+\n\[… \d+ bytes left out[^\n]*\]\n好+$/);
  });
});

describe("output that is no text", () => {
  const NOTE = "[binary data: left out]";
  const textOf = (...parts: (string | Uint8Array)[]) => {
    const buffer = createOutputBuffer();
    for (const part of parts) buffer.push(Buffer.from(part as Uint8Array));
    return buffer.take("last");
  };

  it("is left out, and the text around it stays", () => {
    const png = Buffer.from("89504e470d0a1a0a0000000d494844520000001000000010080600000089fa1c2fe5b7d89a0aff", "hex");
    assert.equal(textOf("before\n", png, "\nafter\n"), `before\n${NOTE}\nafter\n`);
    assert.equal(textOf(new Uint8Array(100_000)), NOTE);
    assert.equal(textOf("ok\n", new Uint8Array(100_000), new Uint8Array(100_000), "\nend"), `ok\n${NOTE}\nend`);
  });

  it("a stray byte, colours, NULs between names and Chinese are text", () => {
    assert.equal(textOf("caf", Buffer.of(0xe9), "\n"), "café\n");
    assert.equal(textOf("odd ", Buffer.of(0x81), "\n"), "odd \uFFFD\n");
    assert.equal(textOf("\x1b[31mred\x1b[0m \x1b[1mbold\x1b[0m\n"), "red bold\n");
    assert.equal(textOf("a\0b\0c\0d\0e\0f\0"), "abcdef");
    assert.equal(textOf("你好，世界\n"), "你好，世界\n");
    const latin = Array.from({ length: 50 }, (_, i) => Buffer.from(`ligne ${i}: caf\xe9 termin\xe9\n`, "latin1"));
    assert.equal(textOf(...latin).split("\n").length, 51);
  });
});

describe("output in another encoding", () => {
  const read = (bytes: Buffer, encoding?: string) => {
    const buffer = createOutputBuffer({ encoding });
    buffer.push(bytes);
    return buffer.take("last");
  };
  const GBK = Buffer.from("c4e3bac3a3accac0bde7", "hex");

  it("is read line by line, because one command prints what several programs wrote", () => {
    const mixed = Buffer.concat([Buffer.from("你好\n"), GBK, Buffer.from("\ncaf\xe9\n", "latin1"), Buffer.from("好")]);
    assert.equal(read(mixed), "你好\n你好，世界\ncafé\n好");
    assert.equal(read(Buffer.from("93fa967b8cea0a", "hex"), "shift_jis"), "日本語\n");
    assert.equal(read(Buffer.from("a741a66e0a", "hex"), "big5"), "你好\n");
    assert.equal(read(Buffer.from("cff0e8e2e5f20a", "hex"), "windows-1251"), "Привет\n");
  });

  it("UTF-16 is read as that", () => {
    assert.equal(read(Buffer.from("Windows\r\n", "utf16le")), "Windows\n");
    assert.equal(read(Buffer.from("\uFEFF你好\n", "utf16le")), "你好\n");
  });

  it("the locale or the code page says what programs print", () => {
    const of = (lang: string, page?: string) => localEncoding({ LANG: lang }, page);
    assert.deepEqual(
      [
        of("zh_CN.GBK"),
        of("zh_TW"),
        of("zh_CN.UTF-8"),
        of("en_US.UTF-8"),
        of("C"),
        of("de_DE.ISO-8859-15"),
        of("xx.??"),
      ],
      ["gbk", "big5", "gb18030", undefined, undefined, "iso-8859-15", undefined],
    );
    assert.deepEqual(
      [of("", "936"), of("", "932"), of("", "1251"), of("", "65001")],
      ["gb18030", "shift_jis", "windows-1251", undefined],
    );
  });
});

describe("unread output", () => {
  it("is given once, and what is not whole yet waits for its rest", () => {
    const unread = createOutputBuffer();
    const bytes = Buffer.from("one 好\x1b[31m red\r\nlast");
    const taken: string[] = [];
    for (const byte of bytes) {
      unread.push(Buffer.of(byte));
      taken.push(unread.take("more follows"));
    }
    taken.push(unread.take("last"));
    assert.equal(taken.join(""), "one 好 red\nlast");
    assert.ok(!taken.some((text) => text.includes("\uFFFD")));
    assert.equal(unread.take("last"), "");
  });

  it("gives what never becomes whole at the end, and says what was dropped", () => {
    const unread = createOutputBuffer();
    unread.push(Buffer.from([0x61, 0xe5, 0xa5]));
    assert.deepEqual([unread.take("more follows"), unread.empty], ["a", true]);
    assert.equal(unread.take("last"), "\uFFFD");
    for (let i = 0; i < 300; i++) unread.push(Buffer.from(`${"z".repeat(9_999)}\n`));
    assert.match(unread.take("more follows"), /\n\[… 29\d lines \(29\d{5} bytes\) left out/);
    assert.equal(unread.empty, true);
  });
});

describe("live output", () => {
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it("comes in few pieces, holding back what is not whole yet", async () => {
    const pieces: string[] = [];
    const live = createLiveOutput((text) => pieces.push(text));
    const bytes = Buffer.from("\x1b[31mé");
    live.push(bytes.subarray(0, 3));
    await wait(80);
    assert.deepEqual(pieces, []);
    live.push(bytes.subarray(3, 6));
    await wait(80);
    live.push(bytes.subarray(6));
    live.push(Buffer.from("!\r"));
    await wait(80);
    live.push(Buffer.from("\nend\x1b["));
    live.end();
    assert.equal(pieces.join(""), "é!\nend");
    assert.ok(pieces.length <= 3);
  });

  it("is bounded", () => {
    const pieces: string[] = [];
    const live = createLiveOutput((text) => pieces.push(text));
    for (let i = 0; i < 100; i++) live.push(Buffer.from("w".repeat(100_000)));
    live.end();
    assert.ok(pieces.join("").length < 70_000);
  });
});
