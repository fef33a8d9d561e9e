import { readFile, readlink } from "node:fs/promises";
import { arch } from "node:os";
import type { ProcessName } from "./processTree.ts";

/** Numbers of the calls that read from the descriptor in their first argument. */
const READS: Readonly<Record<string, ReadonlySet<number>>> = {
  x64: new Set([0, 17, 19, 45, 47]),
  arm64: new Set([63, 65, 67, 207, 212]),
};

/**
 * Whether a process of the command stands in a read of its input. `input` is what the input is, as /proc names it
 * (`socket:[123]`, `/dev/pts/4`). undefined where that cannot be seen: on other systems than Linux, and for processes
 * that wait for several things at once.
 */
export async function readsInput(
  members: () => Promise<readonly ProcessName[]>,
  input: string | undefined,
): Promise<boolean | undefined> {
  const reads = READS[arch()];
  if (process.platform !== "linux" || !reads || input === undefined) return undefined;
  for (const { pid } of await members()) if (await standsInRead(pid, reads, input)) return true;
  return undefined;
}

async function standsInRead(pid: number, reads: ReadonlySet<number>, input: string): Promise<boolean> {
  // Number and arguments of the call a process sleeps in; "running" when it runs, unreadable for others' processes.
  const [number = "", descriptor = ""] = (await readFile(`/proc/${pid}/syscall`, "utf8").catch(() => "")).split(" ");
  if (!/^\d+$/.test(number) || !reads.has(Number(number))) return false;
  const read = await inputOf(pid, Number(descriptor));
  // A program may have opened its terminal by itself, as for a password.
  return read === input || (read === "/dev/tty" && input.startsWith("/dev/"));
}

/** What stands behind a descriptor of a process, as /proc names it. */
export async function inputOf(pid: number, descriptor = 0): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  return readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => undefined);
}
