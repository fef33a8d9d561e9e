import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { applyEdits } from "../../../src/edit/apply.ts";

const text = 'function f() {\n\tprint("a\\n");\n\treturn 1;\n}\n';

/** The text after an edit, and the slips that were understood. */
function after(file: string, oldText: string, newText: string): [string, string] {
  const { text: made, outcomes } = applyEdits(file, [{ oldText, newText, all: false }]);
  const [outcome] = outcomes;
  return [made, outcome?.status === "applied" ? outcome.slips.join(", ") : (outcome?.status ?? "")];
}

describe("slips of the model", () => {
  it("escaped line breaks and tabs, but not those within quotes", () => {
    assert.deepEqual(after(text, '\\tprint("a\\n");\\n\\treturn 1;', '\\tprint("b\\n");\\n\\treturn 2;'), [
      'function f() {\n\tprint("b\\n");\n\treturn 2;\n}\n',
      "escapes",
    ]);
    assert.deepEqual(after("a;\nb;\n", "a;\\nb;", "c;\\nd;"), ["c;\nd;\n", "escapes"]);
  });

  it("everything escaped once too often", () => {
    assert.deepEqual(after(text, '\\tprint(\\"a\\\\n\\");', '\\tprint(\\"b\\\\n\\");'), [
      'function f() {\n\tprint("b\\n");\n\treturn 1;\n}\n',
      "escapes",
    ]);
    assert.deepEqual(after(`x = "y";\n`, 'x = \\"y\\";', 'x = \\"z\\";'), ['x = "z";\n', "escapes"]);
  });

  it("a line break where the program has its escape", () => {
    assert.deepEqual(after(text, '\tprint("a\n");', '\tprint("b\n");'), [
      'function f() {\n\tprint("b\\n");\n\treturn 1;\n}\n',
      "real line breaks",
    ]);
  });

  it("line numbers in all their forms, in the new text too", () => {
    const numbered = (sign: string, width = 0) =>
      [
        ["\treturn 1;", "}"].map((line, i) => `${String(i + 3).padStart(width)}${sign}${line}`).join("\n"),
        ["\treturn 2;", "}"].map((line, i) => `${String(i + 3).padStart(width)}${sign}${line}`).join("\n"),
      ] as const;
    for (const [sign, width] of [
      [": ", 0],
      [":", 0],
      ["|", 4],
      [" | ", 2],
      ["\t", 6],
      ["→", 6],
    ] as const) {
      const [oldText, newText] = numbered(sign, width);
      assert.deepEqual(after(text, oldText, newText), [text.replace("1;", "2;"), "line numbers"], JSON.stringify(sign));
    }
    // Numbers that do not follow the old ones are content.
    assert.equal(after("8080: web\n", "1: 8080: web", "8080: api")[0], "8080: api\n");
    assert.equal(after("1: a\n2: b\n", "1: a", "1: c")[0], "1: c\n2: b\n");
  });

  it("a code fence around the text", () => {
    assert.deepEqual(after(text, "```js\n\treturn 1;\n```", "```js\n\treturn 2;\n```\n"), [
      text.replace("1;", "2;"),
      "fence",
    ]);
    assert.equal(after("```js\na\n```\n", "```js\na\n```", "```js\nb\n```")[0], "```js\nb\n```\n");
  });

  it("blank lines around it", () => {
    assert.deepEqual(after(text, "\n\n\treturn 1;\n\n", "\n\n\treturn 2;\n\n"), [text.replace("1;", "2;"), "padding"]);
  });

  it("entities of a markup", () => {
    assert.deepEqual(after("if (a < b && c) x;\n", "if (a &lt; b &amp;&amp; c) x;", "if (a &gt; b) x;"), [
      "if (a > b) x;\n",
      "entities",
    ]);
  });

  it("several at once", () => {
    assert.deepEqual(after(text, "```\n3: \treturn 1;\n4: }\n```", "```\n3: \treturn 2;\n4: }\n```"), [
      text.replace("1;", "2;"),
      "fence, line numbers",
    ]);
  });

  it("none is seen where the text is there as given", () => {
    assert.deepEqual(after("a\\nb\na\nb\n", "a\\nb", "c\\nd"), ["c\\nd\na\nb\n", ""]);
  });

  it("does not think long about hostile text", () => {
    const hostile = [
      '\\"'.repeat(40_000),
      "`".repeat(90_000),
      "1: \n".repeat(20_000),
      `"${"\\'".repeat(40_000)}`,
      " \n".repeat(45_000),
    ];
    assert.deepEqual(
      hostile.map((each) => applyEdits(text, [{ oldText: `${each}z`, newText: "x", all: false }]).text),
      hostile.map(() => text),
    );
  });
});
