import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { notebookText, parseNotebook } from "../../../src/tools/notebook.ts";
import { type CellEdit, editCells } from "../../../src/tools/notebookEdit.ts";
import { seeded } from "../../deep/random.ts";

const RUNS = 300;

/** Whole numbers below a limit. */
type Chance = (limit: number) => number;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** JSON with white space and escapes as no writer would set them, but as every reader takes them. */
function oddJson(value: Json, chance: Chance): string {
  const space = () => ["", "", " ", "\n  ", "\r\n\t"][chance(5)] ?? "";
  const list = (items: readonly string[]) => items.join(`${space()},${space()}`);
  if (typeof value === "string") {
    const json = JSON.stringify(value);
    return chance(4) === 0 ? json.replaceAll("/", "\\/").replaceAll("é", "\\u00E9") : json;
  }
  if (Array.isArray(value)) return `[${space()}${list(value.map((item: Json) => oddJson(item, chance)))}${space()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value as { [key: string]: Json }).map(
    ([key, item]) => `${JSON.stringify(key)}${space()}:${space()}${oddJson(item, chance)}`,
  );
  return `{${space()}${list(members)}${space()}}`;
}

const WORDS = ["a", "é", "/", '"', "\\", "{", "]", "\t", " ", "\n", "\n", "x = 1", "😀", "\u2028", "# %% [1] code"];

function words(chance: Chance, count: number): string {
  return Array.from({ length: chance(count) }, () => WORDS[chance(WORDS.length)]).join("");
}

type CellJson = { readonly [key: string]: Json };

function cellBy(chance: Chance, id: string): CellJson {
  const text = words(chance, 8);
  const source = chance(3) === 0 ? text : (text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
  const kind = ["code", "markdown", "raw"][chance(3)] ?? "code";
  const made: [string, Json][] = [
    ["cell_type", kind],
    ["id", id],
    ["metadata", { odd: [1, { "}": "]" }], source: "not this" }],
    ["source", source],
    ...(kind === "code"
      ? ([
          ["execution_count", chance(9)],
          ["outputs", chance(2) === 0 ? [] : [{ output_type: "stream", name: "stdout", text: words(chance, 5) }]],
        ] as [string, Json][])
      : []),
  ];
  return Object.fromEntries(made.sort(() => chance(3) - 1));
}

function editBy(chance: Chance, cells: readonly CellJson[]): CellEdit {
  const at = chance(cells.length + 1);
  const cell = chance(2) === 0 ? String(at + 1) : `id${at}`;
  const kind = (["code", "markdown", "raw"] as const)[chance(3)] ?? "code";
  const source = words(chance, 6);
  switch (chance(5)) {
    case 0:
      return { cell, action: "delete" };
    case 1:
      return { cell: chance(3) === 0 ? "0" : cell, action: "insert", source, kind };
    case 2:
      return { cell, action: "retype", kind };
    case 3:
      return { cell, action: "passage", oldText: words(chance, 2), newText: source };
    default:
      return { cell, action: "replace", source };
  }
}

const linesOf = (source: Json | undefined) => (Array.isArray(source) ? source.join("") : source);

describe("notebooks by chance", () => {
  it(`${RUNS} times every byte outside the changed cells stays, and what is written is a notebook`, () => {
    const seen = { changed: 0, inserted: 0, deleted: 0, failed: 0 };
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = seeded(seed);
      const chance: Chance = (limit) => random.below(limit);
      const cells = Array.from({ length: chance(6) }, (_, i) => cellBy(chance, `id${i}`));
      const top: [string, Json][] = [
        ["cells", cells],
        ["metadata", { cells: [{ cell_type: "code" }], "nbformat\n": '"cells": [' }],
        ["nbformat", 4],
        ["nbformat_minor", 5],
      ];
      const value = Object.fromEntries(top.sort(() => chance(3) - 1));
      const text = [
        () => `${JSON.stringify(value, undefined, chance(3))}\n`,
        () => JSON.stringify(value, undefined, "\t").replaceAll("\n", "\r\n"),
        () => `\n ${oddJson(value, chance)}\r\n`,
      ][chance(3)]?.();
      const notebook = parseNotebook(text ?? "");
      assert.ok(notebook && text, `seed ${seed}`);
      assert.equal(notebook.cells.length, cells.length);
      const edits = Array.from({ length: 1 + chance(4) }, () => editBy(chance, cells));
      let ids = 0;
      const made = editCells(notebook, edits, { newId: () => `new${ids++}`, wasRead: seed % 2 === 0 });
      for (const { status } of made.outcomes) seen[status]++;

      // Around the cells not a byte is another, and each cell that nobody named has its own.
      assert.ok(made.text.startsWith(text.slice(0, notebook.list.start)), `seed ${seed}`);
      assert.ok(made.text.endsWith(text.slice(notebook.list.end)), `seed ${seed}`);
      const now = parseNotebook(made.text);
      assert.ok(now, `seed ${seed}: ${made.text}`);
      const named = new Set(
        edits.flatMap((edit, i) =>
          made.outcomes[i]?.status === "failed" || edit.action === "insert" ? [] : [edit.cell],
        ),
      );
      for (const cell of notebook.cells) {
        if (named.has(cell.id ?? "") || named.has(String(cell.index))) continue;
        const same = now.cells.find(({ id }) => id === cell.id);
        assert.ok(same, `seed ${seed}: cell ${cell.index} is gone`);
        const bytes = made.text.slice(same.span.start, same.span.end);
        assert.equal(bytes, text.slice(cell.span.start, cell.span.end), `seed ${seed}`);
      }

      // The changed cells say what they should, and keep what nobody spoke of.
      for (const [i, outcome] of made.outcomes.entries()) {
        const edit = edits[i];
        if (!edit || outcome.status === "failed" || outcome.status === "deleted") continue;
        const cell = now.cells[outcome.cell - 1];
        const json = JSON.parse(made.text.slice(cell?.span.start, cell?.span.end)) as CellJson;
        assert.deepEqual("outputs" in json, json.cell_type === "code", `seed ${seed}`);
        assert.deepEqual("execution_count" in json, json.cell_type === "code", `seed ${seed}`);
        if (outcome.status === "inserted") {
          assert.ok(edit.action === "insert");
          assert.equal(linesOf(json.source), edit.source.replace(/\n$/, ""), `seed ${seed}`);
          assert.equal(json.id, outcome.id);
        } else {
          assert.deepEqual(json.metadata, { odd: [1, { "}": "]" }], source: "not this" });
          if (json.cell_type === "code") assert.deepEqual(json.outputs, []);
        }
        assert.equal(typeof notebookText(made.text), "string");
      }
      const come = made.outcomes.filter(({ status }) => status === "inserted").length;
      const gone = cells.filter((_, i) =>
        edits.some(({ action, cell }) => action === "delete" && (cell === `id${i}` || cell === String(i + 1))),
      );
      assert.equal(now.cells.length, cells.length + come - gone.length, `seed ${seed}`);
    }
    for (const [status, count] of Object.entries(seen)) assert.ok(count > 40, `${status}: ${count}`);
  });
});
