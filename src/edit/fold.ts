/**
 * How a line is compared where it need not agree to the byte. A folded line has one UTF-16 unit for each unit of
 * comparison, so that a place in it leads back to the place in the line itself.
 */
export interface Folding {
  /** Without the white space at its end. */
  fold(line: string): string;
  /** What each unit of the folded line stands for in the line; joined they are the line without its trailing space. */
  units(line: string): readonly string[];
}

/** Only the white space at line ends does not count. */
export const SPACES: Folding = {
  fold: (line) => line.trimEnd(),
  units: (line) => line.trimEnd().split(""),
};

const DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02";
const SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032\uff07";
const DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d";
const BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000";
/** Takes no room and is not written by models; what joins and parts letters in some scripts (U+200C, U+200D) counts. */
const NOTHING = "\u00ad\u200b\u2060\ufeff";
/** Full-width forms of ASCII punctuation; letters and digits count as different. */
const WIDE = "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff5e";
const MARKS = "\u0300-\u036f\u3099\u309a";

const SPECIAL = new RegExp(
  `[${DOUBLE_QUOTES}${SINGLE_QUOTES}${DASHES}${BLANKS}${NOTHING}${WIDE}${MARKS}\u2026]|\\.\\.\\.`,
);
const UNIT = new RegExp(`(?:\\.\\.\\.|[^${NOTHING}])[${MARKS}]{0,4}[${NOTHING}]*|[${NOTHING}]+`, "g");
const SILENT = new RegExp(`[${NOTHING}]`, "g");

/** What looks alike in print counts as the same: quotes, dashes, blanks, the ellipsis, full-width punctuation, composed
 * and decomposed accents. */
export const LOOKS: Folding = {
  fold(line) {
    const text = line.trimEnd();
    return SPECIAL.test(text) ? unitsOf(text).map(folded).join("") : text;
  },
  units(line) {
    const text = line.trimEnd();
    return SPECIAL.test(text) ? unitsOf(text) : text.split("");
  },
};

/** Whether any of it would be folded. */
export function hasLookAlikes(text: string): boolean {
  return SPECIAL.test(text);
}

function unitsOf(text: string): string[] {
  const units = text.match(UNIT) ?? [];
  // What takes no room at the very start has no unit before it to belong to.
  const [first = "", second] = units;
  if (folded(first) !== "" || second === undefined) return units.filter((unit) => folded(unit) !== "");
  return [first + second, ...units.slice(2)];
}

const ONE: ReadonlyMap<string, string> = new Map([
  ...pairs(DOUBLE_QUOTES, '"'),
  ...pairs(SINGLE_QUOTES, "'"),
  ...pairs(DASHES, "-"),
  ["...", "\u2026"],
]);
const BLANK = new RegExp(`[${BLANKS}]`);
const WIDE_ONE = new RegExp(`^[${WIDE}]$`);

function pairs(look: string, plain: string): [string, string][] {
  return [...look].map((character) => [character, plain]);
}

function folded(unit: string): string {
  const seen = unit.length === 1 ? unit : unit.replace(SILENT, "").normalize("NFC");
  const known = ONE.get(seen);
  if (known !== undefined) return known;
  if (BLANK.test(seen)) return " ";
  if (WIDE_ONE.test(seen)) return String.fromCharCode(seen.charCodeAt(0) - 0xfee0);
  // Whatever stays of several characters has no single form; its first one stands for it.
  return seen.slice(0, 1);
}
