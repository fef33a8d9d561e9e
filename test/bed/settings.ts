import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Run } from "./run.ts";

export type Settings = Readonly<Record<string, unknown>>;

/** Keeps VS Code quiet: nothing asks, nothing pops up, nothing is looked up on a network. */
const QUIET: Settings = {
  "security.workspace.trust.enabled": false,
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.enableExperiments": false,
  "workbench.settings.enableNaturalLanguageSearch": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "update.showReleaseNotes": false,
  "extensions.ignoreRecommendations": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "npm.fetchOnlinePackageInfo": false,
  "json.schemaDownload.enable": false,
  "typescript.disableAutomaticTypeAcquisition": true,
  "chat.disableAIFeatures": true,
  "git.openRepositoryInParentFolders": "never",
  "terminal.integrated.gpuAcceleration": "off",
};

export const THEMES = {
  dark: "Dark Modern",
  light: "Light Modern",
  hcDark: "Default High Contrast",
  hcLight: "Default High Contrast Light",
} as const;
export type Theme = keyof typeof THEMES;
/** As VS Code offers them. */
export const THEME_NAMES: Readonly<Record<Theme, string>> = {
  dark: "Dark Modern",
  light: "Light Modern",
  hcDark: "Dark High Contrast",
  hcLight: "Light High Contrast",
};

/** Settings that send the extension to a server on this machine, which needs no key. */
export function loopbackEndpoint(port: number): Settings {
  return { "mimoAgent.endpoint": "custom", "mimoAgent.baseUrl": `http://127.0.0.1:${port}/v1` };
}

export async function writeUserSettings(run: Run, settings: Settings): Promise<void> {
  const folder = join(run.userData, "User");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "settings.json"), `${JSON.stringify({ ...QUIET, ...settings }, undefined, 2)}\n`);
}
