import type { Passage } from "./match.ts";

/** What models put around or into a passage that is not meant. */
export type Slip = "fence" | "line numbers" | "escapes" | "real line breaks" | "entities" | "padding";

export interface Reading extends Passage {
  readonly slips: readonly Slip[];
}

type Peel = (passage: Passage) => Passage | undefined;

/** Each gives the passage without one slip, taken out of both texts alike; undefined where it is not made. In the order
 * in which one lies within the other. */
const PEELS: readonly { readonly slip: Slip; readonly peel: Peel }[] = [
  { slip: "fence", peel: withoutFence },
  { slip: "line numbers", peel: withoutNumbers },
  { slip: "line numbers", peel: withoutSpacedNumbers },
  { slip: "escapes", peel: unescapedOutside },
  { slip: "escapes", peel: unescapedBreaks },
  { slip: "escapes", peel: unescaped },
  { slip: "escapes", peel: unescapedQuotes },
  { slip: "real line breaks", peel: escapedInside },
  { slip: "entities", peel: withoutEntities },
  { slip: "padding", peel: withoutPadding },
];

const MAX_READINGS = 16;
const MAX_SLIPS = 3;
/** Longer passages are read as they are given. */
const MAX_LENGTH = 100_000;

/** Other ways to read a passage that is not there as given, those with the fewest slips first. */
export function readingsOf(given: Passage): readonly Reading[] {
  if (given.oldText.length + given.newText.length > MAX_LENGTH) return [];
  const readings: Reading[] = [{ oldText: given.oldText, newText: given.newText, slips: [] }];
  const known = new Set([given.oldText]);
  for (let i = 0; i < readings.length && readings.length < MAX_READINGS; i++) {
    const reading = readings[i];
    if (!reading || reading.slips.length >= MAX_SLIPS) continue;
    for (const { slip, peel } of PEELS) {
      const next = peel(reading);
      if (!next || next.oldText === "" || known.has(next.oldText) || reading.slips.includes(slip)) continue;
      known.add(next.oldText);
      readings.push({ ...next, slips: [...reading.slips, slip] });
    }
  }
  return readings.slice(1, MAX_READINGS);
}

// ---------------------------------------------------------------------------------------------------------- fences

function unfenced(text: string): string | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  const [first, last] = [lines.findIndex((line) => line !== ""), lines.findLastIndex((line) => line !== "")];
  const fence = lines[first]?.match(/^(?:`{3,}|~{3,})/)?.[0];
  if (fence === undefined || first === last || lines[last] !== fence || lines[first]?.includes("`", fence.length)) {
    return undefined;
  }
  return text
    .split("\n")
    .slice(first + 1, last)
    .join("\n");
}

function withoutFence({ oldText, newText }: Passage): Passage | undefined {
  const inner = unfenced(oldText);
  return inner === undefined ? undefined : { oldText: inner, newText: unfenced(newText) ?? newText };
}

// ---------------------------------------------------------------------------------------------------- line numbers

/** `12: `, `12|`, `12\t`, `   12→`, `L12: `, and with the file's name before it as search tools print it. */
const NUMBERED = /^[ \t]*(?:[\w./\\-]{1,200}:)?L?(\d{1,7})[ ]?([:|\t→])(.*)$/s;

interface Numbered {
  readonly number: number;
  readonly sign: string;
  readonly rest: string;
}

function numbered(line: string): Numbered | undefined {
  const [, number, sign = "", rest = ""] = line.match(NUMBERED) ?? [];
  return number === undefined ? undefined : { number: Number(number), sign, rest };
}

function withoutNumbers(passage: Passage): Passage | undefined {
  return unnumbered(passage, (rest) => rest);
}

/** `12: text` and `12 | text`: the blank belongs to the number. */
function withoutSpacedNumbers(passage: Passage): Passage | undefined {
  return unnumbered(passage, (rest) => (rest.startsWith(" ") ? rest.slice(1) : rest));
}

/** Numbers of new lines follow or repeat those of the old ones; others are the text's own. */
const NUMBERS_AROUND = 3;

function unnumbered({ oldText, newText }: Passage, inner: (rest: string) => string): Passage | undefined {
  const lines = oldText.split("\n").filter((line) => line.trim() !== "");
  const found = lines.map(numbered).filter((line) => line !== undefined);
  const [first, last] = [found[0], found.at(-1)];
  if (!first || !last || found.length !== lines.length) return undefined;
  const counts = found.every(
    ({ sign, number }, i) => sign === first.sign && (i === 0 || number > (found[i - 1]?.number ?? 0)),
  );
  if (!counts) return undefined;
  const peel = (text: string) =>
    text
      .split("\n")
      .map((line) => {
        const parts = numbered(line);
        return parts?.sign === first.sign ? inner(parts.rest) : line;
      })
      .join("\n");
  const firstNew = numbered(newText.split("\n").find((line) => line.trim() !== "") ?? "");
  const alike =
    firstNew?.sign === first.sign &&
    firstNew.number >= first.number - NUMBERS_AROUND &&
    firstNew.number <= last.number + NUMBERS_AROUND;
  return { oldText: peel(oldText), newText: alike ? peel(newText) : newText };
}

// --------------------------------------------------------------------------------------------------------- escapes

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  '"': '"',
  "'": "'",
  "`": "`",
  "\\": "\\",
  "/": "/",
};

function unescapedText(text: string): string {
  return text.replace(/\\([nrt"'`\\/])/g, (_, character: string) => ESCAPES[character] ?? character);
}

/** All of it was escaped once too often, as JSON within JSON is. */
function unescaped({ oldText, newText }: Passage): Passage | undefined {
  if (!/\\[nrt"'`\\/]/.test(oldText)) return undefined;
  return { oldText: unescapedText(oldText), newText: unescapedText(newText) };
}

function unescapedQuotes({ oldText, newText }: Passage): Passage | undefined {
  if (!/\\["'`]/.test(oldText)) return undefined;
  const peel = (text: string) => text.replace(/\\(["'`])/g, "$1");
  return { oldText: peel(oldText), newText: peel(newText) };
}

function breaksOf(text: string): string {
  return text.replaceAll("\\r\\n", "\n").replaceAll("\\n", "\n").replaceAll("\\t", "\t");
}

function unescapedBreaks(passage: Passage): Passage | undefined {
  return /\\[nt]/.test(passage.oldText) ? bothWith(passage, breaksOf) : undefined;
}

/** Those within quotes are the program's own. */
function unescapedOutside(passage: Passage): Passage | undefined {
  if (!/\\[nt]/.test(passage.oldText)) return undefined;
  return bothWith(passage, (text) => byQuotes(text, { outside: breaksOf, inside: (quoted) => quoted }));
}

/** A new text with line breaks of its own means its escapes. */
function bothWith({ oldText, newText }: Passage, peel: (text: string) => string): Passage {
  const meant = newText.includes("\n") && !oldText.includes("\n");
  return { oldText: peel(oldText), newText: meant ? newText : peel(newText) };
}

/** The opposite: an escape of the program's own arrived as the character it stands for. */
function escapedInside({ oldText, newText }: Passage): Passage | undefined {
  const spelled = (text: string) =>
    byQuotes(text, {
      outside: (code) => code,
      inside: (quoted) => quoted.replaceAll("\r", "\\r").replaceAll("\n", "\\n").replaceAll("\t", "\\t"),
    });
  const escaped = spelled(oldText);
  return escaped === oldText ? undefined : { oldText: escaped, newText: spelled(newText) };
}

interface ByQuotes {
  readonly outside: (code: string) => string;
  readonly inside: (quoted: string) => string;
}

/** Handles what stands between quotes apart. A quote that is never closed opens nothing. */
function byQuotes(text: string, { outside, inside }: ByQuotes): string {
  let out = "";
  let at = 0;
  let open: number | undefined;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (open === undefined) {
      if (character === '"' || character === "'") open = i;
    } else if (character === "\\") i++;
    else if (character === text[open]) {
      out += outside(text.slice(at, open)) + inside(text.slice(open, i + 1));
      at = i + 1;
      open = undefined;
    }
  }
  return out + outside(text.slice(at));
}

// -------------------------------------------------------------------------------------------------------- entities

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", "#39": "'", amp: "&" };

function withoutEntities({ oldText, newText }: Passage): Passage | undefined {
  const peel = (text: string) =>
    text.replace(/&(lt|gt|quot|apos|#39|amp);/g, (whole, name: string) => ENTITIES[name] ?? whole);
  const plain = peel(oldText);
  return plain === oldText ? undefined : { oldText: plain, newText: peel(newText) };
}

// --------------------------------------------------------------------------------------------------------- padding

interface Padded {
  readonly lead: number;
  readonly trail: number;
  readonly lines: readonly string[];
}

function padded(text: string): Padded {
  const lines = text.split("\n");
  let lead = 0;
  while (lead < lines.length && lines[lead]?.trim() === "") lead++;
  let trail = 0;
  while (trail < lines.length - lead && lines[lines.length - 1 - trail]?.trim() === "") trail++;
  return { lead, trail, lines };
}

/** Blank lines around the passage that the file does not have. A line break at its end stays one. */
function withoutPadding({ oldText, newText }: Passage): Passage | undefined {
  const old = padded(oldText);
  if (old.lead === old.lines.length) return undefined;
  const now = padded(newText);
  const ended = old.trail > 0;
  if (old.lead === 0 && old.trail < 2) return undefined;
  const blank = now.lead === now.lines.length;
  const cut = ({ lines }: Padded, lead: number, trail: number) =>
    lines.slice(lead, lines.length - trail).join("\n") + (ended ? "\n" : "");
  return {
    oldText: cut(old, old.lead, old.trail),
    newText: blank ? "" : cut(now, Math.min(old.lead, now.lead), Math.min(old.trail, now.trail)),
  };
}
