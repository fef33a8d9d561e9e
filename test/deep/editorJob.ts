import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as esbuild from "esbuild";
import { newProfile, startBrowser } from "../bed/browser.ts";
import { installBed } from "../bed/install.ts";
import { stopAll } from "../bed/processes.ts";
import { createRun } from "../bed/run.ts";
import { startServer } from "../bed/server.ts";
import { type Settings, writeUserSettings } from "../bed/settings.ts";

export interface EditorJob {
  /** The module that runs inside the extension host, absolute; it exports `run(job: EditorTask): Promise<unknown>`. */
  readonly module: string;
  /** Handed to `run` as JSON. */
  readonly input: unknown;
  readonly settings?: Settings;
  /** Written before VS Code starts: path in the home folder -> content. */
  readonly home?: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

/** What `run` of such a module gets. */
export interface EditorTask<Input = unknown> {
  readonly input: Input;
  /** An empty folder: the workspace. */
  readonly folder: string;
}

/**
 * Runs a module inside the extension host of the bed's VS Code, beside an extension that does nothing, and resolves with
 * what it returns. Ends everything that it started.
 */
export async function runInEditor(job: EditorJob): Promise<unknown> {
  try {
    return await played(job);
  } finally {
    await stopAll();
  }
}

async function played({ module, input, settings = {}, home = {}, limitMs }: EditorJob): Promise<unknown> {
  const bed = await installBed();
  const run = createRun();
  const folder = join(run.folder, "workspace");
  const extension = join(run.folder, "extension");
  const report = join(run.folder, "report.json");
  for (const path of [folder, extension]) mkdirSync(path);
  const manifest = { name: "nothing", publisher: "mimo-agent", version: "0.0.1", engines: { vscode: "^1.104.0" } };
  writeFileSync(join(extension, "package.json"), JSON.stringify(manifest));
  for (const [path, text] of Object.entries(home)) writeFileSync(join(run.home, path), text);
  const suite = join(extension, "suite.cjs");
  await bundle(module, suite);
  await writeUserSettings(run, settings);
  const task = JSON.stringify({ report, task: { input, folder } });
  const server = await startServer(bed, run, { smokeTestDriver: true, env: { MIMO_EDITOR_TASK: task } });
  const page = await (await newProfile(await startBrowser())).newPage();
  const exit = new Promise<number>((resolve) => {
    void page.exposeFunction("codeAutomationExit", (code: number) => resolve(code));
  });
  await page.exposeFunction("codeAutomationLog", () => {});
  await page.goto(addressOf(server.port, { folder, extension, suite }));
  const code = await Promise.race([exit, server.ended.then(() => -2), sleep(limitMs, -1)]);
  await server.stop();
  if (code === -1) throw new Error(`It had not come to its end after ${limitMs / 1_000} s.`);
  const said = JSON.parse(readFileSync(report, "utf8")) as { value?: unknown; error?: string };
  if (said.error !== undefined) throw new Error(`In the editor: ${said.error}`);
  return said.value;
}

async function bundle(module: string, outfile: string): Promise<void> {
  await esbuild.build({
    stdin: {
      contents: `import { writeFileSync } from "node:fs";
import { run as work } from ${JSON.stringify(module)};
export async function run() {
  const { report, task } = JSON.parse(process.env.MIMO_EDITOR_TASK);
  const said = await work(task).then((value) => ({ value }), (error) => ({ error: String(error?.stack ?? error) }));
  writeFileSync(report, JSON.stringify(said));
  if ("error" in said) throw new Error(said.error);
}`,
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    sourcemap: "inline",
    external: ["vscode"],
    logLevel: "warning",
  });
}

function addressOf(port: number, at: { folder: string; extension: string; suite: string }): string {
  const remote = `vscode-remote://127.0.0.1:${port}`;
  const payload = [
    ["extensionDevelopmentPath", `${remote}${at.extension}`],
    ["extensionTestsPath", `${remote}${at.suite}`],
    ["skipWelcome", "true"],
  ];
  const query = `folder=${encodeURIComponent(at.folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  return `http://127.0.0.1:${port}/?${query}`;
}
