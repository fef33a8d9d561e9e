import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { runProcess } from "./processes.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];

/** A Chromium of this machine; installed with apt when there is none and we may. */
export async function findChromium(): Promise<string> {
  const asked = process.env.CHROME_PATH;
  const found = asked || onPath();
  const missing = [...(found ? [] : ["chromium"]), ...(hasChineseFont() ? [] : ["fonts-noto-cjk"])];
  if (missing.length > 0) await install(missing);
  const path = found || onPath();
  if (path) return path;
  throw new Error(
    "The UI and host tests need a Chromium, Chrome or Edge. Install one (Debian, Ubuntu: " +
      "`sudo apt-get install chromium fonts-noto-cjk`), or name it in CHROME_PATH.",
  );
}

function onPath(): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

function hasChineseFont(): boolean {
  try {
    return execFileSync("fc-list", [":lang=zh-cn", "family"], { encoding: "utf8" }).trim() !== "";
  } catch {
    return false;
  }
}

/** Without a font, Chinese screenshots show boxes, but nothing fails; so only a missing browser is an error later. */
async function install(packages: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) {
    console.log(`Missing: ${packages.join(", ")}. Not root, so nothing is installed.`);
    return;
  }
  console.log(`Installing ${packages.join(", ")} with apt-get, once.`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await runProcess("apt-get", ["update", "-qq"], { env });
    await runProcess("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env });
  } catch (error) {
    console.log(`apt-get did not work here: ${String(error)}`);
  }
}
