import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Processes and folders of a run. Every process leads its own group and nothing outlives the run: not after Ctrl-C,
 * not after a crash of the driver.
 */

const running = new Set<ChildProcess>();
const folders = new Set<string>();
const closers = new Set<() => Promise<void>>();

/** A folder of this run: its processes name it in their environment, and it is removed at the end. */
export const MARK = "MIMO_BED_RUN";

export function startProcess(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, { ...options, detached: true });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Runs a command to its end, its output going where ours goes; rejects when it fails. */
export async function runProcess(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<void> {
  const child = startProcess(command, args, { stdio: ["ignore", "inherit", "inherit"], ...options });
  const code = await exitOf(child);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}`);
}

/** The exit code; the signal's name when a signal ended it. Rejects when the process could not start. */
export function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? signal ?? 1));
  });
}

/** Asks the group to end, all of it, then makes it: a leader that ends first leaves others still tidying up. */
export async function stopProcess(child: ChildProcess, graceMs = 8000): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  signalGroup(pid, "SIGTERM");
  for (const until = Date.now() + graceMs; groupExists(pid) && Date.now() < until; ) await sleep(25);
  signalGroup(pid, "SIGKILL");
}

/** Whether anything of the group still runs. Where nobody reaps them, the dead stay listed: they do not count. */
function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch {
    return false;
  }
  return process.platform !== "linux" || processIds().some((pid) => isLivingMember(pid, group));
}

function isLivingMember(pid: number, group: number): boolean {
  try {
    // After the name in parentheses: state, parent, group.
    const [state, , of] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return Number(of) === group && state !== "Z" && state !== "X";
  } catch {
    return false;
  }
}

function processIds(): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}

/** Ends what left the groups (terminals lead sessions of their own): whatever carries the run's folder in its environment. */
export function sweep(folder: string): void {
  if (process.platform !== "linux") return;
  const mark = `${MARK}=${folder}`;
  for (const pid of processIds()) {
    if (pid === process.pid) continue;
    try {
      if (readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark)) process.kill(pid, "SIGKILL");
    } catch {
      // Not ours to read, or gone.
    }
  }
}

export function ownFolder(folder: string): void {
  folders.add(folder);
}

export function removeFolder(folder: string): void {
  sweep(folder);
  folders.delete(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** What has to be closed in order before the processes end, for example a browser. */
export function onStop(close: () => Promise<void>): () => void {
  closers.add(close);
  return () => closers.delete(close);
}

/** Ends everything of this run. */
export async function stopAll(): Promise<void> {
  for (const close of [...closers].reverse()) await close().catch(() => {});
  closers.clear();
  await Promise.all([...running].map((child) => stopProcess(child)));
  for (const folder of folders) removeFolder(folder);
}

let stopping = false;

/** The user ends the run: what ends now has not failed. */
export function isStopping(): boolean {
  return stopping;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void stopAll().finally(() => process.exit(128 + constants.signals[signal]));
  });
}
process.on("exit", () => {
  for (const child of running) if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL");
  for (const folder of folders) removeFolder(folder);
});
