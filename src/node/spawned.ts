import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { ToolError } from "../agent/errors.ts";
import { codeOf } from "./places.ts";
import type { ProcessGroups } from "./processGroups.ts";
import { inputOf, readsInput } from "./processInput.ts";
import { endTree, groupLives, killTree, membersOf, signalGroup, type Tree } from "./processTree.ts";
import { commandEnvironment, type ShellProgram } from "./shellProgram.ts";

/** How a command's shell ended: with a code, or by a signal. */
export interface Exit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** A command that runs: as a child of this process in a group of its own, or in a terminal's shell. */
export interface Spawned {
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
  readonly input: CommandInput;
  /** A terminal tab that shows it by itself. Without it nobody sees it but through its output. */
  readonly tab?: CommandTab | undefined;
}

/** What a person can do to a running command. */
export interface CommandInput {
  /** "none": it was given an input that has ended already. */
  readonly kind: "open" | "none";
  /** As typed, with its line ends. */
  write(text: string): void;
  /** Ctrl+D: there is no more. */
  close(): void;
  /** Ctrl+C. */
  interrupt(): void;
  /** Whether a process stands in a read of it; undefined when that cannot be seen. */
  isRead(): Promise<boolean | undefined>;
}

/** What somebody sends from outside a terminal: one line. Control characters would be keys there, Ctrl+C among them. */
export function sentLine(text: string): string {
  return `${text.replace(/\r?\n/g, " ").replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, "")}\n`;
}

export interface CommandTab {
  /** Brings it up without taking the focus. False when it is gone. */
  reveal(): boolean;
}

export interface SpawnOptions {
  readonly program: ShellProgram;
  readonly command: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly groups: ProcessGroups | undefined;
  readonly input: CommandInput["kind"];
  /** Both streams in the order they came. */
  readonly onOutput: (chunk: Buffer) => void;
}

/** Set in a command's environment, so that what it has started is known wherever it went: `NAME=value`. */
export function newMark(): { readonly name: string; readonly value: string; readonly text: string } {
  const name = "MIMO_COMMAND_ID";
  const value = randomBytes(12).toString("hex");
  return { name, value, text: `${name}=${value}` };
}

/** Throws ToolError when it could not start. */
export async function spawnCommand(options: SpawnOptions): Promise<Spawned> {
  const { program, command, cwd, env, groups, input } = options;
  const mark = newMark();
  const environment = { ...commandEnvironment(env), ...groups?.mark, [mark.name]: mark.value };
  const child = launch(program.argv(command), { cwd, env: environment, input });
  // At once: a shell may end before anything that waits comes to it.
  if (child.pid !== undefined) void groups?.add(child.pid, mark.text);
  const exit = exitOf(child, options.onOutput);
  const pid = await started(child, cwd);
  const tree: Tree = { leader: pid, mark: mark.text };
  return {
    exit,
    lives: () => groupLives(pid),
    end: () => endTree(tree),
    kill: () => killTree(tree),
    release: async () => {
      child.stdin?.destroy();
      child.stdout?.destroy();
      child.stderr?.destroy();
      if (await groupLives(pid)) await endTree(tree);
      await groups?.remove(pid);
    },
    input: inputTo(child, tree),
  };
}

function inputTo(child: ChildProcess, tree: Tree): CommandInput {
  const { stdin } = child;
  // A command that has ended or closed its input takes no more; that is no failure of ours.
  stdin?.on("error", () => {});
  const place = stdin ? inputOf(tree.leader) : Promise.resolve(undefined);
  return {
    kind: stdin ? "open" : "none",
    write: (text) => void (stdin?.writable && stdin.write(text)),
    close: () => stdin?.end(),
    interrupt: () => {
      if (process.platform === "win32") void endTree(tree);
      else signalGroup(tree.leader, "SIGINT");
    },
    isRead: async () => readsInput(() => membersOf(tree), await place),
  };
}

interface Where {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly input: CommandInput["kind"];
}

function launch([file, ...args]: readonly [string, ...string[]], { cwd, env, input }: Where) {
  try {
    return spawn(file, args, {
      cwd,
      env,
      detached: process.platform !== "win32",
      stdio: [input === "open" ? "pipe" : "ignore", "pipe", "pipe"],
      windowsHide: true,
      windowsVerbatimArguments: /cmd\.exe$/i.test(file),
    });
  } catch (error) {
    // Some failures are thrown at once, others come as an event.
    throw notStarted(error, cwd);
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
