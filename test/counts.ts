import { appendFileSync, readFileSync } from "node:fs";

/** How many tests passed and failed; what `npm test` adds up over its parts. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Names the file that parts of `npm test` append their counts to. */
export const COUNTS_FILE = "MIMO_TEST_COUNTS";

export function countsOf(stats: { readonly passes: number; readonly failures: number } | undefined): Counts {
  return { passed: stats?.passes ?? 0, failed: stats?.failures ?? 0 };
}

export function publishCounts(counts: Counts): void {
  const file = process.env[COUNTS_FILE];
  if (file) appendFileSync(file, `${JSON.stringify(counts)}\n`);
}

export function sumCounts(parts: readonly Counts[]): Counts {
  return {
    passed: parts.reduce((sum, part) => sum + part.passed, 0),
    failed: parts.reduce((sum, part) => sum + part.failed, 0),
  };
}

export function readCounts(file: string): Counts[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Counts);
}
