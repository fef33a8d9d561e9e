import type { ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import type { Bed } from "./install.ts";
import { addLanguage, type Locale } from "./language.ts";
import { exitOf, startProcess, stopProcess } from "./processes.ts";
import { cleanEnvironment, type Run } from "./run.ts";

export interface ServerOptions {
  /** Fixed where secrets have to survive a restart: the browser keeps them by origin. */
  readonly port?: number;
  readonly locale?: Locale;
  /** For mocha inside the extension host: VS Code takes the tests' payload only with it. */
  readonly smokeTestDriver?: true;
  /** Folders are restricted until the user trusts them; without it, all are trusted. */
  readonly workspaceTrust?: true;
  /** Opened when the address names no folder. */
  readonly folder?: string;
  /** Whoever opens the address must know it. */
  readonly token?: string;
  /** Added to the environment of the server, and so of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Server {
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server has ended. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

const START_MS = 60_000;

/** Starts VS Code's server on loopback. Its output goes to `server.log` in the run's folder. */
export async function startServer(bed: Bed, run: Run, options: ServerOptions = {}): Promise<Server> {
  const locale = options.locale ?? "en";
  await addLanguage(run, locale);
  const args = [
    join(bed.vscode, "out/server-main.js"),
    "--host=127.0.0.1",
    `--port=${options.port ?? 0}`,
    options.token ? `--connection-token=${options.token}` : "--without-connection-token",
    "--accept-server-license-terms",
    ...folders(run),
    "--disable-telemetry",
    ...(options.workspaceTrust ? [] : ["--disable-workspace-trust"]),
    `--locale=${locale}`,
    ...(options.smokeTestDriver ? ["--enable-smoke-test-driver"] : []),
    ...(options.folder ? [`--default-folder=${options.folder}`] : []),
  ];
  const child = startProcess(bed.node, args, {
    cwd: run.folder,
    env: cleanEnvironment(run, bed, options.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = exitOf(child).catch((error: unknown) => error);
  const port = await listeningPort(child, run);
  return { port, pid: child.pid ?? 0, ended, stop: () => stopProcess(child) };
}

function folders(run: Run): string[] {
  return [
    `--server-data-dir=${run.serverData}`,
    `--user-data-dir=${run.userData}`,
    `--extensions-dir=${run.extensions}`,
  ];
}

function listeningPort(child: ChildProcess, run: Run): Promise<number> {
  const log = createWriteStream(join(run.folder, "server.log"), { flags: "a" });
  let output = "";
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`VS Code's server ${why}. It said:\n${output}`));
    const timer = setTimeout(() => fail(`said no port within ${START_MS / 1000} s`), START_MS);
    child.once("exit", (code) => fail(`ended with ${code}`));
    const read = (chunk: Buffer) => {
      log.write(chunk);
      if (output.length > 100_000) return;
      output += chunk.toString();
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
  });
}

/** Installs a packaged extension into the run, as a user does. */
export async function installVsix(bed: Bed, run: Run, vsix: string): Promise<void> {
  const args = [join(bed.vscode, "out/server-main.js"), ...folders(run), "--accept-server-license-terms"];
  const child = startProcess(bed.node, [...args, `--install-extension=${vsix}`, "--force"], {
    cwd: run.folder,
    env: cleanEnvironment(run, bed),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk));
  if ((await exitOf(child)) !== 0) throw new Error(`VS Code refused ${vsix}:\n${output}`);
}
