import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Workbench } from "../bed/workbench.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];

interface Axe {
  run(context: object, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

/** What axe finds in the panel: contrast, names, roles. Evaluated by the driver: no script is let into the page. */
export async function accessibilityFaults(workbench: Workbench): Promise<string[]> {
  const frame = await workbench.panelFrame();
  await frame.evaluate(AXE);
  return frame.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations } = await axe.run(document, { runOnly: rules, iframes: false });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
  }, RULES);
}
