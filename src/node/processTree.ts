import { execFile, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
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
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(leader), "/T", "/F"], { windowsHide: true });
    return;
  }
  const strays = process.platform === "linux" ? below(leader, linuxTableNow()) : [];
  signalGroup(leader, "SIGKILL");
  for (const { pid } of strays) kill(pid, "SIGKILL");
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

/** One process for good: a pid alone is given to another when its process is gone. */
export interface ProcessName {
  readonly pid: number;
  readonly started: string;
}

interface Entry extends ProcessName {
  readonly parent: number;
  readonly group: number;
}

/** undefined when there is no such process, and on Windows, where this is not looked up. */
export async function processName(pid: number): Promise<ProcessName | undefined> {
  if (process.platform === "win32") return undefined;
  const entry = process.platform === "linux" ? await linuxEntry(pid) : (await psTable()).find((one) => one.pid === pid);
  return entry && { pid, started: entry.started };
}

/** The same without waiting, also of a child that has ended already and was not fetched. Known on Linux only. */
export function childName(pid: number): ProcessName | undefined {
  if (process.platform !== "linux") return undefined;
  const { started } = fieldsNow(pid);
  return started === undefined ? undefined : { pid, started };
}

/** The processes of a group whose environment holds this text. Known on Linux only; none elsewhere. */
export async function groupMembersWith(leader: number, text: string): Promise<readonly ProcessName[]> {
  if (process.platform !== "linux") return [];
  const members = (await linuxTable()).filter((entry) => entry.group === leader);
  const environments = await Promise.all(
    members.map(({ pid }) => readFile(join("/proc", String(pid), "environ"), "utf8").catch(() => "")),
  );
  return members.filter((_, i) => environments[i]?.split("\0").includes(text));
}

async function descendants(leader: number): Promise<Entry[]> {
  return below(leader, await processTable());
}

function below(leader: number, table: readonly Entry[]): Entry[] {
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

function linuxTableNow(): Entry[] {
  try {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return pids.map((pid) => entryOf(fieldsNow(Number(pid)))).filter((entry) => entry !== undefined);
  } catch {
    return [];
  }
}

async function linuxTable(): Promise<Entry[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(pids.map((pid) => linuxEntry(Number(pid))));
  return entries.filter((entry) => entry !== undefined);
}

async function linuxEntry(pid: number): Promise<Entry | undefined> {
  return entryOf(fieldsOf(pid, await readFile(statOf(pid), "utf8").catch(() => "")));
}

function statOf(pid: number): string {
  return join("/proc", String(pid), "stat");
}

function fieldsNow(pid: number): StatFields {
  try {
    return fieldsOf(pid, readFileSync(statOf(pid), "utf8"));
  } catch {
    return { pid };
  }
}

interface StatFields {
  readonly pid: number;
  readonly state?: string | undefined;
  readonly parent?: string | undefined;
  readonly group?: string | undefined;
  readonly started?: string | undefined;
}

function fieldsOf(pid: number, text: string): StatFields {
  // The name, in brackets, may hold anything; after it: state, parent, group, … and the start time as 20th field.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group] = fields;
  return { pid, state, parent, group, started: fields[19] };
}

function entryOf({ pid, state, parent, group, started = "" }: StatFields): Entry | undefined {
  if (parent === undefined || state === "Z") return undefined;
  return { pid, parent: Number(parent), group: Number(group), started };
}

function psTable(): Promise<Entry[]> {
  return new Promise((resolve) => {
    // Start times are compared with ones written down earlier: they must not depend on the language or the time zone.
    const options = { timeout: 1_000, env: { ...process.env, LC_ALL: "C", TZ: "UTC" } };
    execFile("/bin/ps", ["-A", "-o", "pid=,ppid=,pgid=,lstart="], options, (error, output) => {
      const rows = error ? [] : [...output.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*?)\s*$/gm)];
      const entry = ([, pid, parent, group, started = ""]: string[]): Entry => {
        return { pid: Number(pid), parent: Number(parent), group: Number(group), started };
      };
      resolve(rows.map(entry));
    });
  });
}

async function isSame({ pid, started }: ProcessName): Promise<boolean> {
  return (await processName(pid))?.started === started;
}

async function anyLives(strays: readonly ProcessName[]): Promise<boolean> {
  for (const stray of strays) if (await isSame(stray)) return true;
  return false;
}

async function signalStray(stray: ProcessName, signal: NodeJS.Signals): Promise<void> {
  if (await isSame(stray)) kill(stray.pid, signal);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
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
