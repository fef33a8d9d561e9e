/**
 * Where the values of a JSON text stand, so that one of them can be replaced and every other byte stays. The text has
 * been parsed before: what is not JSON is not looked for here.
 */

/** Offsets; the end is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** From the key's first quote to the end of the value. */
export interface Member extends Span {
  readonly key: string;
  readonly keyEnd: number;
  readonly value: Span;
}

export function sliceOf(text: string, { start, end }: Span): string {
  return text.slice(start, end);
}

/** The first value at or after an offset. */
export function valueAt(text: string, offset: number): Span {
  const start = afterSpace(text, offset);
  return { start, end: endOfValue(text, start) };
}

export function elementsOf(text: string, array: Span): Span[] {
  const found: Span[] = [];
  let at = afterSpace(text, array.start + 1);
  while (at < array.end - 1) {
    const value = valueAt(text, at);
    found.push(value);
    at = afterSpace(text, value.end);
    if (text[at] === ",") at = afterSpace(text, at + 1);
  }
  return found;
}

export function membersOf(text: string, object: Span): Member[] {
  const found: Member[] = [];
  let at = afterSpace(text, object.start + 1);
  while (at < object.end - 1) {
    const keyEnd = endOfString(text, at);
    const value = valueAt(text, afterSpace(text, keyEnd) + 1);
    found.push({ start: at, end: value.end, key: JSON.parse(text.slice(at, keyEnd)) as string, keyEnd, value });
    at = afterSpace(text, value.end);
    if (text[at] === ",") at = afterSpace(text, at + 1);
  }
  return found;
}

/** Of keys that stand twice the last one counts, as for every parser. */
export function memberOf(members: readonly Member[], key: string): Member | undefined {
  return members.findLast((member) => member.key === key);
}

function afterSpace(text: string, offset: number): number {
  let at = offset;
  while (" \t\r\n".includes(text[at] ?? "x")) at++;
  return at;
}

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first !== "{" && first !== "[") {
    let at = start;
    while (at < text.length && !" \t\r\n,]}".includes(text[at] ?? "")) at++;
    return at;
  }
  const marks = /["{}[\]]/g;
  let depth = 0;
  marks.lastIndex = start;
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    if (mark[0] === '"') marks.lastIndex = endOfString(text, mark.index);
    else if (mark[0] === "{" || mark[0] === "[") depth++;
    else if (--depth === 0) return mark.index + 1;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}
