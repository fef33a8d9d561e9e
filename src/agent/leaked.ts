import type { WireTool, WireToolCall } from "./message.ts";

/**
 * Tool calls that came as text: the platform's documents name it as a sign of instability, field reports (2026) give
 * the markup. Values are HTML-escaped strings, several blocks may follow each other:
 *
 *     <tool_call>
 *     <function=NAME>
 *     <parameter=KEY>VALUE</parameter>
 *     </function>
 *     </tool_call>
 *
 * Only what stands at the very end counts, outside of code fences: anything else is a text about such markup.
 */
export type Leak =
  | { readonly kind: "none" }
  | { readonly kind: "calls"; readonly calls: readonly WireToolCall["function"][] }
  /** Begun and not ended, or ended and not to be understood. It must not pass for an answer. */
  | { readonly kind: "unreadable" };

const NONE: Leak = { kind: "none" };
const UNREADABLE: Leak = { kind: "unreadable" };

const OPEN = "<tool_call>";
const CLOSE = "</tool_call>";
const FUNCTION = /<function=([A-Za-z0-9_-]{1,64})>/y;
const PARAMETER = /<parameter=([^<>\s]{1,200})>/y;
const END_VALUE = "</parameter>";
const END_FUNCTION = "</function>";
/** Shorter beginnings of a tag than this are left alone: `<t` may be anything. */
const SHORTEST_BEGINNING = 6;

/** Reads the end of a text. Every part of it is read once, however often markup begins in it. */
export function findLeak(text: string, tools: readonly WireTool[]): Leak {
  const end = text.trimEnd().length;
  const close = finder(text, CLOSE);
  const open = finder(text, OPEN);
  const endOfValue = finder(text, END_VALUE);
  const inFence = fences(text);
  let blocks: Block[] = [];
  let broken = false;
  for (let at = open(0); at >= 0; ) {
    if (inFence(at)) {
      at = open(at + OPEN.length);
      continue;
    }
    const read = readBlock(text, at, endOfValue);
    if (read.kind === "block") blocks.push(read);
    else if (read.kind === "unfinished") return beginsMarkup(text, at) ? UNREADABLE : NONE;
    else broken = true;
    let after = read.end;
    if (read.kind === "broken") {
      const closing = close(after);
      const next = open(after);
      if (closing < 0 || (next >= 0 && next < closing)) {
        // No block at all: a text that names the tag.
        blocks = [];
        broken = false;
        at = next;
        continue;
      }
      after = closing + CLOSE.length;
    }
    const rest = skipSpace(text, after);
    if (rest >= end) return broken ? UNREADABLE : callsOf(blocks, tools);
    const next = open(after);
    if (next !== rest) {
      blocks = [];
      broken = false;
    }
    at = next;
  }
  return endsInMarkup(text, end, inFence) ? UNREADABLE : NONE;
}

interface Block {
  readonly kind: "block";
  readonly name: string;
  readonly values: readonly (readonly [key: string, value: string])[];
  readonly end: number;
}

type Read =
  | Block
  /** The text ends within it. */
  | { readonly kind: "unfinished"; readonly end: number }
  /** Something else stands at `end`. */
  | { readonly kind: "broken"; readonly end: number };

function readBlock(text: string, start: number, endOfValue: Finder): Read {
  let at = skipSpace(text, start + OPEN.length);
  const name = tagAt(text, at, FUNCTION);
  if (!name) return broken(text, at, "<function=");
  at = skipSpace(text, at + name[0].length);
  const values: [string, string][] = [];
  for (let key = tagAt(text, at, PARAMETER); key; key = tagAt(text, at, PARAMETER)) {
    const from = at + key[0].length;
    const to = endOfValue(from);
    if (to < 0) return { kind: "unfinished", end: text.length };
    const value = text.slice(from, to);
    // An escaped value holds no tags: this one has swallowed the beginning of another block.
    if (/<(tool_call>|function=|parameter=)/.test(value)) return { kind: "broken", end: to };
    values.push([key[1] ?? "", unescaped(value)]);
    at = skipSpace(text, to + END_VALUE.length);
  }
  if (!text.startsWith(END_FUNCTION, at)) {
    return broken(text, at, text.startsWith("<p", at) ? "<parameter=" : END_FUNCTION);
  }
  at = skipSpace(text, at + END_FUNCTION.length);
  if (!text.startsWith(CLOSE, at)) return broken(text, at, CLOSE);
  return { kind: "block", name: name[1] ?? "", values, end: at + CLOSE.length };
}

function broken(text: string, at: number, expected: string): Read {
  const rest = text.slice(at, at + 300).trimEnd();
  const tag = rest.startsWith("<") && !rest.includes(">") && at + 300 >= text.length;
  const begun = expected.startsWith(rest) || (tag && rest.startsWith(expected));
  return begun ? { kind: "unfinished", end: text.length } : { kind: "broken", end: at };
}

/** A tag that opens a line or a function is markup; one in the middle of a sentence is its name. */
function beginsMarkup(text: string, at: number): boolean {
  return opensLine(text, at) || text.startsWith("<function=", skipSpace(text, at + OPEN.length));
}

/** The text stops within the first tag, or ends a block whose beginning never came. */
function endsInMarkup(text: string, end: number, inFence: (at: number) => boolean): boolean {
  const tag = text.lastIndexOf("<", end - 1);
  if (tag < 0 || inFence(tag)) return false;
  const last = text.slice(tag, end);
  if (last === CLOSE) return opensLine(text, tag) || text.slice(0, tag).trimEnd().endsWith(END_FUNCTION);
  return last.length >= SHORTEST_BEGINNING && OPEN.startsWith(last) && opensLine(text, tag);
}

function opensLine(text: string, at: number): boolean {
  return text.slice(text.lastIndexOf("\n", at - 1) + 1, at).trim() === "";
}

// ---------------------------------------------------------------------------------------------------------- values

function callsOf(blocks: readonly Block[], tools: readonly WireTool[]): Leak {
  const calls: WireToolCall["function"][] = [];
  for (const { name, values } of blocks) {
    const tool = tools.find((other) => other.function.name === name);
    // A value given twice leaves open which one is meant.
    if (!tool || new Set(values.map(([key]) => key)).size < values.length) return UNREADABLE;
    const properties = recordOf(tool.function.parameters.properties);
    const fields = values.map(([key, value]): [string, unknown] => [
      key,
      coerced(value, Object.hasOwn(properties, key) ? properties[key] : undefined),
    ]);
    calls.push({ name, arguments: JSON.stringify(Object.fromEntries(fields)) });
  }
  return { kind: "calls", calls };
}

/** A value as its schema wants it; as text where it does not fit: the tool then says what is wrong with it. */
function coerced(text: string, schema: unknown): unknown {
  const { type, anyOf, oneOf } = recordOf(schema);
  const choices = [anyOf, oneOf].filter(Array.isArray).flat();
  const types: unknown[] = choices.length > 0 ? choices.map((choice) => recordOf(choice).type) : [type].flat();
  if (types.includes("string")) return text;
  const value = parsed(text);
  return types.some((wanted) => isOf(value, wanted)) ? value : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.trim());
  } catch {
    return undefined;
  }
}

function isOf(value: unknown, type: unknown): boolean {
  switch (type) {
    case "number":
      return typeof value === "number";
    case "integer":
      return Number.isInteger(value);
    case "boolean":
      return typeof value === "boolean";
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return false;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** In one pass: what an escape stands for is not read again. */
function unescaped(value: string): string {
  return value.replace(/&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));/g, (all, name, decimal, hex) => {
    if (name) return NAMED.get(name) ?? all;
    const point = decimal ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : all;
  });
}

// -------------------------------------------------------------------------------------------------------- scanning

/** Where a word stands next, from a place that only moves forward. */
type Finder = (from: number) => number;

function finder(text: string, word: string): Finder {
  let found = text.indexOf(word);
  return (from) => {
    if (found >= 0 && found < from) found = text.indexOf(word, from);
    return found;
  };
}

/** Whether a place, each further on than the one before, lies within a fence of code. */
function fences(text: string): (at: number) => boolean {
  let fence = "";
  let line = 0;
  const endOfLine = finder(text, "\n");
  return (at) => {
    for (;;) {
      const next = endOfLine(line);
      const isLast = next < 0 || next >= at;
      const mark = /^\s*(`{3,}|~{3,})(.*)/.exec(text.slice(line, Math.min(isLast ? at : next, line + 200)));
      if (isLast) return fence !== "" || mark !== null;
      if (mark) fence = fenceAfter(fence, mark[1] ?? "", mark[2] ?? "");
      line = next + 1;
    }
  };
}

function fenceAfter(open: string, mark: string, rest: string): string {
  if (open === "") return mark;
  return mark.startsWith(open) && rest.trim() === "" ? "" : open;
}

function tagAt(text: string, at: number, tag: RegExp): RegExpExecArray | null {
  tag.lastIndex = at;
  return tag.exec(text);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at++;
  return at;
}
