const MAX_LENGTH = 400;

/** A line made ready to be compared with many others. */
export interface Profile {
  readonly text: string;
  readonly length: number;
  /** Pairs of neighbouring characters and how often each is there. */
  readonly pairs: ReadonlyMap<number, number>;
}

/** White space at either end does not count, and of very long lines only the beginning. */
export function profileOf(line: string): Profile {
  const text = line.trim().slice(0, MAX_LENGTH);
  const pairs = new Map<number, number>();
  for (let i = 0; i + 1 < text.length; i++) {
    const pair = text.charCodeAt(i) * 65_536 + text.charCodeAt(i + 1);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return { text, length: text.length, pairs };
}

/** How alike two lines are, 0 to 1: twice the pairs of characters they share over all they have (Dice). */
export function likeness(a: Profile, b: Profile): number {
  if (a.text === b.text) return 1;
  const all = a.length + b.length - 2;
  if (a.length < 2 || b.length < 2) return 0;
  let shared = 0;
  const [few, many] = a.pairs.size <= b.pairs.size ? [a.pairs, b.pairs] : [b.pairs, a.pairs];
  for (const [pair, count] of few) shared += Math.min(count, many.get(pair) ?? 0);
  return (2 * shared) / all;
}

export function similarity(a: string, b: string): number {
  return likeness(profileOf(a), profileOf(b));
}
