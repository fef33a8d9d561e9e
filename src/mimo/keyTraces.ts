/** What one character can be spelled as in what servers say: escaped for URLs, JSON, JavaScript or HTML. */
const SPELLED = /%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,6});|&#(\d{1,7});/giy;

/** So many characters of a key in a row are no chance. */
const RUN = 8;

interface Letter {
  readonly char: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The text without the key: whole, in pieces of eight characters or more, in any case and spelling, and with anything
 * but letters and digits in between, as when an error names one half in `message` and the other in `param`.
 */
export function withoutKeyTraces(text: string, key: string): string {
  const plain = text.replaceAll(key, "…");
  const wanted = lettersOf(key)
    .map(({ char }) => char)
    .join("");
  // Too short for a key: whatever it is, it cannot be told from words.
  if (wanted.length < RUN) return plain;
  const runs = new Set<string>();
  for (let at = 0; at + RUN <= wanted.length; at++) runs.add(wanted.slice(at, at + RUN));
  const letters = lettersOf(plain);
  const line = letters.map(({ char }) => char).join("");
  let clean = "";
  let kept = 0;
  for (let at = 0; at + RUN <= line.length; at++) {
    if (!runs.has(line.slice(at, at + RUN))) continue;
    let last = at;
    while (last + 1 + RUN <= line.length && runs.has(line.slice(last + 1, last + 1 + RUN))) last++;
    const end = last + RUN;
    clean += `${plain.slice(kept, letters[at]?.from)}…`;
    kept = letters[end - 1]?.to ?? plain.length;
    at = end - 1;
  }
  return clean + plain.slice(kept);
}

/** Letters and digits, decoded and lower case, with where each stands. One each, so that indices agree. */
function lettersOf(text: string): Letter[] {
  const letters: Letter[] = [];
  for (let at = 0; at < text.length; ) {
    const { char, to } = characterAt(text, at);
    if (/^[a-z0-9]$/i.test(char)) letters.push({ char: char.toLowerCase(), from: at, to });
    at = to;
  }
  return letters;
}

function characterAt(text: string, at: number): { readonly char: string; readonly to: number } {
  const first = text[at] ?? "";
  if (first === "%" || first === "\\" || first === "&") {
    SPELLED.lastIndex = at;
    const match = SPELLED.exec(text);
    if (match) {
      const hex = match[1] ?? match[2] ?? match[3] ?? match[4];
      const code = hex === undefined ? Number(match[5]) : Number.parseInt(hex, 16);
      return { char: code < 128 ? String.fromCharCode(code) : "", to: at + match[0].length };
    }
  }
  return { char: first, to: at + 1 };
}
