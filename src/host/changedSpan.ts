export interface ChangedSpan {
  /** Offsets into the text before. */
  readonly start: number;
  readonly end: number;
  /** What stands there after. */
  readonly text: string;
}

/** The one stretch in which two texts differ. Never cuts a line break or a character in two. */
export function changedSpan(before: string, after: string): ChangedSpan {
  const room = Math.min(before.length, after.length);
  let start = 0;
  while (start < room && before[start] === after[start]) start++;
  while (start > 0 && (splits(before, start) || splits(after, start))) start--;
  let tail = 0;
  while (tail < room - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  while (tail > 0 && (splits(before, before.length - tail) || splits(after, after.length - tail))) tail--;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

function splits(text: string, offset: number): boolean {
  const left = text.charCodeAt(offset - 1);
  const right = text.charCodeAt(offset);
  if (left === 0x0d && right === 0x0a) return true;
  return left >= 0xd800 && left < 0xdc00 && right >= 0xdc00 && right < 0xe000;
}
