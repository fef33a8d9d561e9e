import { t } from "../l10n.ts";
import { highlight } from "./highlight.ts";

/** Fenced code: the text, and buttons that a listener further up serves by their `data-act`. */

export type CodeAction = "copy" | "insert";

const sources = new WeakMap<Element, string>();

/** Turns a sanitised `pre` into a code block with buttons, coloured once. */
export function dressCode(pre: HTMLElement): HTMLElement {
  const text = (pre.textContent ?? "").replace(/\n$/, "");
  const block = codeFrame(pre.dataset.lang ?? "");
  const code = document.createElement("code");
  const markup = highlight(text, pre.dataset.lang ?? "");
  if (markup === undefined) code.textContent = text;
  else code.innerHTML = markup;
  code.dir = "ltr";
  pre.replaceChildren(code);
  pre.tabIndex = 0;
  pre.replaceWith(block);
  block.prepend(pre);
  sources.set(block, text);
  return block;
}

export function codeOf(button: Element): string | undefined {
  const block = button.closest(".cb");
  return block ? sources.get(block) : undefined;
}

function codeFrame(language: string): HTMLElement {
  const block = document.createElement("div");
  block.className = "cb";
  const bar = document.createElement("div");
  bar.className = "bar";
  bar.append(button("copy", t("Copy"), COPY), button("insert", t("Insert at cursor"), INSERT));
  block.append(bar);
  if (language) block.dataset.lang = language;
  return block;
}

const COPY =
  "M6.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1ZM10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2";
const INSERT = "M2.5 2.5h3M4 2.5v11M2.5 13.5h3M14 8H7.5M10 5.5 7.5 8l2.5 2.5";
const SVG = "http://www.w3.org/2000/svg";

function button(action: CodeAction, label: string, path: string): HTMLButtonElement {
  const node = document.createElement("button");
  node.type = "button";
  node.className = "ib sm";
  node.dataset.act = action;
  node.title = label;
  node.setAttribute("aria-label", label);
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("class", "i");
  icon.setAttribute("viewBox", "0 0 16 16");
  icon.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  icon.append(line);
  node.append(icon);
  return node;
}

/** Lines of one node: a browser lays a text node out as a whole whenever it grows. */
const CHUNK_LINES = 40;

/** A fence that is still being written. Plain until it is complete. */
export class GrowingCode {
  readonly node: HTMLElement;
  readonly #code: HTMLElement;
  readonly #partial = document.createTextNode("");
  #chunk: HTMLElement | undefined;
  #lines = 0;

  constructor(language: string) {
    this.node = document.createElement("div");
    this.node.className = "blk";
    const block = codeFrame(language);
    block.classList.add("growing");
    const pre = document.createElement("pre");
    this.#code = document.createElement("code");
    this.#code.dir = "ltr";
    pre.append(this.#code);
    block.prepend(pre);
    this.node.append(block);
  }

  addLine(line: string): void {
    if (!this.#chunk || this.#lines % CHUNK_LINES === 0) {
      this.#chunk = document.createElement("span");
      this.#chunk.className = "ck";
      this.#code.append(this.#chunk);
    }
    this.#chunk.append(`${line}\n`);
    this.#lines++;
  }

  /** The line that is not complete yet. */
  showPartial(text: string): void {
    this.#partial.data = text;
    this.#code.append(this.#partial);
  }
}
