import { inputOf, readsInput } from "./processInput.ts";
import { endMarked, endTree, frontGroup, killTree, type ProcessName, processTable, withMark } from "./processTree.ts";

/** The processes of one command that runs in somebody's own shell, in a terminal. The shell itself is not one of them. */
export interface TerminalProcesses {
  /** Whether any of them is there that did not leave the terminal. Known on Linux only: false elsewhere. */
  lives(): Promise<boolean>;
  /** Asks all of them to end, then ends them by force. Does nothing when the shell waits for a command. */
  end(): Promise<void>;
  kill(): void;
  isRead(): Promise<boolean | undefined>;
}

/** `shell`: the pid of the shell; `mark`: as in `Tree`. */
export function terminalProcesses({ shell, mark }: { shell: number; mark: string }): TerminalProcesses {
  const terminal = inputOf(shell);
  /** What runs in the terminal now; a subshell carries no mark, for it was never executed. */
  const inSession = async (): Promise<readonly ProcessName[]> => {
    const table = await processTable();
    return table.filter((entry) => entry.session === shell && entry.pid !== shell);
  };
  return {
    async lives() {
      const table = (await processTable()).filter((entry) => entry.session === shell);
      return (await withMark(mark, table)).length > 0;
    },
    async end() {
      const front = await frontGroup(shell);
      if (front === undefined || front === shell) return endMarked(mark);
      await endTree({ leader: front, mark });
    },
    // No group of its own is known at once: what the shell has begun, and what carries the mark.
    kill: () => killTree({ leader: shell, mark }),
    isRead: async () => readsInput(inSession, await terminal),
  };
}
