import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Run } from "./run.ts";

export type Locale = "en" | "zh-cn";

/**
 * Makes VS Code run in Chinese without the language pack, which only the marketplace has: VS Code reads the installed
 * packs from `languagepacks.json`, and a pack that translates nothing leaves the workbench's own words in English while
 * `vscode.env.language`, `package.nls.zh-cn.json` and the l10n bundles of extensions are Chinese.
 */
export async function addLanguage(run: Run, locale: Locale): Promise<void> {
  if (locale === "en") return;
  const folder = join(run.userData, "empty-language-pack");
  await mkdir(folder, { recursive: true });
  const translations = join(folder, "main.i18n.json");
  await writeFile(translations, JSON.stringify({ version: "1.0.0", contents: {} }));
  const packs = {
    [locale]: {
      hash: "mimo-agent-testbed",
      label: "中文(简体)",
      extensions: [{ extensionIdentifier: { id: "mimo-agent.testbed-language" }, version: "1.0.0" }],
      translations: { vscode: translations },
    },
  };
  await writeFile(join(run.userData, "languagepacks.json"), JSON.stringify(packs));
}
