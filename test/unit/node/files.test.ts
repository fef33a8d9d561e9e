import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { ToolError } from "../../../src/agent/errors.ts";
import { createFiles } from "../../../src/node/files.ts";
import { checkSpelling } from "../../../src/node/spelling.ts";
import { temporaryFolder } from "./temporary.ts";

function filesIn(...folders: [string, string][]) {
  return createFiles({ roots: () => folders.map(([name, path]) => ({ name, path })) });
}

function one(content: Readonly<Record<string, string | Uint8Array>> = {}) {
  const folder = temporaryFolder(content);
  return { folder, files: filesIn(["app", folder]) };
}

/** Noise that only its being no words gives away. */
const notControl = (byte: number) => (byte < 0x20 ? byte + 0x80 : byte);

const toolError = (words: RegExp) => (error: unknown) => error instanceof ToolError && words.test(error.message);

describe("locating paths", () => {
  it("takes relative paths from the folder and shows them so", async () => {
    const { folder, files } = one({ "src/a.ts": "" });
    const place = { path: join(folder, "src/a.ts"), shown: "src/a.ts", inside: true, kind: "file" };
    assert.deepEqual(await files.locate("src/a.ts"), place);
    assert.deepEqual(await files.locate("./src/../src/a.ts"), place);
    assert.deepEqual(await files.locate(join(folder, "src/a.ts")), place);
    assert.deepEqual(await files.locate("."), { path: folder, shown: ".", inside: true, kind: "folder" });
    assert.deepEqual(await files.locate("no/such"), {
      path: join(folder, "no/such"),
      shown: "no/such",
      inside: true,
      kind: "missing",
    });
    assert.equal((await files.locate("src/a.ts/x")).kind, "missing");
  });

  it("knows what lies outside, also behind links, dangling ones and `..`", async () => {
    const outside = temporaryFolder({ secret: "s" });
    const { folder, files } = one();
    symlinkSync(outside, join(folder, "out"));
    symlinkSync(join(outside, "not-yet"), join(folder, "dangling"));
    mkdirSync(join(folder, "in"));
    symlinkSync("in", join(folder, "alias"));
    assert.deepEqual(await files.locate("out/secret"), {
      path: join(outside, "secret"),
      shown: join(outside, "secret"),
      inside: false,
      kind: "file",
      alias: join(folder, "out/secret"),
    });
    assert.equal((await files.locate("out/new/file")).inside, false);
    assert.deepEqual(await files.locate("dangling"), {
      path: join(outside, "not-yet"),
      shown: join(outside, "not-yet"),
      inside: false,
      kind: "missing",
      alias: join(folder, "dangling"),
    });
    assert.equal((await files.locate(`../${outside.split("/").at(-1)}/secret`)).inside, false);
    assert.equal((await files.locate(`${folder}-other/x`)).inside, false);
    // A link within the folder is shown as what it leads to: that is what is judged.
    assert.equal((await files.locate("alias/new.ts")).shown, "in/new.ts");
    assert.equal((await files.locate("alias/new.ts")).alias, join(folder, "alias/new.ts"));
    symlinkSync("loop", join(folder, "loop"));
    await assert.rejects(files.locate("loop/x"), toolError(/circle/));
  });

  it("begins with the folder's name when there are several", async () => {
    const a = temporaryFolder({ "x.ts": "" });
    const b = temporaryFolder({ "y.ts": "" });
    const c = temporaryFolder();
    const files = filesIn(["api", a], ["web", b], ["web", c]);
    assert.deepEqual(await files.locate("web/y.ts"), {
      path: join(b, "y.ts"),
      shown: "web/y.ts",
      inside: true,
      kind: "file",
    });
    assert.equal((await files.locate("x.ts")).shown, "api/x.ts");
    assert.equal((await files.locate(join(b, "y.ts"))).shown, "web/y.ts");
    assert.equal((await files.locate("web-2/n.ts")).path, join(c, "n.ts"));
    assert.equal((await files.locate(".")).shown, ".");
    assert.equal((await files.locate("api")).shown, "api");
  });

  it("works in a folder that is itself reached by a link", async () => {
    const real = temporaryFolder({ "a.ts": "1" });
    const link = join(temporaryFolder(), "link");
    symlinkSync(real, link);
    const files = filesIn(["app", link]);
    assert.deepEqual(await files.locate(join(real, "a.ts")), {
      path: join(link, "a.ts"),
      shown: "a.ts",
      inside: true,
      kind: "file",
    });
  });

  it("refuses spellings that mean something else", async () => {
    const { files } = one();
    const refused = [
      "~/x",
      "~",
      "~root/x",
      "file:///etc/passwd",
      "a\0b",
      "",
      "  ",
      "C:\\x",
      "\\\\host\\x",
      "src\\a.ts",
    ];
    for (const path of refused) await assert.rejects(files.locate(path), ToolError, path);
    await assert.rejects(createFiles({ roots: () => [] }).locate("x"), toolError(/No folder is open/));
  });

  it("refuses the spellings of Windows that name devices, streams and other machines", () => {
    const bad = ["con", "a\\NUL.txt", "COM1", "x.txt:stream", "C:x", "\\\\?\\C:\\x", "//server/share", "a./b", "a /b"];
    for (const path of bad) assert.throws(() => checkSpelling(path, "win32"), ToolError, path);
    for (const path of ["C:\\a\\b.ts", "a\\b.ts", "..\\x", "./a", "console.ts"]) checkSpelling(path, "win32");
  });
});

describe("what a protected name leads to", () => {
  it("has that name too, by whatever path it is reached", async () => {
    const { folder, files } = one({ "conf/deep/tasks.json": "{}", "config/a.json": "{}" });
    symlinkSync("conf/deep", join(folder, ".vscode"));
    const names = async (path: string) => {
      const { shown, alias } = await files.locate(path);
      return [shown, alias];
    };
    const both = ["conf/deep/tasks.json", join(folder, ".vscode/tasks.json")];
    assert.deepEqual(await names(".vscode/tasks.json"), both);
    assert.deepEqual(await names("conf/deep/tasks.json"), both);
    assert.deepEqual(await names("conf/deep/new/x.json"), ["conf/deep/new/x.json", join(folder, ".vscode/new/x.json")]);
    assert.deepEqual(await names("conf/deep"), ["conf/deep", join(folder, ".vscode")]);
    assert.deepEqual(await names("config/a.json"), ["config/a.json", undefined]);
    assert.deepEqual(await names("conf"), ["conf", undefined]);
  });
});

describe("outputs of commands", () => {
  it("are found by name, read whatever they hold, and never written", async () => {
    const outputs = temporaryFolder({
      "run-1.txt": Buffer.concat([Buffer.from("\x1b[31mred\x1b[0m\n10%\r100%\n"), Uint8Array.of(0xff, 0x0a)]),
    });
    symlinkSync("/etc/passwd", join(outputs, "link"));
    const files = createFiles({ roots: () => [], outputs: () => outputs });
    const place = await files.locate("output://run-1.txt");
    assert.deepEqual(place, {
      path: join(outputs, "run-1.txt"),
      shown: "output://run-1.txt",
      inside: false,
      kind: "file",
      isOutput: true,
    });
    assert.equal((await files.read(place)).text, "red\n100%\n\uFFFD\n");
    const { signal } = new AbortController();
    const part = await files.readPart(place, { start: 2, end: 2, maxBytes: 100 }, { signal });
    assert.deepEqual([part.text, part.from, part.to, part.lines], ["100%\n", 2, 2, 3]);
    await assert.rejects(files.write(place, "x", { expect: "missing" }), toolError(/not to be written/));
    assert.equal((await files.locate("output://link")).kind, "other");
    assert.equal((await files.locate("output://none")).kind, "missing");
    for (const path of ["output://../x", "output://a/b", "output://..", "output://", "output://.x", "output:///etc"]) {
      await assert.rejects(files.locate(path), toolError(/names no output/), path);
    }
    await assert.rejects(createFiles({ roots: () => [] }).locate("output://a"), toolError(/not kept/));
  });
});

describe("reading files", () => {
  it("gives text without BOM, with its line endings", async () => {
    const { files } = one({ "bom.txt": "\uFEFFa\r\nb", "zh.txt": "你好\n" });
    const bom = await files.read(await files.locate("bom.txt"));
    assert.equal(bom.text, "a\r\nb");
    assert.equal(bom.bytes, 7);
    assert.equal((await files.read(await files.locate("zh.txt"))).text, "你好\n");
  });

  it("names what is no text", async () => {
    const { folder, files } = one({
      "utf32.txt": Uint8Array.of(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0),
      "half.txt": Buffer.from("\uFEFFa\nb\ud800", "utf16le"),
      "cut.txt": Buffer.concat([Buffer.from("第一行\n第二行"), Uint8Array.of(0xe4, 0xbd)]),
      "bom.txt": Buffer.concat([Buffer.from("\uFEFFa\n"), Uint8Array.of(0xff)]),
      "noise.dat": Uint8Array.of(0xc4, 0xe3, 0x01, 0xba, 0xc3),
      "odd.dat": createHash("sha512").update("noise").digest().map(notControl),
      "a.png": Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0),
      "a.jpg": Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0x80, 0x41, 0x42),
      "large.txt": "x".repeat(10_000_001),
      "folder/x": "",
    });
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const expected: [string, RegExp][] = [
      ["utf32.txt", /^utf32.txt is UTF-32 text, 8 bytes/],
      ["half.txt", /UTF-16 LE by its mark, with bytes that are no characters \(line 2\)/],
      ["cut.txt", /UTF-8 text with bytes that are no characters \(line 2\)/],
      ["bom.txt", /UTF-8 with BOM by its mark, with bytes that are no characters \(line 2\)/],
      ["noise.dat", /is a binary file, 5 bytes/],
      ["odd.dat", /an unknown encoding, or binary/],
      ["a.jpg", /binary file \(JPEG image\)/],
      ["a.png", /binary file \(PNG image\)/],
      ["large.txt", /over the limit/],
      ["folder", /is a folder/],
      ["pipe", /not a regular file/],
      ["/dev/zero", /not a regular file/],
      ["none", /does not exist/],
    ];
    for (const [path, words] of expected) {
      await assert.rejects(files.locate(path).then(files.read), toolError(words), path);
    }
  });
});

describe("writing files", function () {
  this.timeout(20_000);

  it("writes what was expected, and refuses what changed", async () => {
    const { folder, files } = one({ "a.txt": "one" });
    const place = await files.locate("a.txt");
    const { version } = await files.read(place);
    const written = await files.write(place, "two", { expect: version });
    assert.deepEqual(await files.read(place), written);
    await assert.rejects(files.write(place, "three", { expect: version }), toolError(/changed meanwhile/));
    await assert.rejects(files.write(place, "three", { expect: "missing" }), toolError(/come into being/));
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "two");
    const gone = await files.locate("gone.txt");
    await assert.rejects(files.write(gone, "x", { expect: version }), toolError(/deleted/));
    assert.deepEqual(readdirSync(folder), ["a.txt"]);
  });

  it("asks at the last moment whether somebody else has taken to the file", async () => {
    const { folder, files } = one({ "a.txt": "one" });
    const place = await files.locate("a.txt");
    const { version } = await files.read(place);
    const taken = files.write(place, "two", { expect: version, isFree: () => false });
    await assert.rejects(taken, toolError(/changed meanwhile; nothing was written/));
    assert.deepEqual(readdirSync(folder), ["a.txt"]);
    assert.equal(readFileSync(place.path, "utf8"), "one");
    assert.equal((await files.write(place, "two", { expect: version, isFree: () => true })).text, "two");
  });

  it("keeps BOM, mode and the link that leads to the file", async () => {
    const { folder, files } = one({ "run.sh": "\uFEFFold" });
    chmodSync(join(folder, "run.sh"), 0o754);
    symlinkSync("run.sh", join(folder, "link.sh"));
    const place = await files.locate("link.sh");
    await files.write(place, "new", { expect: (await files.read(place)).version });
    assert.equal(readFileSync(join(folder, "run.sh"), "utf8"), "\uFEFFnew");
    assert.equal(statSync(join(folder, "run.sh")).mode & 0o777, 0o754);
    assert.equal(readFileSync(join(folder, "link.sh"), "utf8"), "\uFEFFnew");
    assert.deepEqual(readdirSync(folder), ["link.sh", "run.sh"]);
  });

  it("creates folders, leaves no temporary file, refuses read-only files and half characters", async () => {
    const { folder, files } = one({ "ro.txt": "x", file: "" });
    await files.write(await files.locate("a/b/c.txt"), "é\n", { expect: "missing" });
    assert.deepEqual(readdirSync(join(folder, "a/b")), ["c.txt"]);
    assert.equal(statSync(join(folder, "a/b/c.txt")).mode & 0o777, 0o666 & ~process.umask());
    chmodSync(join(folder, "ro.txt"), 0o444);
    const readOnly = await files.locate("ro.txt");
    const { version } = await files.read(readOnly);
    await assert.rejects(files.write(readOnly, "y", { expect: version }), toolError(/read-only/));
    const half = await files.locate("half.txt");
    await assert.rejects(files.write(half, "a\ud800", { expect: "missing" }), toolError(/surrogate/));
    const under = await files.locate("file/under");
    await assert.rejects(files.write(under, "y", { expect: "missing" }), toolError(/where a folder should/));
  });

  it("writes in the encoding that is there, and refuses what it has no bytes for", async () => {
    const gbk = Buffer.from("b0a1d6d0cec40a", "hex");
    const { folder, files } = one({ "a.py": gbk });
    const place = await files.locate("a.py");
    const file = await files.read(place);
    assert.deepEqual([file.text, file.encoding, file.bytes], ["啊中文\n", "gbk", 7]);
    const words =
      "a.py is GBK; it has no bytes for U+1F600 (😀) at line 2, U+1F40D (🐍) at line 3. Nothing was written. Use only characters that GBK has, or ask the user to convert the file to UTF-8.";
    await assert.rejects(files.write(place, "啊\n😀\n🐍😀\n", { expect: file.version }), { message: words });
    assert.deepEqual(readFileSync(join(folder, "a.py")), gbk);
    await files.write(place, "中\n", { expect: file.version });
    assert.deepEqual(readFileSync(join(folder, "a.py")), Buffer.from("d6d00a", "hex"));
  });

  it("takes new and plain files for what the editor takes them for", async () => {
    const { folder, files } = one({
      "ascii.txt": "a\n",
      "utf8.txt": "第一行\n",
      "latin.txt": Uint8Array.of(0xe9, 0x0a),
    });
    const write = async (path: string, text: string, hint: string) => {
      const place = await files.locate(path);
      const expect = place.kind === "missing" ? "missing" : (await files.read(place, { hint })).version;
      await files.write(place, text, { expect, hint });
      return readFileSync(join(folder, path)).toString("hex");
    };
    assert.equal(await write("ascii.txt", "中\n", "gbk"), "d6d00a");
    assert.equal(await write("new.txt", "中\n", "gbk"), "d6d00a");
    assert.equal(await write("utf8.txt", "中\n", "gbk"), "e4b8ad0a");
    assert.equal(await write("latin.txt", "я\n", "windows1251"), "ff0a");
    assert.equal(await write("odd.txt", "中\n", "no-such-encoding"), "e4b8ad0a");
    await assert.rejects(write("emoji.txt", "😀\n", "gbk"), toolError(/emoji.txt is GBK; it has no bytes for/));
  });

  it("breaks hard links: the other names keep what was there", async () => {
    const { folder, files } = one({ "a.txt": "one" });
    linkSync(join(folder, "a.txt"), join(folder, "b.txt"));
    const place = await files.locate("a.txt");
    await files.write(place, "two", { expect: (await files.read(place)).version });
    assert.equal(readFileSync(join(folder, "b.txt"), "utf8"), "one");
  });

  it("refuses when a link was put in the way after the path was judged", async () => {
    const outside = temporaryFolder({ "a.txt": "theirs" });
    const { folder, files } = one({ "sub/a.txt": "ours" });
    const place = await files.locate("sub/a.txt");
    const { version } = await files.read(place);
    renameSync(join(folder, "sub"), join(folder, "moved"));
    symlinkSync(outside, join(folder, "sub"));
    await assert.rejects(files.write(place, "x", { expect: version }), toolError(/leads elsewhere/));
    assert.equal(readFileSync(join(outside, "a.txt"), "utf8"), "theirs");
  });

  it("never shows a half-written file to a reader", async () => {
    const { folder, files } = one({ "big.txt": "a".repeat(500_000) });
    const place = await files.locate("big.txt");
    let { version } = await files.read(place);
    const sizes = new Set<number>();
    let writing = true;
    const reader = (async () => {
      while (writing) {
        sizes.add(readFileSync(join(folder, "big.txt")).length);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let i = 0; i < 8; i++) {
      ({ version } = await files.write(place, "b".repeat(500_000), { expect: version }));
      ({ version } = await files.write(place, "a".repeat(500_000), { expect: version }));
    }
    writing = false;
    await reader;
    assert.deepEqual([...sizes], [500_000]);
  });
});
