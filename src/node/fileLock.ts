import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isStale, type LockOwner, parseOwner, processes, RENEW_MS, thisProcess } from "./lockOwner.ts";
import { codeOf, storageFailure } from "./storageFailure.ts";

/** A lock that this process holds. */
export interface FileLock {
  /** False once another process has taken it over, which only happens to holders that were taken for dead. */
  isHeld(): boolean;
  /** Puts back a lock that was deleted together with its file. False when another process was faster. */
  retake(): boolean;
  /** Takes away this lock, never another's. */
  release(): Promise<void>;
}

/*
 * The lock of FILE is `FILE.lock`, made so that only one process can make it. A lock that a dead process left is never
 * removed and made anew, since two takers would remove each other's: who takes it over makes the next one, `FILE.lock.2`,
 * which again only one can, and then removes those before it, oldest first. The highest number holds. Whoever finds,
 * after making its own, that what it judged dead has changed, or that there is a higher one, was too slow and gives way.
 */
const ENDING = ".lock";
const POLL_MS = 100;
/** Two who give way to each other try again after an uneven pause. */
const GIVE_WAY_TRIES = 100;

/**
 * Takes the lock of a file, which need not exist. The holder before may be about to let go (a window that is reloaded),
 * so this waits for it up to `waitMs`. undefined when another holds it. Throws SessionError when the disk refuses.
 */
export async function lockFile(path: string, { waitMs }: { readonly waitMs: number }): Promise<FileLock | undefined> {
  const until = performance.now() + waitMs;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    for (let tries = 0; ; ) {
      const taken = await take(path);
      if (typeof taken === "object") return taken;
      if (taken === "gaveWay" && tries++ < GIVE_WAY_TRIES) await wait(1 + Math.random() * 20);
      else if (performance.now() >= until) return undefined;
      else await wait(POLL_MS);
    }
  } catch (error) {
    throw storageFailure(error, path);
  }
}

/** Whether some process, this one included, holds the lock. Takes nothing. */
export async function isLocked(path: string): Promise<boolean> {
  const last = (await locksOf(path)).at(-1);
  if (last === undefined) return false;
  const seen = await look(path, last);
  return seen !== undefined && !(await isAbandoned(path, last, seen));
}

/** Everything of a lock that may lie beside its file. */
export function isLockName(name: string, path: string): boolean {
  const own = basename(path) + ENDING;
  return name === own || (name.startsWith(`${own}.`) && /^\d+$/.test(name.slice(own.length + 1)));
}

type Taken = FileLock | "held" | "gaveWay";

async function take(path: string): Promise<Taken> {
  const before = await locksOf(path);
  const last = before.at(-1) ?? 0;
  const seen = last === 0 ? undefined : await look(path, last);
  if (last > 0 && seen === undefined) return "gaveWay";
  if (seen !== undefined && !(await isAbandoned(path, last, seen))) return "held";
  const owner = thisProcess();
  const mine = last + 1;
  if (!make(nameOf(path, mine), owner)) return "gaveWay";
  const now = await locksOf(path);
  // Read after ours was made: who removes what we judged dead has made its own before, and ours is then in vain.
  const unchanged = last === 0 ? now.length === 1 : (await look(path, last)) === seen;
  if (!unchanged || now.at(-1) !== mine) {
    await rm(nameOf(path, mine), { force: true });
    return "gaveWay";
  }
  for (const old of now.filter((number) => number < mine)) await rm(nameOf(path, old), { force: true });
  return held(nameOf(path, mine), owner);
}

/** In one go: a process that is killed between making a lock and saying whose it is leaves one that only age opens. */
function make(file: string, owner: LockOwner): boolean {
  let handle: number;
  try {
    handle = openSync(file, "wx", 0o600);
  } catch (error) {
    if (codeOf(error) === "EEXIST" || isGoing(error)) return false;
    throw error;
  }
  try {
    writeFileSync(handle, JSON.stringify(owner));
    return true;
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

function held(file: string, owner: LockOwner): FileLock {
  const text = JSON.stringify(owner);
  const isHeld = () => readText(file) === text;
  const timer = setInterval(() => renew(file, text), RENEW_MS).unref();
  return {
    isHeld,
    retake() {
      if (isHeld()) return true;
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        writeFileSync(file, text, { flag: "wx", mode: 0o600 });
        return true;
      } catch (error) {
        if (codeOf(error) === "EEXIST") return false;
        throw error;
      }
    },
    async release() {
      clearInterval(timer);
      // On Windows a virus scanner may have it open for a moment.
      if (isHeld()) await rm(file, { force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}

/** Writing, not setting a time: the disk's own clock dates it, which takers on other machines see as well. */
function renew(file: string, text: string): void {
  try {
    if (readText(file) === text) writeFileSync(file, text, { flag: "r+" });
  } catch {
    // A full disk: the processes of this machine see that we are alive.
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Numbers of the locks beside the file, rising. */
async function locksOf(path: string): Promise<number[]> {
  const names = await readdir(dirname(path)).catch((error) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => isLockName(name, path))
    .map((name) => numberOf(name, path))
    .sort((a, b) => a - b);
}

function numberOf(name: string, path: string): number {
  return Number(name.slice(basename(path).length + ENDING.length + 1)) || 1;
}

function nameOf(path: string, number: number): string {
  return join(dirname(path), basename(path) + ENDING + (number === 1 ? "" : `.${number}`));
}

/** What a lock says; undefined when it is gone. */
async function look(path: string, number: number): Promise<string | undefined> {
  try {
    return await readFile(nameOf(path, number), "utf8");
  } catch (error) {
    if (isGoing(error)) return undefined;
    throw error;
  }
}

/** It is gone, or about to be: Windows refuses access to a file that was removed while somebody had it open. */
function isGoing(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOENT" || (process.platform === "win32" && (code === "EPERM" || code === "EBUSY"));
}

async function isAbandoned(path: string, number: number, text: string): Promise<boolean> {
  const file = nameOf(path, number);
  const owner = parseOwner(text);
  // The age is only looked up where it matters: it takes a file to learn the time of the disk.
  const ever = Number.POSITIVE_INFINITY;
  if (!isStale({ owner, ageMs: ever, watchedMs: ever }, processes)) return false;
  if (isStale({ owner, ageMs: 0, watchedMs: 0 }, processes)) return true;
  try {
    const { mtimeMs } = await stat(file);
    return isStale({ owner, ageMs: (await diskTime(file)) - mtimeMs, watchedMs: watched(file, mtimeMs) }, processes);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** What the clock of the disk shows, which may be a server's. */
async function diskTime(beside: string): Promise<number> {
  const probe = `${beside}.now-${thisProcess().token}`;
  try {
    writeFileSync(probe, "now", { flag: "wx", mode: 0o600 });
    return statSync(probe).mtimeMs;
  } finally {
    rmSync(probe, { force: true });
  }
}

const sights = new Map<string, { readonly mtimeMs: number; readonly since: number }>();

/** For how long this process has seen the lock unrenewed. */
function watched(file: string, mtimeMs: number): number {
  const now = performance.now();
  const seen = sights.get(file);
  if (seen?.mtimeMs === mtimeMs) return now - seen.since;
  sights.set(file, { mtimeMs, since: now });
  return 0;
}
