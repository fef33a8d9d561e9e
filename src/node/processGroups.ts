import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import {
  childName,
  endMarked,
  endTree,
  groupMembersWith,
  type ProcessName,
  processName,
  type Tree,
} from "./processTree.ts";

/**
 * Which process groups this process has started and not yet ended, on the disk: when it is killed its children go on,
 * and whoever starts next ends them. One small file for each owner, there only while a group is.
 */
export interface ProcessGroups {
  /** Set in the environment of every command, so that what is left of a group can be told from strangers. */
  readonly mark: Readonly<Record<string, string>>;
  /** For a child that was just started. Never rejects: a command is not refused because this could not be written. */
  add(leader: number, mark?: string): Promise<void>;
  remove(leader: number): Promise<void>;
}

interface OwnerFile {
  /** Host and boot that the pids belong to. */
  readonly host: string;
  readonly boot: string;
  readonly owner: ProcessName;
  readonly token: string;
  readonly groups: readonly Group[];
}

interface Group extends ProcessName {
  /** What the command's processes carry in their environment, also those that left the group. */
  readonly mark?: string | undefined;
}

const MARK = "MIMO_COMMAND_OWNER";
/** Files that nobody can judge any more, as those of another machine on a shared folder. */
const FORGOTTEN_AFTER_MS = 30 * 24 * 3_600_000;

/** On Windows nothing is written down: a process has no group there that would outlive it. */
export function createProcessGroups(folder: string): ProcessGroups {
  const token = randomBytes(12).toString("hex");
  const path = join(folder, `${process.pid}-${token}.json`);
  const groups = new Map<number, Group>();
  let owner: ProcessName | undefined;
  let last = Promise.resolve();
  /** One after another, so that the file never says less than was said last. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    last = last.then(work).catch(() => {});
    return last;
  };
  const write = async () => {
    if (groups.size === 0) return rm(path, { force: true });
    owner ??= await processName(process.pid);
    if (!owner) return;
    const file: OwnerFile = { host: hostname(), boot: await bootId(), owner, token, groups: [...groups.values()] };
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(`${path}.tmp`, JSON.stringify(file), { mode: 0o600 });
    await rename(`${path}.tmp`, path);
  };
  return {
    mark: { [MARK]: token },
    add: (leader, mark) => {
      const child = childName(leader);
      return inTurn(async () => {
        const name = child ?? (await processName(leader));
        if (!name) return;
        groups.set(leader, { ...name, mark });
        await write();
      });
    },
    remove: (leader) =>
      inTurn(async () => {
        if (groups.delete(leader)) await write();
      }),
  };
}

/**
 * Ends the groups whose owner is gone and resolves with how many were ended. A process that has been given an old pid
 * is never touched: it must have started when the written one did, or carry the owner's mark. Never rejects.
 */
export async function endOrphans(folder: string): Promise<number> {
  const names = await readdir(folder).catch((): string[] => []);
  const boot = await bootId();
  const ended = await Promise.all(names.map((name) => endOrphansOf(join(folder, name), boot)));
  return ended.reduce((sum, count) => sum + count, 0);
}

async function endOrphansOf(path: string, boot: string): Promise<number> {
  const file = parsed(await readFile(path, "utf8").catch(() => ""));
  if (!file || file.host !== hostname()) {
    await forgetOld(path);
    return 0;
  }
  // Nothing of an earlier boot is left.
  if (file.boot === boot && (await isThere(file.owner))) return 0;
  const orphans = file.boot === boot ? await groupsLeft(file) : [];
  await Promise.all(orphans.map((tree) => endTree(tree)));
  await rm(path, { force: true }).catch(() => {});
  return orphans.length;
}

async function groupsLeft({ groups, token }: OwnerFile): Promise<readonly Tree[]> {
  const left: Tree[] = [];
  for (const { pid, started, mark } of groups) {
    const leader = await processName(pid);
    const ours = leader ? leader.started === started : (await groupMembersWith(pid, `${MARK}=${token}`)).length > 0;
    if (ours) left.push({ leader: pid, mark });
    else if (mark !== undefined) await endMarked(mark);
  }
  return left;
}

async function isThere(name: ProcessName): Promise<boolean> {
  return (await processName(name.pid))?.started === name.started;
}

async function forgetOld(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() && Date.now() - found.mtimeMs > FORGOTTEN_AFTER_MS)
    await rm(path, { force: true }).catch(() => {});
}

/** Start times count from the boot, so they say nothing about another one. */
async function bootId(): Promise<string> {
  if (process.platform !== "linux") return "";
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "")).trim();
}

function parsed(text: string): OwnerFile | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isOwnerFile(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isOwnerFile(value: unknown): value is OwnerFile {
  if (typeof value !== "object" || value === null) return false;
  const { host, boot, owner, token, groups } = value as Partial<Record<keyof OwnerFile, unknown>>;
  const words = [host, boot, token].every((word) => typeof word === "string");
  return words && isProcessName(owner) && Array.isArray(groups) && groups.every(isGroup);
}

function isGroup(value: unknown): value is Group {
  if (!isProcessName(value)) return false;
  const { mark } = value as Group;
  // Anything shorter could be the environment of strangers.
  return mark === undefined || (typeof mark === "string" && /^MIMO_COMMAND_ID=[0-9a-f]{16,}$/.test(mark));
}

function isProcessName(value: unknown): value is ProcessName {
  if (typeof value !== "object" || value === null) return false;
  const { pid, started } = value as Partial<Record<keyof ProcessName, unknown>>;
  // Signals to 0, 1 and negative numbers reach far more than one group.
  return Number.isSafeInteger(pid) && Number(pid) > 1 && typeof started === "string" && started !== "";
}
