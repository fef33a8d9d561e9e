import type { Site } from "./match.ts";
import type { Source } from "./source.ts";

/** What a patch says of a place beside the lines it quotes. It only decides between places that fit. */
export interface Hint {
  /** Of the text as it was given, from 1; models often get it wrong. */
  readonly line?: number | undefined;
  /** Lines that stand before the place, in this order, the way `@@` names a class or function. */
  readonly after?: readonly string[] | undefined;
  /** The passage ends the file. */
  readonly atEnd?: boolean | undefined;
  /** Lines without any context are put here: behind the last line of `after`, or at the end of the file. */
  readonly insert?: boolean | undefined;
  /** It stands behind the place of the edit before it. */
  readonly inOrder?: boolean | undefined;
  /** The missing line break at the end of one text is meant. */
  readonly literal?: boolean | undefined;
}

/** Whether an empty passage has a place. */
export function isPlaced({ insert }: Hint): boolean {
  return insert === true;
}

/** The places among these that the hint leaves; a patch quotes whole lines. */
export function anchored(source: Source, sites: readonly Site[], hint: Hint, last: Site | undefined): readonly Site[] {
  if (hint.insert) return insertion(source, sites[0]?.text ?? "", hint);
  const { text } = source;
  const whole = sites.filter(({ start }) => start === 0 || text[start - 1] === "\n" || indented(text, start));
  if (whole.length < 2) return whole;
  if (hint.atEnd) {
    const ending = whole.filter(({ end }) => text.slice(end).trim() === "");
    if (ending.length === 1) return ending;
  }
  const behind = hint.after?.length ? offsetBehind(source, hint.after) : undefined;
  if (behind !== undefined) {
    const next = whole.find(({ start }) => start >= behind);
    return next ? [next] : whole;
  }
  if (hint.line !== undefined) return closest(source, whole, hint.line);
  const later = hint.inOrder && last ? whole.filter(({ start }) => start >= last.end) : [];
  return later.length === 1 ? later : whole;
}

function indented(text: string, start: number): boolean {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  return text.slice(lineStart, start).trim() === "";
}

function closest(source: Source, sites: readonly Site[], line: number): readonly Site[] {
  const wanted = source.starts[Math.min(line, source.starts.length) - 1] ?? 0;
  const lines = sites.map((site) => ({ site, away: linesBetween(source, site.start, wanted) }));
  lines.sort((a, b) => a.away - b.away);
  const [first, second] = lines;
  return first && second && first.away < second.away ? [first.site] : sites;
}

function linesBetween({ text }: Source, a: number, b: number): number {
  const [from, to] = a < b ? [a, b] : [b, a];
  let lines = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

/** Behind the line that the last of the named lines is; undefined when one of them is not there. */
function offsetBehind({ lines, starts, text }: Source, after: readonly string[]): number | undefined {
  let line = 0;
  for (const name of after) {
    const wanted = name.trim();
    const same = lines.findIndex((each, i) => i >= line && each.trim() === wanted);
    const found = same >= 0 ? same : lines.findIndex((each, i) => i >= line && each.trim().startsWith(wanted));
    if (found < 0) return undefined;
    line = found + 1;
  }
  return starts[line] ?? text.length;
}

function insertion(source: Source, added: string, { after, line }: Hint): readonly Site[] {
  const { text, hasCrlf } = source;
  // A hunk that says there were no lines before it is meant for an empty file.
  if (line === 0 && text !== "") return [];
  const at = after?.length ? offsetBehind(source, after) : text.length;
  if (at === undefined) return [];
  const ending = hasCrlf && !/[^\r]\n/.test(text) ? "\r\n" : "\n";
  const lines = added.replace(/\r?\n/g, ending);
  // A file whose last line is not ended stays so.
  if (at > 0 && text[at - 1] !== "\n") return [{ start: at, end: at, text: ending + lines.replace(/\r?\n$/, "") }];
  return [{ start: at, end: at, text: lines }];
}
