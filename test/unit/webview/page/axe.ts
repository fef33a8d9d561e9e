import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { PanelPage } from "./panelPage.ts";

/** Rules for whole documents; VS Code is the document around the panel. */
const NOT_OURS = /^(region|page-has-heading-one|landmark-one-main|document-title)/;

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

/** What axe finds in the panel as it stands: names, roles, contrast. */
export async function axeFaults({ page }: PanelPage): Promise<string[]> {
  // The page's policy forbids scripts from elsewhere; evaluation by the driver is not bound by it.
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
  });
  return found.filter((line) => !NOT_OURS.test(line));
}
