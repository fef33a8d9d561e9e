import { applyEdits } from "../../src/edit/apply.ts";
import { compareTexts } from "../../src/edit/hunks.ts";
import type { Figure } from "./figures.ts";

/** Source code of so many lines, no two of them the same. */
function source(lines: number): string {
  const text = Array.from({ length: lines }, (_, i) => {
    const name = ["alpha", "beta", "gamma", "delta"][i % 4];
    return i % 9 === 0 ? "" : `  if (state.${name}${i} > limit[${i % 97}]) { handle(${i}, "reason ${i % 13}"); }`;
  }).join("\n");
  // One flat string, as a file that was read is.
  return Buffer.from(text).toString();
}

/** Milliseconds of the median run. */
function median(runs: number, work: () => void): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return times[Math.floor(runs / 2)] ?? Number.NaN;
}

const LARGE = 10 * 1024 * 1024;

/** How long edits take from the call to the text and the hunks that are shown. */
export async function edit(): Promise<Figure[]> {
  const large = source(200_000);
  if (large.length < LARGE) throw new Error("the large file is too small");
  const lines = large.split("\n");
  const exact = lines.slice(150_000, 150_003).join("\n");
  const crlf = Buffer.from(large.replaceAll("\n", "\r\n")).toString();
  const edited = (text: string) => {
    const { text: after, outcomes } = applyEdits(text, [
      { oldText: exact, newText: exact.replace("handle", "take"), all: false },
    ]);
    const { hunks } = compareTexts(text, after).change;
    if (outcomes[0]?.status !== "applied" || hunks.length !== 1) throw new Error("not edited");
  };
  const medium = source(20_000);
  const passage = medium.split("\n").slice(15_000, 15_012).join("\n");
  const sought = (oldText: string, status: string) => {
    const { outcomes } = applyEdits(medium, [{ oldText, newText: `${oldText}\n  done();`, all: false }]);
    if (outcomes[0]?.status !== status) throw new Error(`${outcomes[0]?.status}, not ${status}`);
  };
  const misquoted = passage.replace("state.gamma15002", "state.gama15002");
  const unlike = passage.replaceAll("handle", "process").replaceAll("limit", "bound");
  const ms = { unit: "ms", better: "lower" as const };
  return [
    { name: "exact edit, 10 MB file", value: median(9, () => edited(large)), bound: 50, ...ms },
    { name: "exact edit, 10 MB file with CRLF", value: median(9, () => edited(crlf)), bound: 50, ...ms },
    { name: "near match, 20,000 lines", value: median(9, () => sought(misquoted, "applied")), bound: 200, ...ms },
    { name: "nearest passages, 20,000 lines", value: median(9, () => sought(unlike, "absent")), bound: 200, ...ms },
  ];
}
