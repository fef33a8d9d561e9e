import { execFile, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { windowsProgram } from "./executables.ts";

/** Ending a command and everything it started. */

const KILL_AFTER_MS = 1_500;

/** A command's processes: its shell, which leads a group of its own, and all that carry its mark. */
export interface Tree {
  readonly leader: number;
  /** `NAME=value` in the environment of whatever the command started, wherever it went. Looked up on Linux only. */
  readonly mark?: string | undefined;
}

/**
 * Asks the whole tree to end, and ends by force what is left after a moment. Processes that left the group are found by
 * their parents, those whose parents have ended by the mark. Resolves when the force was used or was not needed.
 */
export async function endTree(tree: Tree): Promise<void> {
  const { leader } = tree;
  if (process.platform === "win32") return endWindowsTree(leader);
  const looked = straysOf(tree);
  signalGroup(leader, "SIGTERM");
  const found = await looked;
  for (const stray of found) await signalStray(stray, "SIGTERM");
  const deadline = Date.now() + KILL_AFTER_MS;
  while (Date.now() < deadline) {
    if (!(await groupLives(leader)) && !(await anyLives(found))) {
      if ((await straysOf(tree)).length === 0) return;
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // Twice: between the look and the blow another may have been born.
  for (let blow = 0; blow < 2; blow++) {
    const left = [...found, ...(await straysOf(tree))];
    signalGroup(leader, "SIGKILL");
    for (const stray of left) await signalStray(stray, "SIGKILL");
  }
}

/** By force and at once, for when this process is about to end itself. */
export function killTree({ leader, mark }: Tree): void {
  if (process.platform === "win32") {
    spawn(TASKKILL, killArguments(leader), { windowsHide: true }).on("error", () => {});
    return;
  }
  const table = process.platform === "linux" ? linuxTableNow() : [];
  const strays = [
    ...below(leader, table),
    ...(mark === undefined ? [] : table.filter(({ pid }) => isMarkedNow(pid, mark))),
  ];
  signalGroup(leader, "SIGKILL");
  for (const { pid } of strays) kill(pid, "SIGKILL");
}

/** Asks all processes that carry a mark, and then forces them. Known on Linux only. */
export async function endMarked(mark: string): Promise<void> {
  for (const one of await markedWith(mark)) await signalStray(one, "SIGTERM");
  const deadline = Date.now() + KILL_AFTER_MS;
  while (Date.now() < deadline && (await markedWith(mark)).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const one of await markedWith(mark)) await signalStray(one, "SIGKILL");
}

/** The processes whose environment holds this text. Known on Linux only; none elsewhere. */
export async function markedWith(mark: string): Promise<readonly ProcessName[]> {
  if (process.platform !== "linux") return [];
  return withMark(mark, await linuxTable());
}

export async function withMark(mark: string, entries: readonly Entry[]): Promise<Entry[]> {
  const environments = await Promise.all(
    entries.map(({ pid }) => readFile(join("/proc", String(pid), "environ"), "utf8").catch(() => "")),
  );
  return entries.filter((_, i) => environments[i]?.split("\0").includes(mark));
}

function isMarkedNow(pid: number, mark: string): boolean {
  try {
    return readFileSync(join("/proc", String(pid), "environ"), "utf8")
      .split("\0")
      .includes(mark);
  } catch {
    return false;
  }
}

async function straysOf({ leader, mark }: Tree): Promise<readonly Entry[]> {
  const table = await processTable();
  const found = below(leader, table);
  if (mark === undefined || process.platform !== "linux") return found;
  const pids = new Set(found.map(({ pid }) => pid));
  const marked = await withMark(mark, table);
  return [...found, ...marked.filter(({ pid, group }) => group !== leader && !pids.has(pid))];
}

/** The processes of a command: its group and what left it. */
export async function membersOf(tree: Tree): Promise<readonly ProcessName[]> {
  const table = await processTable();
  const group = table.filter((entry) => entry.group === tree.leader);
  const pids = new Set(group.map(({ pid }) => pid));
  return [...group, ...(await straysOf(tree)).filter(({ pid }) => !pids.has(pid))];
}

/** Whether any process of the group is there, the leader or one that outlived it. */
export async function groupLives(leader: number): Promise<boolean> {
  if (process.platform === "win32" || !signalGroup(leader, 0)) return false;
  // A signal also finds the dead that nobody has fetched yet, as in containers without an init.
  return process.platform !== "linux" || (await linuxTable()).some((entry) => entry.group === leader);
}

/** False when there is no such group. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
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

export interface Entry extends ProcessName {
  readonly parent: number;
  readonly group: number;
  /** Known on Linux only. */
  readonly session?: number | undefined;
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
export async function groupMembersWith(leader: number, mark: string): Promise<readonly ProcessName[]> {
  if (process.platform !== "linux") return [];
  return withMark(
    mark,
    (await linuxTable()).filter((entry) => entry.group === leader),
  );
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

/** All processes there are. */
export async function processTable(): Promise<Entry[]> {
  return process.platform === "linux" ? linuxTable() : psTable();
}

/** The group in front in the terminal of a shell: the shell's own while it waits for a command. */
export async function frontGroup(shell: number): Promise<number | undefined> {
  if (process.platform === "linux") {
    const { front } = fieldsOf(shell, await readFile(statOf(shell), "utf8").catch(() => ""));
    return positive(front);
  }
  if (process.platform === "win32") return undefined;
  return new Promise((resolve) => {
    execFile("/bin/ps", ["-o", "tpgid=", "-p", String(shell)], { timeout: 1_000 }, (error, output) => {
      resolve(error ? undefined : positive(output.trim()));
    });
  });
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 1 ? number : undefined;
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
  readonly session?: string | undefined;
  /** The group in front in its terminal. */
  readonly front?: string | undefined;
  readonly started?: string | undefined;
}

function fieldsOf(pid: number, text: string): StatFields {
  // The name, in brackets, may hold anything; after it: state, parent, group, session, terminal, the terminal's group in
  // front, … and the start time as 20th field.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group, session, , front] = fields;
  return { pid, state, parent, group, session, front, started: fields[19] };
}

function entryOf({ pid, state, parent, group, session, started = "" }: StatFields): Entry | undefined {
  if (parent === undefined || state === "Z") return undefined;
  return { pid, parent: Number(parent), group: Number(group), session: Number(session), started };
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

export async function signalStray(stray: ProcessName, signal: NodeJS.Signals): Promise<void> {
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
    execFile(TASKKILL, killArguments(leader), { windowsHide: true }, () => resolve());
  });
}

const TASKKILL = windowsProgram("taskkill.exe");

function killArguments(leader: number): string[] {
  return ["/pid", String(leader), "/T", "/F"];
}
