/** `npm test`: everything, in order; ends with the plain line `N passed, N failed`. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownFolder, stopAll } from "./bed/processes.ts";
import { COUNTS_FILE, type Counts, readCounts, sumCounts } from "./counts.ts";
import { runStep, type Step } from "./steps.ts";

const MINUTE = 60_000;
const npm = (script: string): Step["command"] => ["npm", "run", "--silent", script];

const PARTS: readonly Step[] = [
  { name: "check", command: npm("check"), limitMs: 4 * MINUTE },
  { name: "build and package", command: npm("package"), limitMs: 2 * MINUTE },
  { name: "unit tests", command: npm("test:unit"), limitMs: 12 * MINUTE },
  { name: "tests in a real VS Code", command: npm("test:host"), limitMs: 8 * MINUTE },
  { name: "tests of what a user sees and clicks", command: npm("test:ui"), limitMs: 12 * MINUTE },
];

const folder = mkdtempSync(join(tmpdir(), "mimo-counts-"));
ownFolder(folder);
const total = sumCounts(await runParts(PARTS));
await stopAll();
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

async function runParts(parts: readonly Step[]): Promise<Counts[]> {
  const counts: Counts[] = [];
  for (const [i, part] of parts.entries()) counts.push(...(await runPart(part, join(folder, `${i}.jsonl`))));
  return counts;
}

/** A part that says no counts counts as one test; one that fails has at least one failure. */
async function runPart(part: Step, file: string): Promise<Counts[]> {
  writeFileSync(file, "");
  const ok = await runStep(part, { ...process.env, [COUNTS_FILE]: file });
  const counts = readCounts(file);
  if (!ok && sumCounts(counts).failed === 0) return [...counts, { passed: 0, failed: 1 }];
  return counts.length > 0 ? counts : [{ passed: 1, failed: 0 }];
}
