/** What the model was told of an edit beyond that it was done: refused parts, new problems, what a save changed. */
export interface Remarks {
  readonly text: string;
  /** Passages of files and indented lines belong to the remark before them. */
  readonly count: number;
}

export function remarksOf(result: string): Remarks | undefined {
  const end = result.indexOf("\n");
  const text = end < 0 ? "" : result.slice(end + 1).trim();
  if (text === "") return undefined;
  let count = 0;
  let passage = false;
  for (const line of text.split("\n")) {
    if (/^\[lines \d/.test(line)) passage = true;
    else if (line === "[end]") passage = false;
    else if (!passage && /^\S/.test(line)) count++;
  }
  return { text, count: Math.max(1, count) };
}

/** How many hunks the user took of how many, where it was not all. */
export function partTaken(result: string): readonly [taken: number, of: number] | undefined {
  const found = /\btook (\d+) of (\d+) hunks\b/.exec(result);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}
