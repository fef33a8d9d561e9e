/** Stands for all of it. */
export const BINARY_NOTE = "[binary data: left out]";
/** Fewer than this in a line are a stray byte in a text. */
const FEW = 4;
/** Above these shares of its characters a line is no text. NULs stand between the names that programs list for programs. */
const SHARE = 0.15;
const NUL_SHARE = 0.6;
/** Between two lines of binary data, so many lines that happen to look like text belong to it. */
const GAP_LINES = 3;
/** A line as short as this with a bad character in it belongs to the binary data beside it. */
const SHORT = 20;

/**
 * A few kilobytes of an image tell a model nothing and cost as much as text. `text` is decoded output with its control
 * characters; lines that are no text are left out, and one note stands for all that follow each other.
 */
export function withoutBinary(text: string): string {
  if (!/[\uFFFD\x00-\x06]/.test(text)) return text;
  const lines = text.split("\n");
  const out = binaryLines(lines);
  return lines.flatMap((line, i) => (out[i] ? (out[i - 1] ? [] : [BINARY_NOTE]) : [line])).join("\n");
}

function binaryLines(lines: readonly string[]): readonly boolean[] {
  const looks = lines.map(lookOf);
  const out = looks.map((look) => look === "binary");
  let last = Number.NEGATIVE_INFINITY;
  for (const [i, look] of looks.entries()) {
    if (look !== "binary") continue;
    if (i - last - 1 <= GAP_LINES) out.fill(true, last, i);
    last = i;
  }
  const joins = (i: number) => looks[i] === "doubtful" && (lines[i]?.length ?? 0) <= SHORT;
  for (let i = 1; i < out.length; i++) if (out[i - 1] && joins(i)) out[i] = true;
  for (let i = out.length - 2; i >= 0; i--) if (out[i + 1] && joins(i)) out[i] = true;
  return out;
}

type Look = "text" | "doubtful" | "binary";

function lookOf(line: string): Look {
  let bad = 0;
  let nuls = 0;
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if (code === 0) nuls++;
    else if (code === 0xfffd || code <= 0x06 || (code >= 0x0e && code <= 0x1f && code !== 0x1b)) bad++;
  }
  const binary = (bad >= FEW && bad > line.length * SHARE) || (nuls >= FEW && nuls > line.length * NUL_SHARE);
  if (binary) return "binary";
  return bad + nuls > 0 ? "doubtful" : "text";
}
