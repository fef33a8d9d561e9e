import { type Folding, LOOKS, SPACES } from "./fold.ts";
import { isUniformlyCrlf } from "./lines.ts";
import { type Profile, profileOf } from "./similarity.ts";

/** The ways a text is folded as a whole, to be searched. `bare` ones are also without the indentation of their lines. */
export type View = "spaces" | "bareSpaces" | "looks" | "bareLooks";

export function foldingOf(view: View): Folding {
  return view === "spaces" || view === "bareSpaces" ? SPACES : LOOKS;
}

export function isBare(view: View): boolean {
  return view === "bareSpaces" || view === "bareLooks";
}

export function viewOf(line: string, view: View): string {
  const folded = foldingOf(view).fold(line);
  return isBare(view) ? folded.trimStart() : folded;
}

/** Files of more lines than this are searched for like passages in their beginning only. */
const MAX_INDEXED_LINES = 60_000;
/** Of long lines only the beginning is looked at for words, and so many of them. */
const MAX_WORDS_FROM = 300;
const MAX_WORDS = 24;

export function wordsOf(line: string): ReadonlySet<string> {
  return new Set((line.slice(0, MAX_WORDS_FROM).match(/[\p{L}\p{N}_]+/gu) ?? []).slice(0, MAX_WORDS));
}

/** A text and what is found out about it, once, while edits are looked for in it. */
export class Source {
  readonly text: string;
  readonly hasCrlf: boolean;
  #isCrlf: boolean | undefined;
  #lines: readonly string[] | undefined;
  #starts: readonly number[] | undefined;
  #index: ReadonlyMap<string, readonly number[]> | undefined;
  readonly #views = new Map<View, string>();
  readonly #profiles = new Map<number, Profile>();

  constructor(text: string) {
    this.text = text;
    this.hasCrlf = text.includes("\r\n");
  }

  /** Every line break is CRLF, and there is one. */
  get isCrlf(): boolean {
    this.#isCrlf ??= this.hasCrlf && isUniformlyCrlf(this.text);
    return this.#isCrlf;
  }

  /** Without their `\n`; one that ended in CRLF still has its `\r`. */
  get lines(): readonly string[] {
    this.#lines ??= this.text.split("\n");
    return this.#lines;
  }

  /** Where each line begins. */
  get starts(): readonly number[] {
    if (this.#starts) return this.#starts;
    const starts: number[] = [];
    let at = 0;
    for (const line of this.lines) {
      starts.push(at);
      at += line.length + 1;
    }
    this.#starts = starts;
    return starts;
  }

  /** The folded lines, joined by `\n`: as many lines as the text. */
  view(view: View): string {
    const known = this.#views.get(view);
    if (known !== undefined) return known;
    const made = this.lines.map((line) => viewOf(line, view)).join("\n");
    this.#views.set(view, made);
    return made;
  }

  /** Where each folded, bare line stands: line indices from 0, ascending. Blank lines are not in it. */
  get index(): ReadonlyMap<string, readonly number[]> {
    if (this.#index) return this.#index;
    const index = new Map<string, number[]>();
    for (const [i, key] of this.view("bareLooks").split("\n", MAX_INDEXED_LINES).entries()) {
      if (key === "") continue;
      const known = index.get(key);
      if (known) known.push(i);
      else index.set(key, [i]);
    }
    this.#index = index;
    return index;
  }

  /** The lines in which a word stands, be it within another: indices from 0; undefined when there are more than `most`. */
  linesWith(word: string, most: number): readonly number[] | undefined {
    const text = this.view("bareLooks");
    const lines: number[] = [];
    let [line, lineStart] = [0, 0];
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, lineStart)) {
      if (lines.length === most) return undefined;
      for (let next = text.indexOf("\n", lineStart); next >= 0 && next < at; next = text.indexOf("\n", lineStart)) {
        lineStart = next + 1;
        line++;
      }
      lines.push(line);
      const next = text.indexOf("\n", at);
      if (next < 0) break;
      lineStart = next + 1;
      line++;
    }
    return lines;
  }

  profile(line: number): Profile {
    const known = this.#profiles.get(line);
    if (known) return known;
    const made = profileOf(viewOf(this.lines[line] ?? "", "bareLooks"));
    this.#profiles.set(line, made);
    return made;
  }
}
