import { lineDiff } from "./lineDiff.ts";

/** The signs of some languages are code in others: `#include`, `#id`, `*pointer`, `--count`. */
const COMMENT = /^\s*(?:\/\/|\/\*|\*(?=[\s/])|#+(?=\s|$)|--+(?=\s|$)|;+(?=\s|$)|%+(?=\s|$)|<!--|"""|''')/;

/** A remark behind the code. */
const REMARK = /^\s+(?:\/\/|\/\*|#|--|;)\s/;

/**
 * Whether a line that differs from the file's is that line all the same, written from memory: other white space, other
 * words in a comment or a sentence, no remark behind the code, a name with a slip of spelling. Another name, number or operator makes it another line.
 */
export function isMisquote(given: string, file: string): boolean {
  const behind = file.startsWith(given) ? file.slice(given.length) : "";
  if (REMARK.test(behind)) return true;
  const [was, there] = [partsOf(given), partsOf(file)];
  if (digitsOf(was) !== digitsOf(there)) return false;
  if (COMMENT.test(given) && COMMENT.test(file)) return true;
  if (isProse(was) && isProse(there)) return true;
  return lineDiff(was, there).every(({ oldStart, oldEnd, newStart, newEnd }) => {
    if (oldEnd - oldStart !== newEnd - newStart) return false;
    return was.slice(oldStart, oldEnd).every((word, i) => isSameWord(word, there[newStart + i] ?? ""));
  });
}

const SENTENCE = 10;

/** Many words and hardly a sign between them but commas and stops. */
function isProse(parts: readonly string[]): boolean {
  const signs = parts.filter((part) => !/[\p{L}\p{N}]/u.test(part));
  return (
    parts.length - signs.length >= SENTENCE &&
    signs.every((sign) => /[\p{Po}\p{Pd}\p{Pi}\p{Pf}]/u.test(sign)) &&
    signs.length * 4 <= parts.length
  );
}

function partsOf(line: string): string[] {
  return line.match(/[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]/gu) ?? [];
}

function digitsOf(parts: readonly string[]): string {
  return parts.flatMap((part) => part.match(/\d+/g) ?? []).join(" ");
}

/** Shorter ones are other words sooner than misspelt ones: `next` and `text`, `rows` and `cols`. */
const MIN_WORD = 5;
const MAX_WORD = 60;

/** The words that a name is made of, each with one slip in five letters. */
function isSameWord(a: string, b: string): boolean {
  if (a === b) return true;
  const [was, there] = [wordsOf(a), wordsOf(b)];
  return was.length === there.length && was.every((word, i) => isMisspelt(word, there[i] ?? ""));
}

function wordsOf(name: string): string[] {
  return name.match(/\p{Lu}*[^\p{Lu}_]+|\p{Lu}+|_+/gu) ?? [];
}

function isMisspelt(a: string, b: string): boolean {
  if (a === b) return true;
  if (Math.min(a.length, b.length) < MIN_WORD || Math.max(a.length, b.length) > MAX_WORD) return false;
  return distance(a, b) <= Math.max(1, Math.floor(Math.min(a.length, b.length) / 5));
}

/** Letters to insert, delete or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
