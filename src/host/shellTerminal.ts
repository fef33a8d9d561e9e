import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import type { ProcessGroups } from "../node/processGroups.ts";
import { type TerminalProcesses, terminalProcesses } from "../node/processTerminal.ts";
import type { Launch, StartCommand } from "../node/shell.ts";
import { QUIET_PAGERS } from "../node/shellProgram.ts";
import { type ShellKind, shellKind, typedLine } from "../node/shellQuoting.ts";
import { type Exit, newMark, type Spawned } from "../node/spawned.ts";

/** A shell that reports to VS Code, waiting for a command. */
export interface ReadyShell {
  readonly terminal: vscode.Terminal;
  readonly integration: vscode.TerminalShellIntegration;
  readonly kind: ShellKind;
  readonly pid: number | undefined;
  readonly groups: ProcessGroups | undefined;
  /** What runs in it was told to end. */
  readonly onEnding: () => void;
  /** Nothing came to run in it. */
  readonly onUnused: () => void;
}

/** After Ctrl+C, for a command that ends by it. */
const POLITE_MS = 600;
/** After the end was reported, for the rest of the output. */
const DRAIN_MS = 1_000;
/** How often it is looked whether the shell is there: not every end is reported. */
const LOOK_MS = 1_000;

/** Runs one command in somebody's own shell. Throws what VS Code throws when the terminal is gone. */
export async function runInShell(shell: ReadyShell, command: StartCommand, onOutput: (chunk: Buffer) => void) {
  const mark = newMark();
  const typed = await lineFor(shell.kind, command, { ...QUIET_PAGERS, [mark.name]: mark.value }).catch((error) => {
    shell.onUnused();
    throw error;
  });
  const processes = shell.pid === undefined ? undefined : terminalProcesses({ shell: shell.pid, mark: mark.text });
  if (shell.pid !== undefined) void shell.groups?.add(shell.pid, mark.text);
  const execution = shell.integration.executeCommand(typed.line);
  const end = new AbortController();
  const exit = exitOf(shell, execution, { onOutput, onEnd: () => end.abort() });
  void exit.then(typed.forget);
  return spawnedBy({ shell, exit, ended: end.signal, processes });
}

interface Typed {
  readonly line: string;
  readonly forget: () => void;
}

async function lineFor(kind: ShellKind, { command, cwd }: StartCommand, env: Record<string, string>): Promise<Typed> {
  const short = typedLine(kind, { command, cwd, env });
  if (short !== undefined) return { line: short, forget: () => {} };
  const folder = await mkdtemp(join(tmpdir(), "mimo-command-"));
  const file = join(folder, "command");
  await writeFile(file, command, { mode: 0o600 });
  const line = typedLine(kind, { command, cwd, env }, file) ?? "";
  return { line, forget: () => void rm(folder, { recursive: true, force: true }).catch(() => {}) };
}

interface Parts {
  readonly shell: ReadyShell;
  readonly exit: Promise<Exit>;
  /** Fires before `exit`, which waits for the rest of the output: the shell takes commands again. */
  readonly ended: AbortSignal;
  readonly processes: TerminalProcesses | undefined;
}

function spawnedBy({ shell, exit, ended, processes }: Parts): Spawned {
  const { terminal } = shell;
  // What comes too late for the command would be a command.
  const type = (keys: string) => {
    if (!ended.aborted) terminal.sendText(keys, false);
  };
  const end = async () => {
    if (!ended.aborted) {
      shell.onEnding();
      type("\x03");
      await Promise.race([exit, wait(POLITE_MS)]);
    }
    await processes?.end();
  };
  return {
    exit,
    lives: async () => (await processes?.lives()) ?? false,
    end,
    kill: () => processes?.kill(),
    release: async () => {
      if (await processes?.lives()) await processes?.end();
      if (shell.pid !== undefined) await shell.groups?.remove(shell.pid);
    },
    input: {
      kind: "open",
      // Return is what the key sends; the terminal makes a line end of it where a program wants one.
      write: (text) => type(text.replaceAll("\n", "\r")),
      close: () => type("\x04"),
      interrupt: () => type("\x03"),
      isRead: async () => processes?.isRead(),
    },
    tab: {
      reveal: () => {
        terminal.show(true);
        return terminal.exitStatus === undefined;
      },
    },
  };
}

interface Heard {
  readonly onOutput: (chunk: Buffer) => void;
  readonly onEnd: () => void;
}

function exitOf(shell: ReadyShell, execution: vscode.TerminalShellExecution, { onOutput, onEnd }: Heard) {
  const { terminal } = shell;
  const read = (async () => {
    for await (const data of execution.read()) onOutput(Buffer.from(data));
  })().catch(() => {});
  return new Promise<Exit>((resolve) => {
    const subscriptions: vscode.Disposable[] = [];
    const finish = (exit: Exit) => {
      onEnd();
      for (const subscription of subscriptions) subscription.dispose();
      clearInterval(timer);
      void Promise.race([read, wait(DRAIN_MS)]).then(() => resolve(exit));
    };
    // Its end is not reported when the shell itself ends: by `exit`, by a signal, or with its tab.
    const gone = () => finish({ exitCode: undefined, signal: "SIGHUP" });
    const timer = setInterval(() => {
      if (terminal.exitStatus !== undefined || (shell.pid !== undefined && !isThere(shell.pid))) gone();
    }, LOOK_MS);
    subscriptions.push(
      vscode.window.onDidEndTerminalShellExecution((event) => {
        if (event.execution === execution) finish({ exitCode: event.exitCode, signal: undefined });
      }),
      vscode.window.onDidCloseTerminal((closed) => {
        if (closed === terminal) gone();
      }),
    );
  });
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What may be asked of a chat's own terminals. */
export interface ShellTerminals extends vscode.Disposable {
  /** A shell that waits for a command, in a tab that is in sight; undefined when the user's shell does not report to
   * VS Code in time, or is of a kind whose language is not known here. */
  ready(options: { readonly signal: AbortSignal }): Promise<ReadyShell | undefined>;
  /** Brings up the tab that was used last. False when there is none (any more). */
  reveal(): boolean;
}

const READY_MS = 3_000;
const LOOK_AGAIN_MS = 50;
/** The end of a command is told before the shell shows its prompt; one that is sent in between may be taken for ended
 * with it. */
const REST_MS = 100;

export interface ShellTerminalsOptions {
  readonly groups: ProcessGroups | undefined;
  /** What the model was told to write: a shell that speaks another language is of no use. */
  readonly language: ShellKind | undefined;
}

/** One terminal for what is waited for, more for what goes on beside it; each is used again when it is free. */
export function createShellTerminals({ groups, language }: ShellTerminalsOptions): ShellTerminals {
  const own = new Set<vscode.Terminal>();
  const busy = new Set<vscode.Terminal>();
  /** Its shell did not report in time: it is not waited for again, but may still come. */
  const late = new Set<vscode.Terminal>();
  const ending = new Set<vscode.Terminal>();
  let last: vscode.Terminal | undefined;
  const isFree = (terminal: vscode.Terminal) => !busy.has(terminal) && terminal.exitStatus === undefined;
  /** One that is just being freed is worth a moment: else every stop would leave another tab behind. */
  const free = async (signal: AbortSignal) => {
    for (const until = performance.now() + READY_MS; ; await wait(LOOK_AGAIN_MS)) {
      const found = [...own].find(isFree);
      if (found || ending.size === 0 || signal.aborted || performance.now() > until) return found;
    }
  };
  const resting = new Map<vscode.Terminal, NodeJS.Timeout>();
  const subscriptions = [
    vscode.window.onDidStartTerminalShellExecution(({ terminal }) => {
      clearTimeout(resting.get(terminal));
      busy.add(terminal);
    }),
    vscode.window.onDidEndTerminalShellExecution(({ terminal }) => {
      ending.add(terminal);
      const rested = () => {
        busy.delete(terminal);
        ending.delete(terminal);
      };
      clearTimeout(resting.get(terminal));
      resting.set(terminal, setTimeout(rested, REST_MS));
    }),
    vscode.window.onDidCloseTerminal((terminal) => {
      for (const set of [own, busy, late, ending]) set.delete(terminal);
    }),
  ];
  return {
    async ready({ signal }) {
      // In a folder that is not trusted VS Code would ask about it, and never say what the shell's process is.
      if (!vscode.workspace.isTrusted) return undefined;
      const found = await free(signal);
      if (signal.aborted) return undefined;
      const terminal = found ?? create();
      last = terminal;
      own.add(terminal);
      const integration = await integrationOf(terminal, late.has(terminal) ? 0 : READY_MS, signal);
      const kind = shellKind(terminal.state.shell ?? vscode.env.shell);
      if (!integration && !signal.aborted) late.add(terminal);
      // In fish commands run by bash, with the user's environment.
      const understands = kind === language || (kind === "fish" && language === "posix");
      if (!integration || kind === undefined || kind === "cmd" || !understands) return undefined;
      busy.add(terminal);
      const pid = (await Promise.race([terminal.processId, wait(READY_MS)])) ?? undefined;
      const onUnused = () => busy.delete(terminal);
      if (!signal.aborted)
        return { terminal, integration, kind, pid, groups, onEnding: () => ending.add(terminal), onUnused };
      onUnused();
      return undefined;
    },
    reveal() {
      if (!last || last.exitStatus !== undefined) return false;
      last.show(true);
      return true;
    },
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      for (const timer of resting.values()) clearTimeout(timer);
      for (const terminal of own) terminal.dispose();
    },
  };
}

function create(): vscode.Terminal {
  const terminal = vscode.window.createTerminal({
    name: "MiMo",
    iconPath: new vscode.ThemeIcon("terminal"),
    isTransient: true,
  });
  terminal.show(true);
  return terminal;
}

function integrationOf(terminal: vscode.Terminal, ms: number, signal: AbortSignal) {
  return new Promise<vscode.TerminalShellIntegration | undefined>((resolve) => {
    if (terminal.shellIntegration) return resolve(terminal.shellIntegration);
    const finish = () => {
      clearTimeout(timer);
      subscription.dispose();
      closed.dispose();
      signal.removeEventListener("abort", finish);
      resolve(terminal.shellIntegration);
    };
    const timer = setTimeout(finish, ms);
    const subscription = vscode.window.onDidChangeTerminalShellIntegration((event) => {
      if (event.terminal === terminal) finish();
    });
    const closed = vscode.window.onDidCloseTerminal((gone) => {
      if (gone === terminal) finish();
    });
    signal.addEventListener("abort", finish, { once: true });
  });
}

/** As `Launch`, in this shell. */
export function launchIn(shell: ReadyShell): Launch {
  return (command, { onOutput }) => runInShell(shell, command, onOutput);
}
