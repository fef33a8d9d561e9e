import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * The requests of all processes of this machine, kept where all of them see it: a folder with one empty file a slot,
 * whose name says when the slot was taken last. Taking one is a rename, and of several processes that rename the same
 * name one succeeds. So there is no lock, and a process that is killed, stopped or slow holds nobody up: since no slot
 * is taken twice within the window, no window holds more requests than there are slots.
 *
 * Everything is synchronous and takes about a sixth of a millisecond: a process cannot be interrupted by its own work
 * between reading the clock and the rename.
 */
export interface RequestSlots {
  /** Some process has used the slots in the last so many milliseconds. */
  usedWithin(ms: number): boolean;
  /**
   * Takes a free slot for a request at `at`, by default the present. Returns 0, or in how many milliseconds it is worth
   * to ask again. Throws when the folder cannot be used.
   */
  take(at?: number): number;
  /** The next number of a count that all processes share, from 0. Throws when the folder cannot be used. */
  count(): number;
}

export interface SlotOptions {
  /** Its parent is made when it is missing; it is made with all slots in it, or not at all. */
  readonly folder: string;
  readonly limit: number;
  /** Milliseconds for which a slot stays taken. */
  readonly windowMs: number;
  readonly now: () => number;
}

const SLOT = /^slot-(\d{1,6})-(\d{1,15})$/;
const COUNT = /^count-(\d{1,15})$/;
/** Between the clock and the rename the process may have been held up: then the slot is stamped again. */
const PROMPT_MS = 20;
/** When others were faster at every free slot. */
const AGAIN_MS = 5;
/** A file that is being renamed may be missing from a list; one that is missing from so many lists is not there. */
const LOOKS = 10;
const UNUSED_MS = 24 * 60 * 60 * 1000;

interface Slot {
  readonly number: string;
  /** 0: never taken. */
  readonly at: number;
  readonly name: string;
}

export function openRequestSlots({ folder, limit, windowMs, now }: SlotOptions): RequestSlots {
  const list = (): string[] => {
    const names = namesIn(folder);
    if (names.some((name) => SLOT.test(name))) return names;
    layOut(folder, limit);
    return readdirSync(folder);
  };
  /** False when another process was faster. */
  const move = (from: string, to: string): boolean => {
    try {
      renameSync(join(folder, from), join(folder, to));
      return true;
    } catch (error) {
      if (isLost(error)) return false;
      throw error;
    }
  };
  const stamp = (slot: Slot, at: number | undefined): boolean => {
    let name = slot.name;
    for (;;) {
      const time = at ?? now();
      const next = `slot-${slot.number}-${time}`;
      if (!move(name, next)) return false;
      if (at !== undefined || now() - time <= PROMPT_MS) return true;
      name = next;
    }
  };
  return {
    usedWithin(ms) {
      try {
        const used = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
        return used !== undefined && Math.abs(Date.now() - used) < ms;
      } catch {
        return false;
      }
    },
    take(at) {
      const slots = list().flatMap(slotOf);
      if (slots.length === 0) throw new Error(`${folder} holds something else.`);
      // Read after the list: a stamp that lies ahead of it is from before the machine was started anew.
      const time = now();
      const free = slots.filter(({ at: last }) => last === 0 || last > time || last + windowMs <= time);
      // Processes that begin at the same place would race for every slot.
      const first = Math.floor(Math.random() * free.length);
      for (const slot of [...free.slice(first), ...free.slice(0, first)]) if (stamp(slot, at)) return 0;
      if (free.length > 0) return AGAIN_MS;
      return Math.max(AGAIN_MS, Math.min(...slots.map((slot) => slot.at)) + windowMs - time);
    },
    count() {
      for (let look = 1; look <= 1000; look++) {
        const counts = list().flatMap((name) => COUNT.exec(name)?.[1] ?? []);
        const highest = Math.max(-1, ...counts.map(Number));
        if (highest >= 0 && move(`count-${highest}`, `count-${highest + 1}`)) return highest;
        if (highest < 0 && look % LOOKS === 0) writeFileSync(join(folder, "count-0"), "");
      }
      throw new Error("The count changes faster than it can be read.");
    },
  };
}

function slotOf(name: string): Slot[] {
  const [, number, at] = SLOT.exec(name) ?? [];
  return number === undefined ? [] : [{ number, at: Number(at), name }];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Windows says EPERM or EBUSY where another process has a hand on the file. */
function isLost(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || (process.platform === "win32" && (code === "EPERM" || code === "EBUSY"));
}

/** Made under another name and moved into place: no process ever sees a part of the slots. Of several one succeeds. */
function layOut(folder: string, limit: number): void {
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  removeUnused(parent);
  const made = mkdtempSync(join(parent, `${basename(folder)}.new-`));
  try {
    for (let i = 0; i < limit; i++) writeFileSync(join(made, `slot-${i}-0`), "");
    writeFileSync(join(made, "count-0"), "");
    // What stands there holds no slot. With slots in it, both of these fail.
    tryTo(() => rmdirSync(folder));
    tryTo(() => renameSync(made, folder));
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** Servers on this machine come and go, each with a port of its own; and a process may die while it lays out slots. */
function removeUnused(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith("server-") && !name.includes(".new-")) continue;
    tryTo(() => {
      const path = join(parent, name);
      if (Date.now() - statSync(path).mtimeMs > UNUSED_MS) rmSync(path, { recursive: true, force: true });
    });
  }
}

function tryTo(work: () => void): void {
  try {
    work();
  } catch {
    // Another process was faster; what it made is used.
  }
}
