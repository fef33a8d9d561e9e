import assert from "node:assert/strict";
import iconv from "iconv-lite";
import { describe, it } from "mocha";
import { workbench } from "./bench.ts";

describe("read_file", () => {
  it("numbers lines only when asked to", async () => {
    const { call } = workbench({ "a.txt": "one\r\ntwo\nthree" });
    assert.equal(await call("read_file", { path: "a.txt" }), "one\r\ntwo\nthree");
    const numbered = await call("read_file", { path: "a.txt", start: 2, line_numbers: true });
    assert.equal(numbered, "2\ttwo\n3\tthree\n[lines 2-3 of 3]");
  });

  it("says which encoding it took a file for where that limits what can be written", async () => {
    const { call } = workbench({
      "gbk.txt": iconv.encode("配置文件\n第二行\n", "gbk"),
      "utf16.txt": Buffer.from("\uFEFFone\n", "utf16le"),
    });
    assert.equal(await call("read_file", { path: "gbk.txt" }), "配置文件\n第二行\n[encoding gbk]");
    assert.equal(await call("read_file", { path: "gbk.txt", end: 1 }), "配置文件\n[lines 1-1 of 2; encoding gbk]");
    assert.equal(await call("read_file", { path: "utf16.txt" }), "one\n");
  });

  it("reads parts of files that are too large to be edited", async () => {
    const { call } = workbench({ "large.log": "0123456789abcde\n".repeat(700_000) });
    const part = await call("read_file", { path: "large.log", start: 600_000, end: 600_001 });
    assert.equal(part, "0123456789abcde\n0123456789abcde\n[lines 600000-600001 of 700000]");
    const first = await call("read_file", { path: "large.log" });
    assert.ok(first.endsWith("\n[lines 1-2000 of 700000; go on with start 2001]"), first.slice(-80));
    const edit = call("edit_file", { path: "large.log", edits: [{ old_text: "0", new_text: "1" }] });
    await assert.rejects(edit, /large\.log has 11200000 bytes, over the limit of 10000000/);
  });

  it("says where a file ends, and that it is empty", async () => {
    const { call } = workbench({ "a.txt": "one\ntwo\n", "empty.txt": "" });
    await assert.rejects(call("read_file", { path: "a.txt", start: 3 }), /a\.txt has 2 lines; start 3 is past its end/);
    assert.equal(await call("read_file", { path: "empty.txt" }), "(empty file)");
    assert.equal(await call("read_file", { path: "a.txt", start: 2, end: 9 }), "two\n[lines 2-2 of 2]");
  });
});
