import { execFile } from "node:child_process";
import type { Shell, ShellCommand, ShellResult } from "../agent/ports.ts";
import { windowsProgram } from "./executables.ts";
import { createLiveOutput, createOutputBuffer } from "./output.ts";
import { localEncoding } from "./outputDecoding.ts";
import type { OutputFiles } from "./outputFiles.ts";
import type { ProcessGroups } from "./processGroups.ts";
import { shellProgram, takesInput } from "./shellProgram.ts";
import { watchWaiting } from "./shellWaiting.ts";
import { type Exit, type Spawned, sentLine, spawnCommand } from "./spawned.ts";

export interface ShellOptions {
  /** Absolute path of the shell; without it the user's or the system's. */
  readonly shell?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  /** Where its process groups are written down, so that those of a killed process can be ended at the next start. */
  readonly groups?: ProcessGroups | undefined;
  /** Where outputs go whole that are too long for the model. */
  readonly outputs?: OutputFiles | undefined;
  /** "person": somebody sees the commands and can type for them. By default they find their input ended. */
  readonly input?: "person" | "none";
}

/** What a command is started with. */
export type StartCommand = Omit<ShellCommand, "timeoutMs">;

export interface StartOptions {
  readonly onOutput: (chunk: Buffer) => void;
  /** Heeded until it has started; then it rejects with StoppedError. */
  readonly signal?: AbortSignal | undefined;
  /** It goes on beside the conversation. */
  readonly isBackground?: true;
}

export type RunOptions = Parameters<Shell["run"]>[1];

/** How a command comes to run: as a process of ours, or in a terminal. Throws ToolError when it could not start. */
export type Launch = (command: StartCommand, options: StartOptions) => Promise<Spawned>;

/** A shell that can also start what nobody waits for, and be told that its process is about to end. */
export interface NodeShell extends Shell {
  /** The caller releases it when it has ended. Throws ToolError when it could not start. */
  start: Launch;
  /** As `run`, of a command that is brought to run in another way. */
  runBy(launch: Launch, command: ShellCommand, options: RunOptions): Promise<ShellResult>;
  /** What a person types for the command of a call that runs; false when there is none that takes it. */
  input(callId: string, text: string): boolean;
  /** The input of the command of a call that runs. */
  inputOf(callId: string): Spawned["input"] | undefined;
  /** As given: for what is brought to run in another way. */
  readonly groups: ProcessGroups | undefined;
  /** How the outputs of its commands are kept and read. */
  readonly output: { readonly files?: OutputFiles | undefined; readonly encoding?: string | undefined };
  /** Ends at once, by force, whatever still runs. */
  dispose(): void;
}

/** After a stop the user waits no longer than this for what was printed so far. */
const STOP_WAIT_MS = 200;
/** After a timeout, for the tree to end: SIGTERM, then SIGKILL. */
const TIMEOUT_WAIT_MS = 2_000;

/** Runs commands as children of this process, each in a process group of its own. */
export function createShell(options: ShellOptions = {}): NodeShell {
  const { shell, env = process.env, groups, outputs, input = "none" } = options;
  const program = shellProgram(shell, env);
  let encoding = localEncoding(env);
  if (process.platform === "win32") void codePage().then((page) => (encoding = localEncoding(env, page)));
  const output = {
    files: outputs,
    get encoding() {
      return encoding;
    },
  };
  const running = new Set<Spawned>();
  const inputs = new Map<string, Spawned["input"]>();
  const start: Launch = async ({ command, cwd }, { onOutput }) => {
    const kind = input === "person" && takesInput(command) ? "open" : "none";
    const spawned = await spawnCommand({ program, command, cwd, env, groups, input: kind, onOutput });
    running.add(spawned);
    return {
      ...spawned,
      release: async () => {
        await spawned.release();
        running.delete(spawned);
      },
    };
  };
  const runBy: NodeShell["runBy"] = async (launch, command, { onOutput, onWaiting = () => {}, signal }) => {
    const buffer = createOutputBuffer(output);
    if (signal.aborted) return result(buffer.take("last"), {});
    let waiting: ReturnType<typeof watchWaiting> | undefined;
    const live = createLiveOutput((text) => {
      waiting?.output(text);
      onOutput(text);
    }, output);
    const spawned = await launch(command, {
      onOutput: (chunk) => {
        buffer.push(chunk);
        live.push(chunk);
      },
    });
    running.add(spawned);
    const deadline = createDeadline(command.timeoutMs);
    let isInputEnded = false;
    if (spawned.input.kind === "open") {
      waiting = watchWaiting({
        readsInput: spawned.input.isRead,
        onWaiting,
        onUnprompted: () => {
          isInputEnded = true;
          spawned.input.close();
        },
      });
    }
    inputs.set(command.callId, {
      ...spawned.input,
      write: (text) => {
        waiting?.input();
        // Somebody is there: it gets its whole time again.
        deadline.renew();
        spawned.input.write(text);
      },
    });
    try {
      let waitedFor: string | undefined;
      const onCut = () => {
        waitedFor = waiting?.prompt;
      };
      const end = await ended(spawned, { deadline, signal, onCut });
      const leftover = end.timedOut === undefined && (await outlived(spawned));
      const notes = (isInputEnded ? INPUT_ENDED : "") + (leftover ? LEFTOVER : "");
      const text = buffer.take("last") + notes;
      return result(text, { ...end, wholeOutput: buffer.whole, waitedFor });
    } finally {
      deadline.clear();
      inputs.delete(command.callId);
      waiting?.end();
      live.end();
      // What was told to end may take its moment; nobody waits for it.
      void spawned.release().finally(() => running.delete(spawned));
    }
  };
  return {
    name: program.name,
    output,
    groups,
    start,
    runBy,
    run: (command, options) => runBy(start, command, options),
    inputOf: (callId) => inputs.get(callId),
    input(callId, text) {
      const found = inputs.get(callId);
      if (found?.kind !== "open") return false;
      found.write(sentLine(text));
      return true;
    },
    dispose() {
      for (const spawned of running) spawned.kill();
    },
  };
}

/** The number of the code page that programs of Windows print by default. */
function codePage(): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(windowsProgram("chcp.com"), { windowsHide: true, timeout: 5_000 }, (_error, output) =>
      resolve(/\d{3,5}/.exec(output)?.[0]),
    );
  });
}

interface End extends Partial<Exit> {
  /** Given when it was cut short: by the timeout, or by a stop. */
  readonly timedOut?: boolean;
  readonly wholeOutput?: string | undefined;
  readonly waitedFor?: string | undefined;
}

interface Deadline {
  /** Resolves when the time is over. */
  readonly over: Promise<void>;
  /** The whole time again, from here. */
  renew(): void;
  clear(): void;
}

function createDeadline(ms: number): Deadline {
  let timer: NodeJS.Timeout | undefined;
  let renew = () => {};
  const over = new Promise<void>((resolve) => {
    renew = () => {
      clearTimeout(timer);
      timer = setTimeout(resolve, ms);
    };
    renew();
  });
  return { over, renew: () => renew(), clear: () => clearTimeout(timer) };
}

interface Limits {
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
  /** It is about to be ended. */
  readonly onCut: () => void;
}

function ended(spawned: Spawned, { deadline, signal, onCut }: Limits): Promise<End> {
  return new Promise((resolve) => {
    let cause: "timeout" | "stop" | undefined;
    let isOver = false;
    const finish = (end: End) => {
      isOver = true;
      signal.removeEventListener("abort", stop);
      resolve(end);
    };
    const cut = (why: "timeout" | "stop", waitMs: number) => {
      if (cause || isOver) return;
      cause = why;
      onCut();
      void spawned.end();
      setTimeout(() => finish({ timedOut: why === "timeout" }), waitMs);
    };
    const stop = () => cut("stop", STOP_WAIT_MS);
    void deadline.over.then(() => cut("timeout", TIMEOUT_WAIT_MS));
    signal.addEventListener("abort", stop, { once: true });
    void spawned.exit.then((exit) => finish(cause ? { timedOut: cause === "timeout" } : exit));
    if (signal.aborted) stop();
  });
}

const LEFTOVER = "\n[processes left in the background were ended with the command]\n";
const INPUT_ENDED = "\n[it read its input, and nobody typed anything: the input was ended]\n";

/** Whether processes of the command are still there after its shell's exit; those that are just ending do not count. */
async function outlived(spawned: Spawned): Promise<boolean> {
  if (!(await spawned.lives())) return false;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return spawned.lives();
}

function result(output: string, { exitCode, signal, timedOut = false, wholeOutput, waitedFor }: End): ShellResult {
  return {
    output,
    exitCode,
    signal,
    timedOut,
    ...(wholeOutput === undefined ? {} : { wholeOutput }),
    ...(waitedFor === undefined ? {} : { waitedFor }),
  };
}
