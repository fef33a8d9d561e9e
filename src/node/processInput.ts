import { readFile, readlink } from "node:fs/promises";
import { arch } from "node:os";
import type { ProcessName } from "./processTree.ts";

/** Numbers of the calls that read from the descriptor in their first argument, and of those that wait for a set of them. */
const CALLS: Readonly<Record<string, { readonly reads: readonly number[]; readonly waits: readonly number[] }>> = {
  x64: { reads: [0, 17, 19, 45, 47], waits: [232, 281, 441] },
  arm64: { reads: [63, 65, 67, 207, 212], waits: [22, 441] },
};

/**
 * Whether a process of the command stands and waits for its input, alone or with other things. `input` is what the input
 * is, as /proc names it (`socket:[123]`, `/dev/pts/4`). undefined where that cannot be seen: on other systems than Linux,
 * and for the calls that do not say what they wait for.
 */
export async function readsInput(
  members: () => Promise<readonly ProcessName[]>,
  input: string | undefined,
): Promise<boolean | undefined> {
  if (process.platform !== "linux" || !CALLS[arch()] || input === undefined) return undefined;
  for (const { pid } of await members()) if (await standsInRead(pid, input)) return true;
  return undefined;
}

async function standsInRead(pid: number, input: string): Promise<boolean> {
  // Number and arguments of the call a process sleeps in; "running" when it runs, unreadable for others' processes.
  const [number = "", argument = ""] = (await readFile(`/proc/${pid}/syscall`, "utf8").catch(() => "")).split(" ");
  const calls = CALLS[arch()];
  if (!/^\d+$/.test(number) || !calls) return false;
  const descriptor = Number(argument);
  if (calls.reads.includes(Number(number))) return isInput(pid, descriptor, input);
  if (!calls.waits.includes(Number(number))) return false;
  const watched = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, "utf8").catch(() => "");
  for (const [, target = "", events = ""] of watched.matchAll(/^tfd:\s*(\d+)\s+events:\s*([0-9a-f]+)/gm)) {
    const isForReading = (Number.parseInt(events, 16) & 1) === 1;
    if (isForReading && (await isInput(pid, Number(target), input))) return true;
  }
  return false;
}

async function isInput(pid: number, descriptor: number, input: string): Promise<boolean> {
  const read = await inputOf(pid, descriptor);
  // A program may have opened its terminal by itself, as for a password.
  return read === input || (read === "/dev/tty" && input.startsWith("/dev/"));
}

/** What stands behind a descriptor of a process, as /proc names it. */
export async function inputOf(pid: number, descriptor = 0): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  return readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => undefined);
}
