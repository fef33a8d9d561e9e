import { bytesOf, linesOf } from "./limits.ts";
import type { Cell, Notebook } from "./notebook.ts";
import { elementsOf, memberOf, membersOf, type Span, sliceOf, valueAt } from "./notebookJson.ts";

/** How a notebook's JSON is laid out: what is new in it is written alike. */
export class NotebookStyle {
  readonly #text: string;
  /** What one level is indented by; undefined when all stands on one line. */
  readonly #unit: string | undefined;
  readonly #newline: string;
  readonly #colon: string;
  readonly #comma: string;
  readonly #asciiOnly: boolean;
  /** Of the line that a cell begins on. */
  readonly #cellIndent: string;

  /** Between `[` and the first cell, between two cells, and between the last one and `]`. */
  readonly beforeFirst: string;
  readonly between: string;
  readonly afterLast: string;

  constructor({ text, list }: Notebook) {
    this.#text = text;
    const top = valueAt(text, 0);
    const members = membersOf(text, top);
    const [first, second] = members;
    const lead = text.slice(top.start + 1, first?.start ?? top.start + 1);
    this.#newline = lead.includes("\r\n") ? "\r\n" : "\n";
    this.#unit = lead.includes("\n") ? lead.slice(lead.lastIndexOf("\n") + 1) : undefined;
    this.#colon = first ? text.slice(first.keyEnd, first.value.start) : ": ";
    this.#comma = first && second ? text.slice(first.end, second.start) : ",";
    this.#asciiOnly = bytesOf(text) === text.length && /\\u(?!00[0-7])[0-9a-f]{4}/i.test(text);
    const cells = elementsOf(text, list);
    const [one, two] = cells;
    const last = cells.at(-1);
    const unit = this.#unit ?? "";
    this.beforeFirst = one ? text.slice(list.start + 1, one.start) : this.#line(unit + unit);
    this.afterLast = last ? text.slice(last.end, list.end - 1) : this.#line(unit);
    const newLine = this.beforeFirst.lastIndexOf("\n");
    this.#cellIndent = newLine < 0 ? unit + unit : this.beforeFirst.slice(newLine + 1);
    this.between = one && two ? text.slice(one.end, two.start) : this.#separator(this.beforeFirst);
  }

  /** A value as it stands in the notebook. */
  text(span: Span): string {
    return sliceOf(this.#text, span);
  }

  /** A cell of these members, whose values are JSON already. */
  object(members: readonly (readonly [string, string])[]): string {
    const inner = this.#line(this.#cellIndent + (this.#unit ?? ""));
    const body = members.map(([key, value]) => `${JSON.stringify(key)}${this.#colon}${value}`);
    return `{${inner}${body.join(this.#separator(inner))}${this.#line(this.#cellIndent)}}`;
  }

  /** A cell's source, in the form in which the cell has it: one string, or a list of lines. Lines that stay keep their
   * bytes. */
  source(source: string, cell: Cell | undefined): string {
    const member = cell && memberOf(cell.members, "source");
    if (member && this.#text[member.value.start] === '"') return this.#quoted(source);
    const lines = linesOf(source);
    if (lines.length === 0) return "[]";
    const old = member ? elementsOf(this.#text, member.value) : [];
    const known = new Map(old.map((span) => [JSON.parse(this.text(span)) as unknown, this.text(span)]));
    const body = lines.map((line) => known.get(line) ?? this.#quoted(line));
    const unit = this.#unit ?? "";
    const [first, second] = old;
    const last = old.at(-1);
    const outer = this.#cellIndent + unit;
    const lead = member && first ? this.#text.slice(member.value.start + 1, first.start) : this.#line(outer + unit);
    const tail = member && last ? this.#text.slice(last.end, member.value.end - 1) : this.#line(outer);
    const separator = first && second ? this.#text.slice(first.end, second.start) : this.#separator(lead);
    return `[${lead}${body.join(separator)}${tail}]`;
  }

  #line(indent: string): string {
    return this.#unit === undefined ? "" : this.#newline + indent;
  }

  #separator(lead: string): string {
    if (lead.includes("\n")) return `,${lead}`;
    return this.#comma.includes("\n") ? ", " : this.#comma;
  }

  #quoted(value: string): string {
    const json = JSON.stringify(value);
    if (!this.#asciiOnly) return json;
    return json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  }
}
