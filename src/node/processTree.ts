import { execFile, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Ending a command and everything it started. */

const KILL_AFTER_MS = 1_500;

/**
 * Asks the whole tree of a process that leads its own group to end, and ends by force what is left after a moment.
 * Processes that left the group are found by their parents. Resolves when the force was used or was not needed.
 */
export async function endTree(leader: number): Promise<void> {
  if (process.platform === "win32") return endWindowsTree(leader);
  const strays = descendants(leader);
  signalGroup(leader, "SIGTERM");
  const found = await strays;
  for (const stray of found) await signalStray(stray, "SIGTERM");
  const deadline = Date.now() + KILL_AFTER_MS;
  while (Date.now() < deadline) {
    if (!(await groupLives(leader)) && !(await anyLives(found))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  signalGroup(leader, "SIGKILL");
  for (const stray of found) await signalStray(stray, "SIGKILL");
}

/** By force and at once, for when this process is about to end itself. */
export function killTree(leader: number): void {
  if (process.platform === "win32") spawn("taskkill", ["/pid", String(leader), "/T", "/F"], { windowsHide: true });
  else signalGroup(leader, "SIGKILL");
}

/** Whether any process of the group is there, the leader or one that outlived it. */
export async function groupLives(leader: number): Promise<boolean> {
  if (process.platform === "win32" || !signalGroup(leader, 0)) return false;
  // A signal also finds the dead that nobody has fetched yet, as in containers without an init.
  return process.platform !== "linux" || (await linuxTable()).some((entry) => entry.group === leader);
}

function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch {
    return false;
  }
}

interface Stray {
  readonly pid: number;
  /** Together with the pid this names one process for good. */
  readonly started: string;
}

interface Entry extends Stray {
  readonly parent: number;
  readonly group: number;
}

async function descendants(leader: number): Promise<Stray[]> {
  const table = await processTable();
  const found: Entry[] = [];
  const open = [leader];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    for (const child of table.filter((entry) => entry.parent === pid)) {
      found.push(child);
      open.push(child.pid);
    }
  }
  return found;
}

async function processTable(): Promise<Entry[]> {
  return process.platform === "linux" ? linuxTable() : psTable();
}

async function linuxTable(): Promise<Entry[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(pids.map((pid) => linuxEntry(Number(pid))));
  return entries.filter((entry) => entry !== undefined);
}

async function linuxEntry(pid: number): Promise<Entry | undefined> {
  const text = await readFile(join("/proc", String(pid), "stat"), "utf8").catch(() => "");
  // The name, in brackets, may hold anything; after it: state, parent, group, … and the start time as 20th field.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group] = fields;
  if (parent === undefined || state === "Z") return undefined;
  return { pid, parent: Number(parent), group: Number(group), started: fields[19] ?? "" };
}

function psTable(): Promise<Entry[]> {
  return new Promise((resolve) => {
    execFile("/bin/ps", ["-A", "-o", "pid=,ppid=,pgid=,lstart="], { timeout: 1_000 }, (error, output) => {
      const rows = error ? [] : [...output.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*?)\s*$/gm)];
      const entry = ([, pid, parent, group, started = ""]: string[]): Entry => {
        return { pid: Number(pid), parent: Number(parent), group: Number(group), started };
      };
      resolve(rows.map(entry));
    });
  });
}

async function isSame({ pid, started }: Stray): Promise<boolean> {
  if (process.platform === "linux") return (await linuxEntry(pid))?.started === started;
  return (await psTable()).some((entry) => entry.pid === pid && entry.started === started);
}

async function anyLives(strays: readonly Stray[]): Promise<boolean> {
  for (const stray of strays) if (await isSame(stray)) return true;
  return false;
}

async function signalStray(stray: Stray, signal: NodeJS.Signals): Promise<void> {
  if (!(await isSame(stray))) return;
  try {
    process.kill(stray.pid, signal);
  } catch {
    // Gone between the two.
  }
}

/** Windows has no polite signal for console programs without a window. */
function endWindowsTree(leader: number): Promise<void> {
  return new Promise((resolve) => {
    execFile("taskkill", ["/pid", String(leader), "/T", "/F"], { windowsHide: true }, () => resolve());
  });
}
