import { existsSync, readFileSync } from "node:fs";
import type { Counts } from "../counts.ts";
import type { HostReport } from "./report.ts";

/** Prints what the suite reported. undefined when it did not come to its end. */
export function printReport(file: string): Counts | undefined {
  if (!existsSync(file)) return undefined;
  const reports = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as HostReport);
  let counts: Counts | undefined;
  for (const report of reports) {
    if (report.type === "line") console.log(report.text);
    else counts = report;
  }
  if (counts) console.log(`\n  ${counts.passed} passing, ${counts.failed} failing`);
  return counts;
}
