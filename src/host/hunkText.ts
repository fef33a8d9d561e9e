import type { Hunk } from "../agent/ports.ts";

/** The text after a change, from the text before it and complete hunks. Line endings become `\n`: for showing only. */
export function applyHunks(before: string, hunks: readonly Hunk[]): string {
  const lines = before.split(/\r\n|\n/);
  const after: string[] = [];
  let next = 0;
  for (const hunk of hunks) {
    const start = Math.max(next, hunk.oldStart - 1);
    after.push(...lines.slice(next, start));
    next = start;
    for (const { sign, text } of hunk.lines) {
      if (sign !== "-") after.push(text);
      if (sign !== "+") next++;
    }
  }
  after.push(...lines.slice(next));
  return after.join("\n");
}
