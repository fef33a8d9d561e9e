import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { applyEdits, type Edit, type EditOutcome } from "../../../src/edit/apply.ts";
import { isUniformlyCrlf } from "../../../src/edit/lines.ts";

function edit(oldText: string, newText: string, options: { all?: boolean } = {}): Edit {
  return { oldText, newText, all: options.all ?? false };
}

/** How it was found, or why it was not. */
function told(outcomes: readonly EditOutcome[]): string[] {
  return outcomes.map((outcome) =>
    outcome.status === "applied"
      ? [outcome.by, ...outcome.slips, outcome.places, `line ${outcome.line}`].join(", ")
      : outcome.status === "ambiguous"
        ? `ambiguous: ${outcome.lines.join(", ")} of ${outcome.places} (${outcome.by})`
        : outcome.status,
  );
}

/** The text after one edit and how it went. */
function after(text: string, oldText: string, newText: string, options: { all?: boolean } = {}): [string, string] {
  const applied = applyEdits(text, [edit(oldText, newText, options)]);
  return [applied.text, told(applied.outcomes).join()];
}

describe("applying edits", () => {
  it("replaces one exact passage and nothing else", () => {
    assert.deepEqual(applyEdits("a\n b \nc", [edit(" b ", "B")]), {
      text: "a\nB\nc",
      outcomes: [{ status: "applied", places: 1, by: "exact", slips: [], line: 2, nearest: undefined }],
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
    assert.deepEqual(told(outcomes), [
      "exact, 1, line 1",
      "ambiguous: 2, 3 of 2 (exact)",
      "absent",
      "exact, 1, line 4",
      "empty",
      "unchanged",
    ]);
  });

  it("replaces every place when told to", () => {
    assert.deepEqual(after("aXaXa", "X", "-", { all: true }), ["a-a-a", "exact, 2, line 1"]);
    assert.deepEqual(after("  x;  \ny\n\tx;\n", "x;\n", "z;\n", { all: true }), [
      "  x;  \ny\n\tz;\n",
      "exact, 1, line 3",
    ]);
  });

  it("is not confused by what an earlier edit inserted", () => {
    const { text } = applyEdits("import a\nuse b\n", [edit("import a", "import a // use b"), edit("use b", "use c")]);
    assert.equal(text, "import a // use b\nuse c\n");
  });

  it("finds a passage that only an earlier edit made", () => {
    const { text, outcomes } = applyEdits("let x = 1;", [edit("let x", "const x"), edit("const x = 1", "const x = 2")]);
    assert.equal(text, "const x = 2;");
    assert.deepEqual(told(outcomes), ["exact, 1, line 1", "exact, 1, line 1"]);
  });

  it("takes an earlier edit's exact words before another place that is only like them", () => {
    const { text } = applyEdits("  let x = 1;\nlet y = 2;\n", [
      edit("let x = 1;", "const y = 2;"),
      edit("const y = 2;", "const y = 3;"),
    ]);
    assert.equal(text, "  const y = 3;\nlet y = 2;\n");
  });

  it("refuses to edit twice what is gone", () => {
    const { text, outcomes } = applyEdits("abcdef", [edit("abcd", "X"), edit("cdef", "Y")]);
    assert.equal(text, "Xef");
    assert.deepEqual(told(outcomes), ["exact, 1, line 1", "overlaps"]);
  });

  it("calls a passage that overlaps itself ambiguous", () => {
    assert.deepEqual(after("0\n0\n0\n", "0\n0\n", "0\n1\n")[1], "ambiguous: 1, 2 of 2 (exact)");
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
});

describe("line endings of an edit", () => {
  it("are the file's: CRLF throughout, LF, and line by line where they are mixed", () => {
    assert.equal(after("a\r\nb\r\nc\r\n", "a\nb", "x\ny\nz")[0], "x\r\ny\r\nz\r\nc\r\n");
    assert.equal(after("a\r\nb\r\n", "b", "b\nc")[0], "a\r\nb\r\nc\r\n");
    assert.equal(after("a\nb\n", "a\r\nb", "x\r\ny")[0], "x\ny\n");
    assert.equal(after("a\r\nb\nc\n", "a\nb", "x\ny")[0], "x\r\ny\nc\n");
    assert.equal(after("a\r\nb\nc\n", "b\nc", "x\ny")[0], "a\r\nx\ny\n");
    assert.equal(after("a\nb\r\nc\n", "b", "b\nb2")[0], "a\nb\r\nb2\r\nc\n");
  });

  it("are changed where that is the change", () => {
    assert.equal(after("a\nb\n", "a\nb\n", "a\r\nb\r\n")[0], "a\r\nb\r\n");
  });

  it("never cut CRLF in two", () => {
    assert.equal(after("a;\r\n\r\n// gone\r\nb;\r\n", "\n// gone", "")[0], "a;\r\n\r\nb;\r\n");
  });

  it("are neither lost nor added by accident", () => {
    assert.equal(after("a\nb\nc\n", "b\n", "B")[0], "a\nB\nc\n");
    assert.equal(after("a\nb\nc\n", "b\n", "b")[0], "a\nbc\n");
    assert.equal(after("a\nb\nc\n", "b", "B\n")[0], "a\nB\nc\n");
    assert.equal(after("a\nb  \nc\n", "b", "B\n")[0], "a\nB  \nc\n");
    assert.equal(after("a\nb\nc\n", "b", "b\n")[0], "a\nb\n\nc\n");
    assert.equal(after("a\nb", "b\n", "B\n")[0], "a\nB");
    assert.equal(after("a\nb\n\nc\nd\n", "b\n\nc", "b\n")[0], "a\nb\n\nd\n");
  });
});

describe("ways of comparing", () => {
  it("white space at line ends: the file's stays where the line does", () => {
    assert.deepEqual(after("f() {  \n  a;\t\n}\n", "f() {\n  a;\n}", "f() {\n  a;\n  b;\n}"), [
      "f() {  \n  a;\t\n  b;\n}\n",
      "spaces, 1, line 1",
    ]);
    // A space that was given must not be followed by anything else.
    assert.equal(after("returned\n", "return  ", "x")[1], "absent");
  });

  it("indentation: the new text is shifted alike", () => {
    assert.deepEqual(
      after("{\n    a;\n    if (b) {\n      c;\n    }\n}\n", "a;\nif (b) {\n  c;\n}", "a;\nif (b) {\n  d;\n}\ne;"),
      ["{\n    a;\n    if (b) {\n      d;\n    }\n    e;\n}\n", "indentation, 1, line 2"],
    );
    assert.deepEqual(
      after("\tif a:\n\t\tb()\n", "    if a:\n        b()", "    if a:\n        if c:\n            b()"),
      ["\tif a:\n\t\tif c:\n\t\t\tb()\n", "indentation, 1, line 1"],
    );
    assert.equal(after("  a;\n b;\n", "a;\nb;", "c;\nd;")[1], "absent");
    assert.equal(after("  a;\n  b;\nc\n  a;\n    b;\n", "a;\nb;", "x;")[0], "  x;\nc\n  a;\n    b;\n");
  });

  it("look-alikes: the file's own stay outside the changed words", () => {
    assert.deepEqual(
      after("say(“hi”, ‘you’) — now\u00a0…\n", `say("hi", 'you') - now ...`, `say("bye", 'you') - now ...`),
      ["say(“bye”, ‘you’) — now\u00a0…\n", "looks, 1, line 1"],
    );
    assert.deepEqual(after("    x = “a”\n    y\n", 'x = "a"\ny', 'x = "b"\ny'), [
      "    x = “b”\n    y\n",
      "looks, 1, line 1",
    ]);
  });

  it("the strictest that finds anything decides, and more than one place is refused in each", () => {
    assert.equal(after("  a;\na; \n", "a; ", "b;")[0], "  a;\nb;\n");
    assert.equal(after("x \ny\nx\t\ny\n", "x\ny", "z")[1], "ambiguous: 1, 3 of 2 (spaces)");
    assert.equal(after("  x\n  y\n    x\n    y\n", "\tx\n\ty", "z")[1], "ambiguous: 1, 3 of 2 (indentation)");
    assert.equal(after("“x”\n„x”\n", '"x"', "z")[1], "ambiguous: 1, 2 of 2 (looks)");
  });

  it("nothing but white space is never looked for by its looks", () => {
    assert.equal(after("a\nb\n", "  \n\n", "x")[1], "absent");
  });
});

describe("near matches", () => {
  const text = [
    "// Adds up the prices of all items in the cart.",
    "function total(cart) {",
    "  let sum = 0;",
    "  for (const item of cart.items) sum += item.price;",
    "  return sum;",
    "}",
    "",
    "function other() {}",
    "",
  ].join("\n");
  const quoted = (comment: string, end: string) => [comment, ...text.split("\n").slice(1, 4), end, "}"].join("\n");

  it("keep what the model misquoted and change what it changed", () => {
    const given = "// Adds up the price of all items in a cart.";
    const { text: made, outcomes } = applyEdits(text, [
      edit(quoted(given, "  return sum;"), quoted(given, "  return round(sum);")),
    ]);
    assert.equal(made, text.replace("return sum", "return round(sum)"));
    const [outcome] = outcomes;
    assert.deepEqual(outcome?.status === "applied" && [outcome.by, outcome.nearest?.differences], [
      "near",
      [{ line: 1, given, file: "// Adds up the prices of all items in the cart." }],
    ]);
  });

  it("are refused where the changed words are the misquoted ones, for another name or number, and for every place", () => {
    const comment = "// Adds up the prices of all items in the cart.";
    const refused = [
      edit(quoted(comment, "  return sums;"), quoted(comment, "  return 0;")),
      edit(quoted(comment, "  return cart;"), quoted("// Adds.", "  return cart;")),
      edit(quoted(comment, "  return sum;").replace("sum = 0", "sum = 1"), quoted("// Adds.", "  return sum;")),
      edit(quoted(`${comment} `.replace("the cart", "a cart"), "  return sum;"), "", { all: true }),
    ];
    assert.deepEqual(
      refused.map((each) => applyEdits(text, [each]).text === text),
      [true, true, true, true],
    );
    const near = edit(
      quoted("// Adds up the price of all items in a cart.", "  return sum;"),
      quoted("//", "  return 1;"),
    );
    assert.equal(applyEdits(text, [near], { near: false }).text, text);
  });

  it("are refused between two alike, and for one short line", () => {
    const twice = `${text}${text.replaceAll("total", "totals")}`;
    const given = quoted("// Adds up the price of all items in the cart.", "  return sum;");
    assert.equal(applyEdits(twice, [edit(given, "")]).text, twice);
    assert.equal(after("let value = 1;\n", "let valeu = 1;", "x")[1], "absent");
  });
});

describe("near matches that are none", () => {
  const body = "    for (let i = 0; i < length; i++) {\n        buffer[i] = transform(buffer[i], table);\n    }\n";
  const others: readonly (readonly [what: string, file: string, given: string])[] = [
    ["a selector", "#sidebar .title > a {", "#content .title > a {"],
    ["what is included", "#include <stdlib.h>", "#include <windows.h>"],
    ["an attribute", "#[derive(Debug, Clone)]", "#[derive(Debug, Copy)]"],
    ["a pointer", "    *destination = source;", "    *source = destination;"],
    ["what is counted down", "--countOfThings;", "--countOfOthers;"],
    ["a word of a name", "    updateRows(feature, input);", "    updateCols(feature, input);"],
    ["a short name", "    self.head.next = item", "    self.head.text = item"],
  ];
  for (const [what, file, given] of others) {
    it(`${what} that is another`, () => {
      const text = `${file}\n${body}`;
      const [unchanged, how] = after(text, `${given}\n${body}`, `${given}\n${body}done();\n`);
      assert.deepEqual([unchanged, how], [text, "absent"]);
    });
  }

  it("a comment or a name with a slip is still the same", () => {
    const text = `# Counts all of it\n${body}`;
    assert.deepEqual(after(text, `# Counts all of them\n${body}`, `# Counts all of them\n${body}done();\n`), [
      `${text}done();\n`,
      "near, 1, line 1",
    ]);
    const slip = body.replace("transform", "tranform");
    assert.deepEqual(after(body, slip, `${slip}done();\n`), [`${body}done();\n`, "near, 1, line 1"]);
  });

  const line = "    const total = computeTheTotalOfAllThings(first, second, third);\n";
  const misquoted = line.replace("Things", "Thinks");
  for (const [count, apart] of [
    [3, ""],
    [4, ""],
    [2, "\n"],
    [3, "\n\n\n"],
  ] as const) {
    it(`one of ${count} passages alike with ${apart.length} lines between them, or across them`, () => {
      const text = `${(line + line + apart).repeat(count)}end\n`;
      const [unchanged, how] = after(text, misquoted + misquoted, `${misquoted}    added();\n${misquoted}`);
      assert.deepEqual([unchanged, how], [text, "absent"]);
    });
  }
});

describe("passages that are there too often to be looked at", () => {
  it("are taken for none of them, by no way of comparing", () => {
    const text = "}\n".repeat(30_000);
    const { text: unchanged, outcomes } = applyEdits(text, [edit("  }\n".repeat(300), "x\n")]);
    const [outcome] = outcomes;
    assert.deepEqual(outcome?.status === "ambiguous" && [outcome.by, outcome.cut], ["indentation", true]);
    assert.equal(unchanged, text);
  });

  it("are not all replaced when not all were found", () => {
    const text = "ab".repeat(250_000);
    const { text: unchanged, outcomes } = applyEdits(text, [edit("ab", "c", { all: true })]);
    const [outcome] = outcomes;
    assert.deepEqual(outcome?.status === "ambiguous" && [outcome.places, outcome.cut], [200_000, true]);
    assert.equal(unchanged, text);
    assert.equal(after("ab".repeat(150_000), "ab", "c", { all: true })[0], "c".repeat(150_000));
  });
});

describe("passages that are not there", () => {
  it("are told with the nearest ones, their lines and what differs", () => {
    const text = "function a() {\n  return 1;\n}\n\nfunction b() {\n  return compute(2);\n}\n";
    const nearest = (oldText: string) => {
      const [outcome] = applyEdits(text, [edit(oldText, "x")]).outcomes;
      return outcome?.status === "absent"
        ? outcome.nearest?.map(({ from, to, differences }) => ({ from, to, differences }))
        : [];
    };
    assert.deepEqual(nearest("function b() {\n  return compute(3);\n}")?.[0], {
      from: 5,
      to: 7,
      differences: [{ line: 6, given: "  return compute(3);", file: "  return compute(2);" }],
    });
    assert.deepEqual(nearest("return compute(3);"), [
      { from: 6, to: 6, differences: [{ line: 6, given: "return compute(3);", file: "  return compute(2);" }] },
    ]);
    assert.deepEqual(nearest("class Z"), []);
    const many = applyEdits(
      text,
      Array.from({ length: 40 }, (_, i) => edit(`return compute(${i + 10});`, "x")),
    ).outcomes;
    assert.deepEqual(
      many.map((outcome) => outcome.status === "absent" && outcome.nearest?.length),
      many.map((_, i) => (i < 16 ? 1 : undefined)),
    );
  });
});
