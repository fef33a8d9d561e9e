import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { ToolError } from "../../../src/agent/errors.ts";
import { notebookText } from "../../../src/tools/notebook.ts";
import { workbench } from "./bench.ts";

const toolError = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ToolError, String(error));
  assert.match(error.message, words);
  return true;
};

/** As Jupyter writes it: one space a level, keys in order, a line ending at the end. */
const JUPYTER = `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "intro",
   "metadata": {},
   "source": [
    "# Title\\n",
    "Text with \\u00e9 and \\/ kept"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "id": "load",
   "metadata": {"tags": ["a" ,"b"]},
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "hello\\n"
     ]
    },
    {
     "data": {
      "image/png": "${"A".repeat(4_000)}",
      "text/plain": [
       "<Figure>"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    }
   ],
   "source": [
    "x = 1\\n",
    "y = \\"[{\\"\\n",
    "print(x)"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "empty",
   "metadata": {},
   "outputs": [],
   "source": []
  }
 ],
 "metadata": {
  "kernelspec": { "name": "python3",   "language": "python" }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`;

describe("a notebook is read by its cells", () => {
  it("with outputs below, pictures named", () => {
    assert.equal(
      notebookText(JUPYTER),
      `# %% [1] markdown id=intro
# Title
Text with é and / kept
# %% [2] code id=load
x = 1
y = "[{"
print(x)
# %% [2] output
hello
<Figure>
[image/png, 3 KB]
# %% [3] code id=empty
`,
    );
  });

  it("long outputs are cut, errors shown without colours", () => {
    const outputs = [
      { output_type: "stream", name: "stdout", text: "é".repeat(5_000) },
      { output_type: "error", ename: "E", evalue: "bad", traceback: ["\u001b[0;31mline 1\u001b[0m", "line 2"] },
    ];
    const text = notebookText(
      JSON.stringify({ nbformat: 4, cells: [{ cell_type: "code", source: "f()\n", outputs }], metadata: {} }),
    );
    assert.equal(
      text,
      `# %% [1] code\nf()\n# %% [1] output\n${"é".repeat(750)}\n[3772 characters left out]\n${"é".repeat(478)}\nE: bad\nline 1\nline 2\n`,
    );
  });

  it("by read_file, whole or by lines", async () => {
    const { call } = workbench({ "a.ipynb": JUPYTER, "broken.ipynb": '{ "cells"\n' });
    assert.equal(await call("read_file", { path: "a.ipynb" }), notebookText(JUPYTER));
    const part = await call("read_file", { path: "a.ipynb", start: 4, end: 5 });
    assert.equal(part, "# %% [2] code id=load\nx = 1\n[lines 4-5 of 12]");
    await assert.rejects(call("read_file", { path: "a.ipynb", start: 13 }), toolError(/a\.ipynb has 12 lines/));
    assert.equal(await call("read_file", { path: "broken.ipynb" }), '{ "cells"\n');
  });

  it("what is no notebook stays text", () => {
    for (const text of [
      "",
      "{",
      "[]",
      '{"cells":[]}',
      '{"nbformat":3,"worksheets":[]}',
      '{"nbformat":4,"cells":[1]}',
    ]) {
      assert.equal(notebookText(text), undefined, text);
    }
    assert.equal(notebookText('{"nbformat":4,"cells":[]}'), "(a notebook without cells)\n");
    assert.equal(notebookText(`{"nbformat":4,"cells":${"[".repeat(50_000)}${"]".repeat(50_000)}}`), undefined);
  });
});

describe("edit_notebook", () => {
  const bench = (text = JUPYTER) => {
    const made = workbench({ "a.ipynb": text });
    const path = join(made.folder, "a.ipynb");
    return {
      ...made,
      edit: (...edits: unknown[]) => made.call("edit_notebook", { path: "a.ipynb", edits }),
      text: () => readFileSync(path, "utf8"),
      put: (now: string) => writeFileSync(path, now),
    };
  };

  it("changes a passage of one cell and nothing else; outputs of other code go", async () => {
    const { edit, text, plan } = bench();
    const args = { path: "a.ipynb", edits: [{ cell: "load", old_text: "x = 1\n", new_text: "x = 2\n# é\n" }] };
    const { actions } = await plan("edit_notebook", args);
    assert.deepEqual(
      actions.map((action) => action.kind === "write" && action.change.kind),
      ["edit"],
    );
    assert.equal(text(), JUPYTER);
    assert.equal(await edit(...args.edits), "Edited a.ipynb.\nCell 2 changed; its outputs were cleared.");
    const outputs = JUPYTER.indexOf('[\n    {\n     "name"');
    const expected = `${JUPYTER.slice(0, outputs)}[]${JUPYTER.slice(JUPYTER.indexOf(',\n   "source": [\n    "x'))}`;
    assert.equal(
      text(),
      expected
        .replace('"execution_count": 3', '"execution_count": null')
        .replace('"x = 1\\n",', '"x = 2\\n",\n    "# \\u00e9\\n",'),
    );
  });

  it("keeps the bytes of lines that stay, and leaves text cells' siblings alone", async () => {
    const { edit, text } = bench();
    assert.equal(await edit({ cell: 1, old_text: "# Title", new_text: "# Name" }), "Edited a.ipynb.\nCell 1 changed.");
    assert.equal(text(), JUPYTER.replace("# Title", "# Name"));
  });

  it("inserts in the form of the others", async () => {
    const { edit, text } = bench();
    const said = await edit(
      { cell: "0", action: "insert_after", kind: "markdown", source: "top\n" },
      { cell: "1", action: "insert_after", source: "a\nb" },
      { cell: "intro", action: "insert_after", source: "c" },
    );
    const ids = [...said.matchAll(/id=([0-9a-f]{8})/g)].map(([, id]) => id);
    assert.equal(
      said,
      `Edited a.ipynb.\nCell 1 inserted (id=${ids[0]}).\nCell 3 inserted (id=${ids[1]}).\nCell 4 inserted (id=${ids[2]}).`,
    );
    const code = (id: string | undefined, source: string) =>
      `{\n   "cell_type": "code",\n   "execution_count": null,\n   "id": "${id}",\n   "metadata": {},\n   "outputs": [],\n   "source": [\n    ${source}\n   ]\n  }`;
    const top = `{\n   "cell_type": "markdown",\n   "id": "${ids[0]}",\n   "metadata": {},\n   "source": [\n    "top"\n   ]\n  }`;
    assert.equal(
      text(),
      JUPYTER.replace('[\n  {\n   "cell_type": "markdown"', `[\n  ${top},\n  {\n   "cell_type": "markdown"`).replace(
        '},\n  {\n   "cell_type": "code",\n   "execution_count": 3',
        `},\n  ${code(ids[1], '"a\\n",\n    "b"')},\n  ${code(ids[2], '"c"')},\n  {\n   "cell_type": "code",\n   "execution_count": 3`,
      ),
    );
  });

  it("deletes, also the first, the last and all", async () => {
    const { edit, text, put } = bench();
    assert.equal(await edit({ cell: "intro", action: "delete" }), "Edited a.ipynb.\nCell 1 deleted.");
    const markdown = JUPYTER.slice(JUPYTER.indexOf("  {\n"), JUPYTER.indexOf('  {\n   "cell_type": "code"'));
    assert.equal(text(), JUPYTER.replace(markdown, ""));
    put(JUPYTER);
    await bench().edit({ cell: "3", action: "delete" });
    const other = bench();
    await other.edit({ cell: "3", action: "delete" });
    assert.equal(
      other.text(),
      JUPYTER.replace(/,\n {2}\{\n {3}"cell_type": "code",\n {3}"execution_count": null[\s\S]*?\n {2}\}/, ""),
    );
    const all = bench();
    await all.edit(...["1", "2", "3"].map((cell) => ({ cell, action: "delete" })));
    assert.equal(all.text().replace(/"cells": \[\],\n/, ""), JUPYTER.replace(/"cells": \[\n[\s\S]*?\n \],\n/, ""));
    assert.equal(
      await all.edit({ cell: "0", action: "insert_after", source: "x" }).then((said) => said.slice(0, 31)),
      "Edited a.ipynb.\nCell 1 inserted",
    );
    assert.match(all.text(), /^\{\n "cells": \[\n {2}\{\n {3}"cell_type": "code",\n/);
  });

  it("turns code into text and back", async () => {
    const { edit, text } = bench();
    assert.equal(
      await edit({ cell: "load", kind: "markdown" }, { cell: "1", kind: "code", source: "z" }),
      "Edited a.ipynb.\nCell 2 changed; its outputs were cleared.\nCell 1 changed.",
    );
    const [first, second] = JSON.parse(text()).cells;
    assert.deepEqual(first, {
      cell_type: "code",
      execution_count: null,
      id: "intro",
      metadata: {},
      outputs: [],
      source: ["z"],
    });
    assert.deepEqual(second, {
      cell_type: "markdown",
      id: "load",
      metadata: { tags: ["a", "b"] },
      source: ["x = 1\n", 'y = "[{"\n', "print(x)"],
    });
    assert.ok(text().includes('"metadata": {"tags": ["a" ,"b"]}'));
  });

  it("keeps one-line JSON on one line, sources in one string, and needs no ids before 4.5", async () => {
    const cell = '{"cell_type":"code","metadata":{},"source":"a\\nb","outputs":[],"execution_count":1}';
    const { edit, text } = bench(`{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[${cell}]}`);
    await edit({ cell: "1", source: "ü\n" }, { cell: "1", action: "insert_after", source: "c\nd" });
    const made = '{"cell_type":"code","execution_count":null,"metadata":{},"outputs":[],"source":["c\\n","d"]}';
    const changed = cell.replace('"a\\nb"', '"ü"').replace(":1}", ":null}");
    assert.equal(text(), `{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[${changed},${made}]}`);
  });

  it("CRLF and tabs stay what they are", async () => {
    const crlf = JUPYTER.replace(/^ +/gm, (spaces) => "\t".repeat(spaces.length)).replaceAll("\n", "\r\n");
    const { edit, text } = bench(crlf);
    await edit({ cell: "empty", source: "one\ntwo" });
    assert.equal(text(), crlf.replace('"source": []', '"source": [\r\n\t\t\t\t"one\\n",\r\n\t\t\t\t"two"\r\n\t\t\t]'));
  });

  it("good edits land, each of the others is told", async () => {
    const { edit, text } = bench();
    const said = await edit(
      { cell: "9", source: "x" },
      { cell: "empty", source: "x" },
      { cell: "load", old_text: "nope", new_text: "x" },
      { cell: "1", action: "delete" },
      { cell: "1", source: "x" },
      { cell: "empty", source: "x" },
    );
    assert.equal(
      said,
      [
        "Edited a.ipynb.",
        'Edit 1 of 6 failed: there is no cell "9"; the notebook has 3 cells.',
        "Cell 2 changed.",
        "Edit 3 of 6 failed: old_text is not in cell load. You have not read the notebook: read it first.",
        "Cell 1 deleted.",
        "Edit 5 of 6 failed: cell 1 was deleted by an edit before this one.",
        "Edit 6 of 6 failed: cell empty is like that already.",
      ].join("\n"),
    );
    assert.deepEqual(
      JSON.parse(text()).cells.map(({ id }: { id: string }) => id),
      ["load", "empty"],
    );
  });

  const refused: [string, unknown, RegExp][] = [
    ["a missing cell", { cell: "7", source: "x" }, /^Not edited: there is no cell "7"/],
    ["no change", { cell: "1", old_text: "# Title", new_text: "# Title" }, /are the same/],
    ["an ambiguous passage", { cell: "load", old_text: "x", new_text: "z" }, /more than once in cell load/],
    ["nothing to do", { cell: "1" }, /give old_text and new_text, or the whole source/],
    ["both ways at once", { cell: "1", source: "a", old_text: "b", new_text: "c" }, /either source or old_text/],
    ["a new cell without source", { cell: "1", action: "insert_after" }, /needs the source/],
  ];
  for (const [what, wish, words] of refused) {
    it(`${what} is refused`, async () => {
      const { edit, text } = bench();
      await assert.rejects(edit(wish), toolError(words));
      assert.equal(text(), JUPYTER);
    });
  }

  it("a notebook that changed is not edited, and its cells are told", async () => {
    const { call, edit, text, put } = bench();
    await call("read_file", { path: "a.ipynb" });
    const theirs = JUPYTER.replace("x = 1", "x = 5");
    put(theirs);
    const wish = { cell: "load", old_text: "x = 1", new_text: "x = 2" };
    await assert.rejects(edit(wish), toolError(/changed since you last saw it[\s\S]*# %% \[2\] code id=load\nx = 5\n/));
    assert.equal(text(), theirs);
    await assert.rejects(
      edit(wish),
      toolError(
        /^Not edited: old_text is not in cell load as given\. Its source:\nx = 5\ny = "\[\{"\nprint\(x\)\n\[end\]$/,
      ),
    );
  });

  it("what is no notebook is refused", async () => {
    const { edit } = bench("{}");
    await assert.rejects(edit({ cell: "1", source: "x" }), toolError(/is no notebook of the nbformat 4 form/));
  });
});
