/** `node test/ui/readmeShots.ts`: draws the README's pictures anew, from the tour in a real window. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { stopAll } from "../bed/processes.ts";
import { ROOT } from "../bed/project.ts";
import { closeBrowser, Workbench } from "../bed/workbench.ts";

const FOLDER = join(ROOT, "media/readme");
mkdirSync(FOLDER, { recursive: true });
const workbench = await Workbench.open({
  simulator: { script: "tour" },
  settings: { "mimoAgent.approval.mode": "edit" },
  size: { width: 1200, height: 800 },
});
try {
  await workbench.openMimo();
  await workbench.setPanelWidth(440);
  await workbench.say("The cart test fails. Find out why and fix it.");
  await workbench.button("Run once").waitFor({ timeout: 60_000 });
  await workbench.button("Open diff").last().click();
  await workbench.page.locator(".monaco-diff-editor").waitFor();
  await workbench.page.waitForTimeout(2_000);
  copyFileSync(await workbench.screenshot({ area: "readme", name: "panel-dark" }), join(FOLDER, "panel-dark.png"));
} finally {
  await workbench.close();
  await closeBrowser();
  await stopAll();
}
