/** `npm run check`: types, lint and format, import directions. Each step counts as one test of `npm test`. */
import { publishCounts } from "./counts.ts";
import { runStep, type Step } from "./steps.ts";

const STEPS: readonly Step[] = [
  { name: "types of host and core", command: ["tsc", "-p", "tsconfig.json"] },
  { name: "types of the view", command: ["tsc", "-p", "src/webview"] },
  { name: "types of the tests", command: ["tsc", "-p", "test"] },
  { name: "lint and format", command: ["biome", "ci", "--colors=off", "--max-diagnostics=100", "."] },
  { name: "import directions", command: ["mocha", "--reporter", "dot", "test/unit/imports.test.ts"] },
];

let failed = 0;
for (const step of STEPS) if (!(await runStep(step))) failed++;
publishCounts({ passed: STEPS.length - failed, failed });
process.exit(failed === 0 ? 0 : 1);
