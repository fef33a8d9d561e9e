import { appendFileSync } from "node:fs";
import { format } from "node:util";
import Mocha from "mocha";
import { countsOf } from "../counts.ts";
import type { HostReport } from "./report.ts";

/**
 * Runs mocha inside the extension host. The bundle that is made of this file puts the test files' imports into
 * `loadTests`. Reports through files: an extension host's console is not the driver's.
 */
export async function runSuite(loadTests: () => Promise<void>): Promise<void> {
  const file = process.env.MIMO_HOST_REPORT;
  if (!file) throw new Error("MIMO_HOST_REPORT names no file");
  const write = (report: HostReport) => appendFileSync(file, `${JSON.stringify(report)}\n`);
  const mocha = new Mocha({ ui: "bdd", timeout: 30_000, reporter: reporterTo(write) });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  await loadTests();
  const counts = await new Promise<ReturnType<typeof countsOf>>((resolve) => {
    const runner = mocha.run(() => resolve(countsOf(runner.stats)));
  });
  write({ type: "counts", ...counts });
  if (counts.failed > 0) throw new Error(`${counts.failed} tests failed`);
  if (counts.passed === 0) throw new Error("no test passed");
}

function reporterTo(write: (report: HostReport) => void): Mocha.ReporterConstructor {
  return class extends Mocha.reporters.Base {
    constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
      super(runner, options);
      let depth = 0;
      const say = (text: string) => write({ type: "line", text: "  ".repeat(depth) + text });
      const failures: string[] = [];
      runner.on("suite", (suite) => {
        if (suite.title) say(suite.title);
        depth++;
      });
      runner.on("suite end", () => {
        depth--;
      });
      runner.on("pass", (test) => say(`✔ ${test.title}${test.speed === "fast" ? "" : ` (${test.duration}ms)`}`));
      runner.on("pending", (test) => say(`- ${test.title}`));
      runner.on("fail", (test, error) => {
        failures.push(`${test.fullTitle()}\n${format(error)}`);
        say(`${failures.length}) ${test.title}`);
      });
      runner.once("end", () => {
        for (const [i, text] of failures.entries()) write({ type: "line", text: `\n  ${i + 1}) ${text}` });
      });
    }
  };
}
