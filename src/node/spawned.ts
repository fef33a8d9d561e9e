import { type ChildProcess, spawn } from "node:child_process";
import { ToolError } from "../agent/errors.ts";
import { codeOf } from "./places.ts";
import type { ProcessGroups } from "./processGroups.ts";
import { endTree, groupLives, killTree } from "./processTree.ts";
import { commandEnvironment, type ShellProgram } from "./shellProgram.ts";

/** How a command's shell ended: with a code, or by a signal. */
export interface Exit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** A command that runs as a child of this process, in a process group of its own, without input. */
export interface Spawned {
  readonly pid: number;
  /** The shell's own end, when what it had printed has come. Never rejects. */
  readonly exit: Promise<Exit>;
  /** Whether any process of the command is there. */
  lives(): Promise<boolean>;
  /** Asks the whole tree to end, then ends it by force. */
  end(): Promise<void>;
  /** By force and at once. */
  kill(): void;
  /** Hears no more of it and ends what is left. Resolves when that is done. */
  release(): Promise<void>;
}

export interface SpawnOptions {
  readonly program: ShellProgram;
  readonly command: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly groups: ProcessGroups | undefined;
  /** Both streams in the order they came. */
  readonly onOutput: (chunk: Buffer) => void;
}

/** Throws ToolError when it could not start. */
export async function spawnCommand(options: SpawnOptions): Promise<Spawned> {
  const { program, command, cwd, env, groups } = options;
  const child = launch(program.argv(command), { cwd, env: { ...commandEnvironment(env), ...groups?.mark } });
  // At once: a shell may end before anything that waits comes to it.
  if (child.pid !== undefined) void groups?.add(child.pid);
  const exit = exitOf(child, options.onOutput);
  const pid = await started(child, cwd);
  return {
    pid,
    exit,
    lives: () => groupLives(pid),
    end: () => endTree(pid),
    kill: () => killTree(pid),
    release: async () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
      if (await groupLives(pid)) await endTree(pid);
      await groups?.remove(pid);
    },
  };
}

function launch([file, ...args]: readonly [string, ...string[]], where: { cwd: string; env: NodeJS.ProcessEnv }) {
  try {
    return spawn(file, args, {
      ...where,
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
  } catch (error) {
    // Some failures are thrown at once, others come as an event.
    throw notStarted(error, where.cwd);
  }
}

function started(child: ChildProcess, cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("spawn", () => resolve(child.pid ?? 0));
    child.on("error", (error) => reject(notStarted(error, cwd)));
  });
}

const WORDS: Readonly<Record<string, string>> = {
  E2BIG: "it is too long for the system; write it into a script file and run that",
  ENAMETOOLONG: "it is too long for the system; write it into a script file and run that",
  ERR_INVALID_ARG_VALUE: "it holds a NUL character",
  EAGAIN: "the system has no room for another process",
  EMFILE: "too many files are open",
};

function notStarted(error: unknown, cwd: string): ToolError {
  const code = codeOf(error) ?? "";
  const missing = code === "ENOENT" ? `the shell or the folder ${cwd} is not there` : undefined;
  const words = missing ?? WORDS[code] ?? (error instanceof Error ? error.message : String(error));
  return new ToolError(`The command could not be started: ${words}.`, { cause: error });
}

/** What is still in the pipe after the shell's exit comes within this, unless it keeps coming. */
const DRAIN_MS = 200;
const DRAIN_MOST_MS = 1_000;

function exitOf(child: ChildProcess, onOutput: (chunk: Buffer) => void): Promise<Exit> {
  let heard = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      heard++;
      onOutput(chunk);
    });
  }
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      let timer: NodeJS.Timeout | undefined;
      const done = () => {
        clearTimeout(timer);
        resolve({ exitCode: code ?? undefined, signal: signal ?? undefined });
      };
      // A process that was left behind may hold the pipe open for good, and print for good.
      const until = performance.now() + DRAIN_MOST_MS;
      const wait = (before: number) => {
        if (heard === before || performance.now() > until) done();
        else timer = setTimeout(wait, DRAIN_MS, heard);
      };
      timer = setTimeout(wait, DRAIN_MS, heard);
      child.once("close", done);
    });
  });
}
