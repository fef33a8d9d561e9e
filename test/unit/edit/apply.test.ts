import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { applyEdits, type Edit, isUniformlyCrlf, nearestLine } from "../../../src/edit/apply.ts";

function edit(oldText: string, newText: string, options: { all?: boolean } = {}): Edit {
  return { oldText, newText, all: options.all ?? false };
}

describe("applying edits", () => {
  it("replaces one exact passage and nothing else", () => {
    assert.deepEqual(applyEdits("a\n b \nc", [edit(" b ", "B")]), {
      text: "a\nB\nc",
      outcomes: [{ status: "applied", places: 1 }],
    });
  });

  it("takes new text literally: no replacement patterns", () => {
    assert.equal(applyEdits("price", [edit("price", "$& $1 $$")]).text, "$& $1 $$");
  });

  it("lands the good edits and reports the others", () => {
    const { text, outcomes } = applyEdits("one\ntwo\ntwo\nthree\n", [
      edit("one", "1"),
      edit("two", "2"),
      edit("four", "4"),
      edit("three", "3"),
      edit("", "x"),
      edit("one", "one"),
    ]);
    assert.equal(text, "1\ntwo\ntwo\n3\n");
    assert.deepEqual(outcomes, [
      { status: "applied", places: 1 },
      { status: "ambiguous", places: 2, lines: [2, 3] },
      { status: "absent", nearest: undefined },
      { status: "applied", places: 1 },
      { status: "empty" },
      { status: "unchanged" },
    ]);
  });

  it("replaces every place when told to", () => {
    const { text, outcomes } = applyEdits("aXaXa", [edit("X", "-", { all: true })]);
    assert.equal(text, "a-a-a");
    assert.deepEqual(outcomes, [{ status: "applied", places: 2 }]);
  });

  it("is not confused by what an earlier edit inserted", () => {
    const { text } = applyEdits("import a\nuse b\n", [edit("import a", "import a // use b"), edit("use b", "use c")]);
    assert.equal(text, "import a // use b\nuse c\n");
  });

  it("finds a passage that only an earlier edit made", () => {
    const { text, outcomes } = applyEdits("let x = 1;", [edit("let x", "const x"), edit("const x = 1", "const x = 2")]);
    assert.equal(text, "const x = 2;");
    assert.deepEqual(outcomes[1], { status: "applied", places: 1 });
  });

  it("refuses to edit twice what is gone", () => {
    const { text, outcomes } = applyEdits("abcdef", [edit("abcd", "X"), edit("cdef", "Y")]);
    assert.equal(text, "Xef");
    assert.deepEqual(outcomes[1], { status: "overlaps" });
  });

  it("keeps CRLF where the file has it throughout, and mixed endings as they are", () => {
    assert.equal(applyEdits("a\r\nb\r\nc\r\n", [edit("a\nb", "x\ny\nz")]).text, "x\r\ny\r\nz\r\nc\r\n");
    assert.equal(applyEdits("a\r\nb\r\n", [edit("b", "b\nc")]).text, "a\r\nb\r\nc\r\n");
    assert.equal(applyEdits("a\nb\n", [edit("a\r\nb", "x\r\ny")]).text, "x\ny\n");
    const mixed = applyEdits("a\r\nb\nc\n", [edit("a\nb", "x")]);
    assert.equal(mixed.text, "a\r\nb\nc\n");
    assert.equal(applyEdits("a\r\nb\nc\n", [edit("b\nc", "x\ny")]).text, "a\r\nx\ny\n");
  });

  it("knows uniform CRLF", () => {
    assert.deepEqual(["", "a", "\r\n", "a\r\nb", "\na\r\n", "a\r\n\n", "\n"].map(isUniformlyCrlf), [
      false,
      false,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("names the nearest place of a passage whose white space or words differ", () => {
    const text = "function a() {\n  return 1;\n}\n\nfunction b() {\n  return compute(2);\n}\n";
    assert.equal(nearestLine(text, "function b() {\n    return compute(2);\n}"), 5);
    assert.equal(nearestLine(text, "return compute(3);"), 6);
    assert.equal(nearestLine(text, "class Z"), undefined);
  });
});
