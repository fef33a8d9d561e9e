/** How the indentation of a passage differs from that of the lines it was found to mean. */

export interface IndentPair {
  readonly given: string;
  readonly file: string;
}

/** Turns an indentation as the model wrote it into the file's. */
export type Reindent = (indent: string) => string;

export function indentOf(line: string): string {
  return line.match(/^[ \t]*/)?.[0] ?? "";
}

/**
 * The one shift that leads from each given indentation to that of the file; undefined when there is none. `others` are
 * indentations of the new text: with those of the passage they tell how wide one level is.
 */
export function shiftOf(pairs: readonly IndentPair[], others: readonly string[]): Reindent | undefined {
  const [first] = pairs;
  if (!first) return (indent) => indent;
  return added(first, pairs) ?? removed(first, pairs) ?? levels(pairs, others);
}

function added(first: IndentPair, pairs: readonly IndentPair[]): Reindent | undefined {
  if (!first.file.endsWith(first.given)) return undefined;
  const prefix = first.file.slice(0, first.file.length - first.given.length);
  if (!pairs.every(({ given, file }) => file === prefix + given)) return undefined;
  return (indent) => prefix + indent;
}

function removed(first: IndentPair, pairs: readonly IndentPair[]): Reindent | undefined {
  if (!first.given.endsWith(first.file)) return undefined;
  const prefix = first.given.slice(0, first.given.length - first.file.length);
  if (!pairs.every(({ given, file }) => given === prefix + file)) return undefined;
  return (indent) => (indent.startsWith(prefix) ? indent.slice(prefix.length) : "");
}

const TAB = 1;

/** Tabs for spaces, spaces for tabs, or levels of another width. */
function levels(pairs: readonly IndentPair[], others: readonly string[]): Reindent | undefined {
  const givenWidths = widthsOf([...pairs.map((pair) => pair.given), ...others]);
  const fileWidths = widthsOf(pairs.map((pair) => pair.file));
  for (const from of givenWidths) {
    for (const to of fileWidths) {
      const shift = levelShift(pairs, from, to);
      // Levels of another width are one thing, a shift another: both at once fits too much.
      if (shift === undefined || (shift !== 0 && from !== TAB && to !== TAB)) continue;
      return (indent) => {
        const { level, rest } = measured(indent, from);
        return unit(to).repeat(Math.max(0, level + shift)) + " ".repeat(rest);
      };
    }
  }
  return undefined;
}

function levelShift(pairs: readonly IndentPair[], from: number, to: number): number | undefined {
  let shift: number | undefined;
  for (const { given, file } of pairs) {
    const [a, b] = [measured(given, from), measured(file, to)];
    // What the file mixes in its indentation cannot be made again from levels.
    if (a.rest !== b.rest || unit(to).repeat(b.level) + " ".repeat(b.rest) !== file) return undefined;
    shift ??= b.level - a.level;
    if (shift !== b.level - a.level) return undefined;
  }
  return shift;
}

function unit(width: number): string {
  return width === TAB ? "\t" : " ".repeat(width);
}

function measured(indent: string, width: number): { level: number; rest: number } {
  const tabs = indent.match(/^\t*/)?.[0].length ?? 0;
  const spaces = indent.length - tabs;
  if (width === TAB) return { level: tabs, rest: spaces };
  return { level: tabs + Math.floor(spaces / width), rest: spaces % width };
}

/** Widths of a level worth trying, the likeliest first. */
function widthsOf(indents: readonly string[]): number[] {
  if (indents.some((indent) => indent.includes("\t"))) return [TAB];
  const common = indents.reduce((divisor, indent) => gcd(divisor, indent.length), 0);
  return [...new Set([common, 4, 2, 8, 3].filter((width) => width >= 2))];
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
