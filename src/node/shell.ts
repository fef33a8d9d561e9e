import type { Shell, ShellCommand, ShellResult } from "../agent/ports.ts";
import { createLiveOutput, createOutputBuffer } from "./output.ts";
import type { ProcessGroups } from "./processGroups.ts";
import { shellProgram } from "./shellProgram.ts";
import { type Exit, type Spawned, spawnCommand } from "./spawned.ts";

export interface ShellOptions {
  /** Absolute path of the shell; without it the user's or the system's. */
  readonly shell?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  /** Where its process groups are written down, so that those of a killed process can be ended at the next start. */
  readonly groups?: ProcessGroups | undefined;
}

/** A shell that can also start what nobody waits for, and be told that its process is about to end. */
export interface NodeShell extends Shell {
  /** The caller releases it when it has ended. Throws ToolError when it could not start. */
  start(
    command: Pick<ShellCommand, "command" | "cwd">,
    options: { readonly onOutput: (chunk: Buffer) => void },
  ): Promise<Spawned>;
  /** Ends at once, by force, whatever still runs. */
  dispose(): void;
}

/** After a stop the user waits no longer than this for what was printed so far. */
const STOP_WAIT_MS = 200;
/** After a timeout, for the tree to end: SIGTERM, then SIGKILL. */
const TIMEOUT_WAIT_MS = 2_000;

/** Runs commands as children of this process, each in a process group of its own, without input. */
export function createShell({ shell, env = process.env, groups }: ShellOptions = {}): NodeShell {
  const program = shellProgram(shell, env);
  const running = new Set<Spawned>();
  const start: NodeShell["start"] = async ({ command, cwd }, { onOutput }) => {
    const spawned = await spawnCommand({ program, command, cwd, env, groups, onOutput });
    running.add(spawned);
    return {
      ...spawned,
      release: async () => {
        await spawned.release();
        running.delete(spawned);
      },
    };
  };
  return {
    name: program.name,
    start,
    async run(command, { onOutput, signal }) {
      const buffer = createOutputBuffer();
      if (signal.aborted) return result(buffer.text(), {});
      const live = createLiveOutput(onOutput);
      const spawned = await start(command, {
        onOutput: (chunk) => {
          buffer.push(chunk);
          live.push(chunk);
        },
      });
      try {
        const end = await ended(spawned, { timeoutMs: command.timeoutMs, signal });
        const leftover = end.timedOut === undefined && (await outlived(spawned));
        return result(buffer.text() + (leftover ? LEFTOVER : ""), end);
      } finally {
        live.end();
        // What was told to end may take its moment; nobody waits for it.
        void spawned.release();
      }
    },
    dispose() {
      for (const spawned of running) spawned.kill();
    },
  };
}

interface End extends Partial<Exit> {
  /** Given when it was cut short: by the timeout, or by a stop. */
  readonly timedOut?: boolean;
}

function ended(spawned: Spawned, limits: { timeoutMs: number; signal: AbortSignal }): Promise<End> {
  const { timeoutMs, signal } = limits;
  return new Promise((resolve) => {
    let cause: "timeout" | "stop" | undefined;
    const finish = (end: End) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve(end);
    };
    const cut = (why: "timeout" | "stop", waitMs: number) => {
      if (cause) return;
      cause = why;
      void spawned.end();
      setTimeout(() => finish({ timedOut: why === "timeout" }), waitMs);
    };
    const stop = () => cut("stop", STOP_WAIT_MS);
    const timer = setTimeout(() => cut("timeout", TIMEOUT_WAIT_MS), timeoutMs);
    signal.addEventListener("abort", stop, { once: true });
    void spawned.exit.then((exit) => finish(cause ? { timedOut: cause === "timeout" } : exit));
    if (signal.aborted) stop();
  });
}

const LEFTOVER = "\n[processes left in the background were ended with the command]\n";

/** Whether processes of the command are still there after its shell's exit; those that are just ending do not count. */
async function outlived(spawned: Spawned): Promise<boolean> {
  if (!(await spawned.lives())) return false;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return spawned.lives();
}

function result(output: string, { exitCode, signal, timedOut = false }: End): ShellResult {
  return { output, exitCode, signal, timedOut };
}
