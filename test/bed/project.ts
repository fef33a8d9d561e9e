import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "./processes.ts";

/** The project's folder, and its built and packaged form. */
export const ROOT = join(import.meta.dirname, "../..");
export const VSIX = join(ROOT, "mimo-agent.vsix");
export const SAMPLE = join(import.meta.dirname, "sample");

const INPUTS = [
  "src",
  "media",
  "l10n",
  "test/simulator",
  "esbuild.mjs",
  "package.json",
  "package-lock.json",
  ".vscodeignore",
];

/** The packaged extension, built first when it is missing or older than what it is made of. */
export async function ensureVsix(): Promise<string> {
  const packaged = existsSync(VSIX) ? statSync(VSIX).mtimeMs : 0;
  const newest = Math.max(...INPUTS.map((name) => newestIn(join(ROOT, name))));
  if (packaged < newest || !existsSync(join(ROOT, "dist/simulator.mjs"))) {
    console.log("Building and packaging the extension.");
    // The list of packaged files is no news here; errors are.
    await runProcess("npm", ["run", "--silent", "package"], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  }
  return VSIX;
}

function newestIn(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
