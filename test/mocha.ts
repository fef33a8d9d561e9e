import { glob } from "node:fs/promises";
import { join } from "node:path";
import Mocha from "mocha";
import { stopAll } from "./bed/processes.ts";
import { ROOT } from "./bed/project.ts";
import { type Counts, countsOf, publishCounts } from "./counts.ts";

/**
 * `node test/mocha.ts GLOB [--timeout MS] [--grep TEXT]`: mocha over test files, its counts kept for the sum of
 * `npm test`. A run in which nothing passed has failed.
 */
const { pattern, timeout, grep } = readArguments(process.argv.slice(2));
const files: string[] = [];
for await (const file of glob(pattern, { cwd: ROOT })) files.push(join(ROOT, file));
const mocha = new Mocha({ ui: "bdd", reporter: "spec", timeout, ...(grep ? { grep } : {}) });
for (const file of files.sort()) mocha.addFile(file);
await mocha.loadFilesAsync();
const counts = await new Promise<Counts>((resolve) => {
  const runner = mocha.run(() => resolve(countsOf(runner.stats)));
});
publishCounts(counts);
if (counts.passed === 0) console.error(`No test of ${pattern} passed.`);
await stopAll();
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);

function readArguments(args: readonly string[]) {
  const option = (name: string) => {
    const at = args.indexOf(name);
    return at < 0 ? undefined : args[at + 1];
  };
  const pattern = args[0];
  if (!pattern || pattern.startsWith("--")) {
    console.error("usage: node test/mocha.ts GLOB [--timeout MS] [--grep TEXT]");
    process.exit(2);
  }
  return { pattern, timeout: Number(option("--timeout") ?? 10_000), grep: option("--grep") };
}
