/** `npm run test:host [-- NAME]`: the host tests inside the extension host of the bed's VS Code. */
import { setTimeout as sleep } from "node:timers/promises";
import { newProfile, startBrowser } from "../bed/browser.ts";
import { keyLeaks } from "../bed/canary.ts";
import { installBed } from "../bed/install.ts";
import { stopAll } from "../bed/processes.ts";
import { ensureVsix, ROOT } from "../bed/project.ts";
import { createRun } from "../bed/run.ts";
import { startServer } from "../bed/server.ts";
import { writeUserSettings } from "../bed/settings.ts";
import { publishCounts } from "../counts.ts";
import { bundleSuite } from "./bundle.ts";
import { printReport } from "./printReport.ts";
import { createHostWorld } from "./workspace.ts";

const LIMIT_MS = 5 * 60_000;

let ok = false;
try {
  ok = await runInBed(process.argv[2]);
} catch (error) {
  console.error(error);
}
await stopAll();
process.exit(ok ? 0 : 1);

async function runInBed(only: string | undefined): Promise<boolean> {
  const bed = await installBed();
  // The extension runs from the folder, so what is built must be what the sources say.
  await ensureVsix();
  const suite = await bundleSuite(only);
  const run = createRun();
  const world = await createHostWorld(run);
  await writeUserSettings(run, world.settings);
  const server = await startServer(bed, run, { smokeTestDriver: true, env: world.env });
  const page = await (await newProfile(await startBrowser())).newPage();
  const exit = new Promise<number>((resolve) => {
    void page.exposeFunction("codeAutomationExit", (code: number) => resolve(code));
  });
  // The log of the extension host; the reporter's file says the same in order and whole.
  await page.exposeFunction("codeAutomationLog", () => {});
  await page.goto(addressOf(server.port, { folder: world.folder, suite }));
  const code = await Promise.race([exit, server.ended.then(() => -2), sleep(LIMIT_MS, -1)]);
  const counts = printReport(world.env.MIMO_HOST_REPORT ?? "");
  if (!counts) console.error("The suite did not come to its end.");
  if (counts) publishCounts(counts);
  await server.stop();
  const clean = isClean(run.folder);
  return clean && code === 0 && counts !== undefined && counts.failed === 0 && counts.passed > 0;
}

/** Counts as a test: whatever the suite has left on the disk holds no key. */
function isClean(folder: string): boolean {
  const leaks = keyLeaks(folder);
  for (const path of leaks) console.error(`  A key was written into ${path}`);
  publishCounts({ passed: leaks.length === 0 ? 1 : 0, failed: leaks.length === 0 ? 0 : 1 });
  return leaks.length === 0;
}

function addressOf(port: number, { folder, suite }: { folder: string; suite: string }): string {
  const remote = `vscode-remote://127.0.0.1:${port}`;
  const payload = [
    ["extensionDevelopmentPath", `${remote}${ROOT}`],
    ["extensionTestsPath", `${remote}${suite}`],
    ["skipWelcome", "true"],
  ];
  const query = `folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  return `http://127.0.0.1:${port}/?${query}`;
}
