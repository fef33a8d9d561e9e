import { applyEdits } from "../edit/apply.ts";
import { headOf } from "./limits.ts";
import type { Cell, CellKind, Notebook } from "./notebook.ts";
import { elementsOf, memberOf, sliceOf } from "./notebookJson.ts";
import { NotebookStyle } from "./notebookStyle.ts";

/** One wish for a cell. Cells are named by their id, or by their number from 1, as they were before the first edit. */
export type CellEdit = { readonly cell: string } & (
  | { readonly action: "replace"; readonly source: string; readonly kind?: CellKind | undefined }
  | { readonly action: "retype"; readonly kind: CellKind }
  | {
      readonly action: "passage";
      readonly oldText: string;
      readonly newText: string;
      readonly kind?: CellKind | undefined;
    }
  /** After the cell; after the cell "0" is before all others. */
  | { readonly action: "insert"; readonly source: string; readonly kind: CellKind }
  | { readonly action: "delete" }
);

export type CellOutcome =
  | { readonly status: "changed"; readonly cell: number; readonly outputsCleared: boolean }
  | { readonly status: "inserted"; readonly cell: number; readonly id: string | undefined }
  | { readonly status: "deleted"; readonly cell: number }
  | { readonly status: "failed"; readonly words: string };

export interface EditedNotebook {
  readonly text: string;
  /** One for each edit, in order; numbers of cells as they are afterwards, of deleted ones as they were. */
  readonly outcomes: readonly CellOutcome[];
}

/** A cell on its way: one that was there, or a new one. */
interface Draft {
  readonly cell: Cell | undefined;
  readonly id: string | undefined;
  kind: CellKind;
  source: string;
  deleted: boolean;
}

type Done = { readonly draft: Draft; readonly status: "changed" | "inserted" | "deleted" };

export interface EditOptions {
  readonly newId: () => string;
  /** The model has read the notebook: it may be told what stands there, and is taken to mean what is only like it. */
  readonly wasRead: boolean;
}

/** Applies each edit on its own: one that does not fit leaves the others alone. Every byte outside the changed cells
 * stays. A changed code cell loses its outputs, which are those of other code. */
export function editCells(notebook: Notebook, edits: readonly CellEdit[], options: EditOptions): EditedNotebook {
  const drafts: Draft[] = notebook.cells.map((cell) => ({
    cell,
    id: cell.id,
    kind: cell.kind,
    source: cell.source,
    deleted: false,
  }));
  const ids = new Set(drafts.flatMap(({ id }) => id ?? []));
  const results = edits.map((edit) => applied(edit, { notebook, drafts, ids, options }));
  const left = drafts.filter(({ deleted }) => !deleted);
  const outcomes = results.map((result): CellOutcome => {
    if (typeof result === "string") return { status: "failed", words: result };
    const { draft, status } = result;
    const cell = left.indexOf(draft) + 1;
    if (status === "deleted" || cell === 0) return { status: "deleted", cell: draft.cell?.index ?? 0 };
    if (status === "inserted") return { status, cell, id: draft.id };
    return { status, cell, outputsCleared: clearsOutputs(draft) };
  });
  return { text: written(notebook, left), outcomes };
}

interface Work {
  readonly notebook: Notebook;
  readonly drafts: Draft[];
  /** Taken already. */
  readonly ids: Set<string>;
  readonly options: EditOptions;
}

/** What was done, or why nothing was. */
function applied(edit: CellEdit, work: Work): Done | string {
  const { notebook, drafts, options } = work;
  const atTop = edit.action === "insert" && edit.cell === "0";
  const cell = atTop ? undefined : cellNamed(edit.cell, notebook);
  if (!cell && !atTop) return `there is no cell ${JSON.stringify(edit.cell)}; ${countOf(notebook)}.`;
  const at = cell ? drafts.findIndex((draft) => draft.cell === cell) : -1;
  if (edit.action === "insert") return inserted(edit, at + 1, work);
  const draft = drafts[at];
  if (!draft || draft.deleted) return `cell ${edit.cell} was deleted by an edit before this one.`;
  if (edit.action !== "delete") return changed(edit, draft, options);
  draft.deleted = true;
  return { draft, status: "deleted" };
}

function inserted(edit: CellEdit & { action: "insert" }, at: number, { notebook, drafts, ids, options }: Work): Done {
  const draft: Draft = {
    cell: undefined,
    id: notebook.hasIds ? freshId(ids, options.newId) : undefined,
    kind: edit.kind,
    source: withEndOf("", edit.source),
    deleted: false,
  };
  // Behind those that were inserted at the same place before.
  let next = at;
  while (drafts[next] && !drafts[next]?.cell) next++;
  drafts.splice(next, 0, draft);
  return { draft, status: "inserted" };
}

function changed(
  edit: Exclude<CellEdit, { action: "insert" | "delete" }>,
  draft: Draft,
  { wasRead }: EditOptions,
): Done | string {
  const before = { source: draft.source, kind: draft.kind };
  if (edit.action === "replace") draft.source = withEndOf(draft.source, edit.source);
  if (edit.action === "passage") {
    const wish = { oldText: edit.oldText, newText: edit.newText, all: false };
    const { text, outcomes } = applyEdits(draft.source, [wish], { near: wasRead });
    const status = outcomes[0]?.status;
    if (status !== "applied") return failure(status, edit.cell, wasRead ? draft.source : undefined);
    draft.source = text;
  }
  draft.kind = edit.kind ?? draft.kind;
  if (draft.source === before.source && draft.kind === before.kind) return `cell ${edit.cell} is like that already.`;
  return { draft, status: "changed" };
}

const MAX_SOURCE_BYTES = 3_000;

/** `source` is told where the model may know it. */
function failure(status: string | undefined, cell: string, source: string | undefined): string {
  switch (status) {
    case "ambiguous":
      return `old_text is there more than once in cell ${cell}. Add lines around it, or give the whole source.`;
    case "empty":
      return "old_text is empty. Give the whole source instead.";
    case "unchanged":
      return "old_text and new_text are the same.";
    default: {
      if (source === undefined)
        return `old_text is not in cell ${cell}. You have not read the notebook: read it first.`;
      const told = headOf(source, MAX_SOURCE_BYTES);
      return `old_text is not in cell ${cell} as given. Its source:\n${told}${told === "" || told.endsWith("\n") ? "" : "\n"}[end]`;
    }
  }
}

/** The last line of a cell has no line ending as a rule, and models write one. */
function withEndOf(before: string, source: string): string {
  return before.endsWith("\n") ? source : source.replace(/\r?\n$/, "");
}

function cellNamed(name: string, { cells }: Notebook): Cell | undefined {
  const wanted = name.trim();
  return cells.find(({ id }) => id === wanted) ?? cells.find(({ index }) => String(index) === wanted);
}

function countOf({ cells: { length } }: Notebook): string {
  return length === 1 ? "the notebook has 1 cell" : `the notebook has ${length} cells`;
}

function freshId(taken: Set<string>, newId: () => string): string {
  let id = newId();
  while (taken.has(id)) id = newId();
  taken.add(id);
  return id;
}

function isTouched({ cell, source, kind }: Draft): boolean {
  return !cell || cell.source !== source || cell.kind !== kind;
}

function clearsOutputs(draft: Draft): boolean {
  return isTouched(draft) && (draft.cell?.outputs.length ?? 0) > 0;
}

/** The notebook with these cells. What stands between two cells that were neighbours before stays between them. */
function written(notebook: Notebook, drafts: readonly Draft[]): string {
  const { text, list } = notebook;
  const style = new NotebookStyle(notebook);
  const old = elementsOf(text, list);
  const unmoved = drafts.length === old.length && drafts.every(({ cell }, i) => cell === notebook.cells[i]);
  if (unmoved && !drafts.some(isTouched)) return text;
  if (drafts.length === 0) return `${text.slice(0, list.start)}[]${text.slice(list.end)}`;
  let body = style.beforeFirst;
  for (const [i, draft] of drafts.entries()) {
    const [before, here] = [drafts[i - 1]?.cell, draft.cell];
    if (i > 0) {
      const neighbours = before && here && here.index === before.index + 1;
      body += neighbours ? text.slice(before.span.end, here.span.start) : style.between;
    }
    body += here ? cellAgain(notebook, here, draft, style) : newCell(draft, style);
  }
  return `${text.slice(0, list.start)}[${body}${style.afterLast}]${text.slice(list.end)}`;
}

function cellAgain({ text }: Notebook, cell: Cell, draft: Draft, style: NotebookStyle): string {
  if (!isTouched(draft)) return sliceOf(text, cell.span);
  const values = new Map<string, string>();
  if (draft.source !== cell.source) values.set("source", style.source(draft.source, cell));
  if (cell.kind === "code" || draft.kind === "code") {
    values.set("execution_count", "null");
    values.set("outputs", "[]");
  }
  if (draft.kind !== cell.kind || !memberOf(cell.members, "source")) return retyped(cell, draft.kind, values, style);
  const known = cell.members.filter((member) => memberOf(cell.members, member.key) === member);
  let out = "";
  let at = cell.span.start;
  for (const { key, value } of known) {
    const now = values.get(key);
    if (now === undefined) continue;
    out += text.slice(at, value.start) + now;
    at = value.end;
  }
  return out + text.slice(at, cell.span.end);
}

/** Only code has outputs and a count, and only text has attachments. */
const CODE_ONLY = new Set(["execution_count", "outputs"]);

function retyped(cell: Cell, kind: CellKind, values: ReadonlyMap<string, string>, style: NotebookStyle): string {
  const kept = cell.members.filter(({ key }) => !CODE_ONLY.has(key) && !(kind === "code" && key === "attachments"));
  const members = kept.map(({ key, value }): [string, string] => {
    const text = values.get(key) ?? style.text(value);
    return [key, key === "cell_type" ? JSON.stringify(kind) : text];
  });
  if (!memberOf(kept, "source")) members.push(["source", values.get("source") ?? "[]"]);
  if (kind === "code") members.push(["execution_count", "null"], ["outputs", "[]"]);
  return style.object(inOrder(members));
}

function newCell({ id, kind, source }: Draft, style: NotebookStyle): string {
  const members: [string, string][] = [
    ["cell_type", JSON.stringify(kind)],
    ["metadata", "{}"],
    ["source", style.source(source, undefined)],
  ];
  if (id !== undefined) members.push(["id", JSON.stringify(id)]);
  if (kind === "code") members.push(["execution_count", "null"], ["outputs", "[]"]);
  return style.object(inOrder(members));
}

/** As Jupyter and VS Code write them. */
function inOrder(members: readonly [string, string][]): [string, string][] {
  return members.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
