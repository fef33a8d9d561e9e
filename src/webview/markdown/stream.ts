import { dressCode, GrowingCode } from "./codeBlock.ts";
import { blocksOf, markupOf, sanitise } from "./render.ts";

/**
 * Streaming markdown, outside the virtual DOM. Finished blocks are settled and never looked at again; only the tail is
 * rendered anew, at most once a frame. `finish` compares with a full rendering and puts right what differs.
 */

interface Block {
  readonly markup: string;
  readonly node: HTMLElement;
}

interface Fence {
  readonly marker: string;
  readonly indent: number;
  readonly code: GrowingCode;
  /** Offset in the source where the fence begins. */
  readonly from: number;
}

const FENCE = /^( {0,3})(`{3,}(?=[^`\n]*\n)|~{3,}(?=[^\n]*\n))([^\n]*)\n/;
/** Time between renderings, as a multiple of what the last one cost: a long tail may take a fifth of the time. */
const PAUSE_FACTOR = 4;
const LONGEST_PAUSE_MS = 500;
/** A hidden page gets no frames. */
const WITHOUT_FRAMES_MS = 250;

export function renderWhole(container: HTMLElement, source: string): void {
  new MarkdownStream(container).finish(source);
}

export class MarkdownStream {
  readonly #container: HTMLElement;
  #source = "";
  #carry = "";
  #settledTo = 0;
  #settled = 0;
  #blocks: Block[] = [];
  #fence: Fence | undefined;
  #fenceRead = 0;
  #cancel: (() => void) | undefined;
  #notBefore = 0;

  constructor(container: HTMLElement) {
    this.#container = container;
  }

  append(text: string): void {
    this.#take(text);
    if (!this.#cancel) this.#cancel = schedule(() => this.#due());
  }

  /** The last of the text, then one full rendering. */
  finish(rest = ""): void {
    this.#take(rest);
    this.#source += this.#carry;
    this.#carry = "";
    this.dispose();
    this.#leaveFence();
    this.#show(0, this.#source);
  }

  dispose(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Shows what has come, now. */
  flush(): void {
    for (;;) {
      if (this.#fence && !this.#readFence(this.#fence)) return;
      this.#settle();
      if (!this.#openFence()) break;
    }
    this.#show(this.#settled, this.#source.slice(this.#settledTo));
  }

  #due(): void {
    this.#cancel = undefined;
    const now = performance.now();
    if (now < this.#notBefore) {
      this.#cancel = schedule(() => this.#due());
      return;
    }
    this.flush();
    const cost = performance.now() - now;
    this.#notBefore = now + cost + Math.min(cost * PAUSE_FACTOR, LONGEST_PAUSE_MS);
  }

  /** Line endings become `\n`, as the parser would make them; a `\r` at the end waits for what follows. */
  #take(text: string): void {
    const whole = this.#carry + text;
    const cut = whole.endsWith("\r") ? whole.length - 1 : whole.length;
    this.#carry = whole.slice(cut);
    this.#source += whole.slice(0, cut).replace(/\r\n?/g, "\n");
  }

  /** Settles all blocks of the tail but the last, as far as complete lines go. */
  #settle(): void {
    const complete = this.#source.lastIndexOf("\n") + 1;
    if (complete <= this.#settledTo) return;
    const blocks = blocksOf(this.#source.slice(this.#settledTo, complete));
    const last = blocks.findLastIndex((block) => block.type !== "space" && block.type !== "def");
    if (last <= 0) return;
    const done = blocks.slice(0, last);
    this.#settled = this.#place(this.#settled, done.map(markupOf));
    this.#settledTo += done.reduce((length, block) => length + block.raw.length, 0);
  }

  #openFence(): boolean {
    const found = FENCE.exec(this.#source.slice(this.#settledTo));
    if (!found) return false;
    const [whole, indent = "", marker = "", info = ""] = found;
    this.#drop(this.#settled);
    const code = new GrowingCode(info.trim().split(/[\s,{]/, 1)[0] ?? "");
    this.#container.append(code.node);
    this.#fence = { marker, indent: indent.length, code, from: this.#settledTo };
    this.#fenceRead = this.#settledTo + whole.length;
    return true;
  }

  /** Reads complete lines of an open fence; true when it was closed. */
  #readFence(fence: Fence): boolean {
    for (;;) {
      const end = this.#source.indexOf("\n", this.#fenceRead);
      if (end < 0) break;
      const line = this.#source.slice(this.#fenceRead, end);
      this.#fenceRead = end + 1;
      if (closes(line, fence.marker)) {
        this.#leaveFence();
        this.#settled = this.#place(this.#settled, blocksOf(this.#source.slice(fence.from, end + 1)).map(markupOf));
        this.#settledTo = end + 1;
        return true;
      }
      fence.code.addLine(unindented(line, fence.indent));
    }
    const partial = this.#source.slice(this.#fenceRead);
    fence.code.showPartial(/^ {0,3}[`~]*$/.test(partial) ? "" : unindented(partial, fence.indent));
    return false;
  }

  #leaveFence(): void {
    this.#fence?.code.node.remove();
    this.#fence = undefined;
  }

  #show(from: number, source: string): void {
    this.#drop(this.#place(from, blocksOf(source).map(markupOf)));
  }

  /** Puts blocks in from an index on, keeping those that are there already. Returns the index after them. */
  #place(from: number, markups: readonly string[]): number {
    let index = from;
    for (const markup of markups) {
      if (markup === "") continue;
      const present = this.#blocks[index];
      if (present?.markup !== markup) {
        const node = blockNode(markup);
        if (present) present.node.replaceWith(node);
        else this.#container.append(node);
        this.#blocks[index] = { markup, node };
      }
      index++;
    }
    return index;
  }

  #drop(from: number): void {
    for (const { node } of this.#blocks.splice(from)) node.remove();
  }
}

function blockNode(markup: string): HTMLElement {
  const node = document.createElement("div");
  node.className = "blk";
  node.append(sanitise(markup));
  for (const pre of node.querySelectorAll("pre")) dressCode(pre);
  for (const table of node.querySelectorAll("table")) {
    const frame = document.createElement("div");
    frame.className = "tbl";
    frame.tabIndex = 0;
    table.replaceWith(frame);
    frame.append(table);
  }
  return node;
}

function closes(line: string, marker: string): boolean {
  const found = /^ {0,3}(`+|~+)[ \t]*$/.exec(line)?.[1];
  return found !== undefined && found[0] === marker[0] && found.length >= marker.length;
}

function unindented(line: string, indent: number): string {
  let cut = 0;
  while (cut < indent && line[cut] === " ") cut++;
  return line.slice(cut);
}

function schedule(run: () => void): () => void {
  const frame = requestAnimationFrame(() => {
    clearTimeout(timer);
    run();
  });
  const timer = setTimeout(() => {
    cancelAnimationFrame(frame);
    run();
  }, WITHOUT_FRAMES_MS);
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
