import { headOf } from "./limits.ts";
import { elementsOf, type Member, memberOf, membersOf, type Span, valueAt } from "./notebookJson.ts";

/** Jupyter notebooks: JSON in the nbformat 4 form. */

export type CellKind = "code" | "markdown" | "raw";

export interface Cell {
  /** From 1. */
  readonly index: number;
  readonly id: string | undefined;
  readonly kind: CellKind;
  readonly source: string;
  readonly outputs: readonly unknown[];
  readonly span: Span;
  readonly members: readonly Member[];
}

export interface Notebook {
  readonly text: string;
  readonly cells: readonly Cell[];
  /** Where the list of cells stands. */
  readonly list: Span;
  /** Cells carry ids since nbformat 4.5. */
  readonly hasIds: boolean;
}

/** undefined when the text is no notebook, or one of the forms before 4. */
export function parseNotebook(text: string): Notebook | undefined {
  const value = parsed(text);
  if (!isRecord(value) || typeof value.nbformat !== "number" || value.nbformat < 4) return undefined;
  if (!Array.isArray(value.cells)) return undefined;
  const list = memberOf(membersOf(text, valueAt(text, 0)), "cells")?.value;
  if (!list) return undefined;
  const spans = elementsOf(text, list);
  const cells: Cell[] = [];
  for (const [i, cell] of (value.cells as readonly unknown[]).entries()) {
    const span = spans[i];
    const kind = isRecord(cell) ? kindOf(cell.cell_type) : undefined;
    if (!isRecord(cell) || !span || !kind) return undefined;
    cells.push({
      index: i + 1,
      id: typeof cell.id === "string" ? cell.id : undefined,
      kind,
      source: textOf(cell.source),
      outputs: Array.isArray(cell.outputs) ? cell.outputs : [],
      span,
      members: membersOf(text, span),
    });
  }
  const minor = typeof value.nbformat_minor === "number" ? value.nbformat_minor : 0;
  return { text, cells, list, hasIds: value.nbformat > 4 || minor >= 5 };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function kindOf(value: unknown): CellKind | undefined {
  return value === "code" || value === "markdown" || value === "raw" ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** nbformat writes long texts as one string or as a list of lines. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.filter((line) => typeof line === "string").join("") : "";
}

/** A notebook as the model reads it: its cells one after the other, outputs cut short and pictures only named. undefined
 * when the text is no notebook. */
export function notebookText(text: string): string | undefined {
  const notebook = parseNotebook(text);
  if (!notebook) return undefined;
  if (notebook.cells.length === 0) return "(a notebook without cells)\n";
  return notebook.cells.map((cell) => cellText(cell)).join("");
}

export function cellText(cell: Cell): string {
  const { index, kind, id, source } = cell;
  const head = `# %% [${index}] ${kind}${id === undefined ? "" : ` id=${id}`}`;
  const output = outputText(cell);
  return `${head}\n${ended(source)}${output === "" ? "" : `# %% [${index}] output\n${ended(output)}`}`;
}

function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

const OUTPUT_HEAD_BYTES = 1_500;
const OUTPUT_TAIL_CHARACTERS = 500;

function outputText({ outputs }: Cell): string {
  const whole = withoutEscapes(outputs.map((output) => ended(oneOutput(output))).join(""));
  const head = headOf(whole, OUTPUT_HEAD_BYTES);
  if (whole.length <= head.length + OUTPUT_TAIL_CHARACTERS) return whole;
  // A character of two units is not cut in half.
  const tail = whole.slice(-OUTPUT_TAIL_CHARACTERS).replace(/^[\udc00-\udfff]/, "");
  return `${ended(head)}[${whole.length - head.length - tail.length} characters left out]\n${tail}`;
}

function oneOutput(output: unknown): string {
  if (!isRecord(output)) return "";
  switch (output.output_type) {
    case "stream":
      return textOf(output.text);
    case "error":
      return `${String(output.ename)}: ${String(output.evalue)}\n${textOf(lines(output.traceback))}`;
    default:
      return isRecord(output.data) ? dataText(output.data) : "";
  }
}

function lines(traceback: unknown): unknown {
  return Array.isArray(traceback) ? traceback.map((line) => `${String(line)}\n`) : traceback;
}

function dataText(data: Readonly<Record<string, unknown>>): string {
  const shown = ["text/plain", "text/markdown", "text/latex"].find((type) => data[type] !== undefined);
  const others = Object.entries(data).filter(([type]) => type !== shown);
  const names = others.map(([type, value]) => `[${type}, ${sizeOf(type, value)}]\n`);
  return `${shown === undefined ? "" : ended(textOf(data[shown]))}${names.join("")}`;
}

function sizeOf(type: string, value: unknown): string {
  const { length } = typeof value === "object" && !Array.isArray(value) ? JSON.stringify(value) : textOf(value);
  // Pictures are kept as base64, but for those that are text themselves.
  const bytes = /^(image|audio|video)\//.test(type) && !type.includes("svg") ? Math.round(length * 0.75) : length;
  return bytes < 1_000 ? `${bytes} bytes` : `${Math.round(bytes / 1_000)} KB`;
}

const ESCAPE = String.fromCharCode(27);
const ESCAPES = new RegExp(`${ESCAPE}(\\[[0-9;?]*[ -/]*[@-~]|[@-Z\\\\^_])`, "g");

/** Colours and the like. */
function withoutEscapes(text: string): string {
  return text.includes(ESCAPE) ? text.replace(ESCAPES, "") : text;
}
