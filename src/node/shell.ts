import { type ChildProcess, spawn } from "node:child_process";
import { ToolError } from "../agent/errors.ts";
import type { Shell, ShellResult } from "../agent/ports.ts";
import { createLiveOutput, createOutputBuffer } from "./output.ts";
import { codeOf } from "./places.ts";
import { endTree, groupLives, killTree } from "./processTree.ts";
import { commandEnvironment, shellProgram } from "./shellProgram.ts";

export interface ShellOptions {
  /** Absolute path of the shell; without it the user's or the system's. */
  readonly shell?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

/** A shell that can be told that its process is about to end. */
export interface NodeShell extends Shell {
  /** Ends at once, by force, whatever still runs. */
  dispose(): void;
}

/** After a stop the user waits no longer than this for what was printed so far. */
const STOP_WAIT_MS = 200;
/** After the shell's exit, for what is still in the pipe. */
const DRAIN_MS = 200;
/** After a timeout, for the tree to end: SIGTERM, then SIGKILL. */
const TIMEOUT_WAIT_MS = 2_000;

/** Runs commands as children of this process, each in a process group of its own, without input. */
export function createShell({ shell, env = process.env }: ShellOptions = {}): NodeShell {
  const program = shellProgram(shell, env);
  const running = new Set<number>();
  return {
    name: program.name,
    async run({ command, cwd, timeoutMs }, { onOutput, signal }) {
      const buffer = createOutputBuffer();
      if (signal.aborted) return result(buffer.text(), {});
      const [file, ...args] = program.argv(command);
      const child = spawn(file, args, {
        cwd,
        env: commandEnvironment(env),
        detached: process.platform !== "win32",
        stdio: ["ignore", "pipe", "pipe"],
        windowsHide: true,
      });
      const pid = await started(child, cwd);
      running.add(pid);
      const live = createLiveOutput(onOutput);
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on("data", (chunk: Buffer) => {
          buffer.push(chunk);
          live.push(chunk);
        });
      }
      try {
        const end = await ended(child, pid, { timeoutMs, signal });
        const leftover = end.timedOut === undefined && (await outlived(pid));
        return result(buffer.text() + (leftover ? LEFTOVER : ""), end);
      } finally {
        live.end();
        child.stdout?.destroy();
        child.stderr?.destroy();
        // What was told to end may take its moment; nobody waits for it.
        endLeftover(pid).finally(() => running.delete(pid));
      }
    },
    dispose() {
      for (const pid of running) killTree(pid);
    },
  };
}

function started(child: ChildProcess, cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("spawn", () => resolve(child.pid ?? 0));
    child.on("error", (error) => {
      const words = codeOf(error) === "ENOENT" ? `the shell or the folder ${cwd} is not there` : error.message;
      reject(new ToolError(`The command could not be started: ${words}.`, { cause: error }));
    });
  });
}

interface End {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** Given when it was cut short: by the timeout, or by a stop. */
  readonly timedOut?: boolean;
}

function ended(child: ChildProcess, pid: number, limits: { timeoutMs: number; signal: AbortSignal }): Promise<End> {
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
      endTree(pid);
      setTimeout(() => finish({ timedOut: why === "timeout" }), waitMs);
    };
    const stop = () => cut("stop", STOP_WAIT_MS);
    const timer = setTimeout(() => cut("timeout", TIMEOUT_WAIT_MS), timeoutMs);
    signal.addEventListener("abort", stop, { once: true });
    child.once("exit", (code, by) => {
      // A process that was left behind may hold the pipe open for good.
      const drained = setTimeout(() => done(), DRAIN_MS);
      const done = () => {
        clearTimeout(drained);
        if (cause) finish({ timedOut: cause === "timeout" });
        else finish({ exitCode: code ?? undefined, signal: by ?? undefined });
      };
      child.once("close", done);
    });
    if (signal.aborted) stop();
  });
}

const LEFTOVER = "\n[processes left in the background were ended with the command]\n";

/** Whether processes of the command are still there after its shell's exit; those that are just ending do not count. */
async function outlived(pid: number): Promise<boolean> {
  if (!(await groupLives(pid))) return false;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return groupLives(pid);
}

async function endLeftover(pid: number): Promise<void> {
  if (await groupLives(pid)) await endTree(pid);
}

function result(output: string, { exitCode, signal, timedOut = false }: End): ShellResult {
  return { output, exitCode, signal, timedOut };
}
