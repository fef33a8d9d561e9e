/**
 * `npm run test:electron [-- NAME]`: the same host tests in desktop VS Code, which @vscode/test-electron downloads.
 * For machines that may download it and have a display (or xvfb-run). VSCODE_VERSION names another version than stable.
 */
import { runTests } from "@vscode/test-electron";
import { stopAll } from "../bed/processes.ts";
import { ensureVsix, ROOT } from "../bed/project.ts";
import { createRun } from "../bed/run.ts";
import { writeUserSettings } from "../bed/settings.ts";
import { publishCounts } from "../counts.ts";
import { bundleSuite } from "./bundle.ts";
import { printReport } from "./printReport.ts";
import { createHostWorld } from "./workspace.ts";

let ok = false;
try {
  ok = await runInElectron(process.argv[2]);
} catch (error) {
  console.error(error);
}
await stopAll();
process.exit(ok ? 0 : 1);

async function runInElectron(only: string | undefined): Promise<boolean> {
  await ensureVsix();
  const suite = await bundleSuite(only);
  const run = createRun();
  const world = await createHostWorld(run);
  await writeUserSettings(run, world.settings);
  const code = await runTests({
    version: process.env.VSCODE_VERSION ?? "stable",
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: suite,
    extensionTestsEnv: world.env,
    launchArgs: [
      world.folder,
      `--user-data-dir=${run.userData}`,
      `--extensions-dir=${run.extensions}`,
      "--disable-workspace-trust",
      "--disable-telemetry",
    ],
  });
  const counts = printReport(world.env.MIMO_HOST_REPORT ?? "");
  if (counts) publishCounts(counts);
  return code === 0 && counts !== undefined && counts.failed === 0 && counts.passed > 0;
}
