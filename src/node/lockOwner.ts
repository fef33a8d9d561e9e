import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Who holds a lock, as its file says it. */
export interface LockOwner {
  /** Of this one taking of the lock; no other has it. */
  readonly token: string;
  readonly pid: number;
  /** Where `pid` means something: this machine, since it was started, among these processes. */
  readonly machine: string;
  /** When the process began, in the system's own count; "" where that cannot be read. Numbers of processes are used again. */
  readonly started: string;
}

export type PidState = "dead" | "alive";

/** What a taker can see of a lock. */
export interface LockSight {
  readonly owner: LockOwner | undefined;
  /** Since it was last renewed, by the clock of the disk that it lies on. */
  readonly ageMs: number;
  /** How long this process has seen it without being renewed, by a clock that cannot step. */
  readonly watchedMs: number;
}

/** What the taker knows of processes. */
export interface Processes {
  readonly machine: string;
  state(pid: number): PidState;
  /** As in LockOwner. */
  started(pid: number): string;
}

/** The holder renews its lock this often; one that was not renewed for `STALE_MS` may be nobody's. */
export const RENEW_MS = 10_000;
export const STALE_MS = 45_000;
/** A machine that wakes up finds its locks old before their holders have run: they get time for that. */
const WAKING_MS = RENEW_MS + 2_000;

/** Whether the holder cannot be alive any more. */
export function isStale({ owner, ageMs, watchedMs }: LockSight, here: Processes): boolean {
  // Between its making and its first byte a lock says nothing; nor does one from another machine say more than its age.
  if (!owner || owner.machine !== here.machine) return ageMs > STALE_MS;
  if (here.state(owner.pid) === "dead") return true;
  const started = here.started(owner.pid);
  if (owner.started !== "" && started !== "") return owner.started !== started;
  return ageMs > STALE_MS && watchedMs > WAKING_MS;
}

/** A new owner: this process. */
export function thisProcess(): LockOwner {
  return {
    token: randomUUID(),
    pid: process.pid,
    machine: processes.machine,
    started: processes.started(process.pid),
  };
}

export function parseOwner(text: string): LockOwner | undefined {
  try {
    const { token, pid, machine, started } = JSON.parse(text);
    if (typeof token !== "string" || !Number.isInteger(pid) || pid <= 0) return undefined;
    if (typeof machine !== "string" || typeof started !== "string") return undefined;
    return { token, pid, machine, started };
  } catch {
    return undefined;
  }
}

/** The processes of this machine. */
export const processes: Processes = {
  machine: [hostname(), bootId(), processSpace()].join(" "),
  state: (pid) => (isRunning(pid) && !"ZX".includes(statOf(pid)?.[0] ?? " ") ? "alive" : "dead"),
  started: (pid) => statOf(pid)?.[19] ?? "",
};

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Linux: the fields of `/proc/PID/stat` behind the name, which may hold blanks and parentheses: state first, the start
 * as the twentieth. */
function statOf(pid: number): string[] | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  return text === "" ? undefined : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function bootId(): string {
  return textOf("/proc/sys/kernel/random/boot_id");
}

/** Containers on one machine count their processes apart. */
function processSpace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}
