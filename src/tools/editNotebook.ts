import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { Place, TextFile } from "../agent/ports.ts";
import type { Plan, Tool, ToolEnv } from "../agent/tool.ts";
import { textChange } from "../edit/hunks.ts";
import { watchEdit } from "./afterEdit.ts";
import { toolArguments } from "./arguments.ts";
import { toldOnly } from "./fileEdits.ts";
import { headOf } from "./limits.ts";
import { cellText, type Notebook, parseNotebook } from "./notebook.ts";
import { type CellEdit, type CellOutcome, editCells } from "./notebookEdit.ts";
import { existing } from "./places.ts";

/** Models give a cell's number as a number too. */
const cell = z.preprocess((value) => (typeof value === "number" ? String(value) : value), z.string().min(1).max(100));
cell._zod.toJSONSchema = () => ({ type: "string", description: "id or number" });

const wish = z.strictObject({
  cell,
  old_text: z.string().optional(),
  new_text: z.string().optional(),
  source: z.string().optional(),
  kind: z.enum(["code", "markdown", "raw"]).optional(),
  action: z.enum(["replace", "insert_after", "delete"]).optional(),
});

const schema = toolArguments({ path: z.string().min(1), edits: z.array(wish).min(1).max(200) });

export const editNotebook: Tool<z.infer<typeof schema>> = {
  name: "edit_notebook",
  description:
    'Edit cells of an .ipynb: replace a passage (old_text, new_text) or the whole source. insert_after "0" is at the top.',
  schema,
  readOnly: false,
  async plan({ path, edits }, { env, signal }) {
    const place = await existing(path, "file", env, signal);
    const file = await env.files.read(place);
    const notebook = parseNotebook(file.text);
    if (!notebook) return toldOnly(place, `${place.shown} is no notebook of the nbformat 4 form; use edit_file.`);
    const wanted = edits.map(wishOf);
    const seen = env.seen.get(place.path);
    if (seen !== undefined && seen !== file.version) return changedSince({ place, file, notebook, wanted, env });
    const { text, outcomes } = editCells(notebook, wanted, {
      newId: () => crypto.randomUUID().slice(0, 8),
      wasRead: seen !== undefined,
    });
    const said = outcomes.map((outcome, i) => wordsOf(outcome, i, outcomes.length));
    if (outcomes.every(({ status }) => status === "failed")) return toldOnly(place, said.join("\n"));
    if (text === file.text) return toldOnly(place, "These edits together leave the notebook as it is.");
    const change = { shown: place.shown, path: place.path, kind: "edit" as const, ...textChange(file.text, text) };
    return {
      actions: [{ kind: "write", place, change }],
      async run() {
        const watch = watchEdit(env, [place]);
        const written = await env.files.write(place, text, { expect: file.version });
        env.seen.set(place.path, written.version);
        const report = await watch.report([{ place, intended: text, written }], { signal });
        return [`Edited ${place.shown}.`, ...said, ...(report === "" ? [] : [report])].join("\n");
      },
    };
  },
};

function wishOf({ cell, action = "replace", source, old_text, new_text, kind }: z.infer<typeof wish>): CellEdit {
  switch (action) {
    case "delete":
      return { cell, action };
    case "insert_after": {
      const given = source ?? new_text;
      if (given === undefined) throw new ToolError("insert_after needs the source of the new cell.");
      return { cell, action: "insert", source: given, kind: kind ?? "code" };
    }
    case "replace":
      if (source !== undefined) {
        if (old_text) throw new ToolError(`Cell ${cell}: give either source or old_text and new_text.`);
        return { cell, action, source, kind };
      }
      if (old_text !== undefined && new_text !== undefined) {
        return { cell, action: "passage", oldText: old_text, newText: new_text, kind };
      }
      if (kind && old_text === undefined && new_text === undefined) return { cell, action: "retype", kind };
      throw new ToolError(`Cell ${cell}: give old_text and new_text, or the whole source.`);
  }
}

function wordsOf(outcome: CellOutcome, index: number, count: number): string {
  switch (outcome.status) {
    case "changed":
      return `Cell ${outcome.cell} changed${outcome.outputsCleared ? "; its outputs were cleared" : ""}.`;
    case "inserted":
      return `Cell ${outcome.cell} inserted${outcome.id === undefined ? "" : ` (id=${outcome.id})`}.`;
    case "deleted":
      return `Cell ${outcome.cell} deleted.`;
    case "failed":
      return count === 1 ? `Not edited: ${outcome.words}` : `Edit ${index + 1} of ${count} failed: ${outcome.words}`;
  }
}

const FRESH_BYTES = 6_000;

interface Stale {
  readonly place: Place;
  readonly file: TextFile;
  readonly notebook: Notebook;
  readonly wanted: readonly CellEdit[];
  readonly env: ToolEnv;
}

/** The model gets the cells as they are now, so that its next call can land. */
function changedSince({ place, file, notebook, wanted, env }: Stale): Plan {
  const names = new Set(wanted.map((edit) => edit.cell));
  const meant = notebook.cells.filter(
    ({ id, index }) => names.has(String(index)) || (id !== undefined && names.has(id)),
  );
  const cells = headOf(meant.map(cellText).join(""), FRESH_BYTES);
  return toldOnly(
    place,
    `${place.shown} has changed since you last saw it; nothing was edited. These cells now read:\n${cells}[end]\nEdit again if that is still right.`,
    () => env.seen.set(place.path, file.version),
  );
}
