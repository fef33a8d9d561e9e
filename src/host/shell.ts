import * as vscode from "vscode";
import { StoppedError, ToolError } from "../agent/errors.ts";
import type { Shell, ShellCommand, ShellResult } from "../agent/ports.ts";
import { LIVE_CUT } from "../node/output.ts";
import type { NodeShell } from "../node/shell.ts";
import { shellKind } from "../node/shellQuoting.ts";
import { createShellTerminals, launchIn } from "./shellTerminal.ts";
import { CommandTerminal } from "./terminal.ts";

/** How commands run: as processes of ours that are mirrored into a tab, or in the user's own shell. */
export type TerminalMode = "managed" | "shellIntegration";

export interface MirrorOptions {
  /** Looked up for every command. */
  readonly mode: () => TerminalMode;
}

export interface MirroredShell extends Shell, Pick<NodeShell, "start" | "output" | "input">, vscode.Disposable {
  /** Brings up the terminal tab that was used last. False when there is none (any more). */
  reveal(): boolean;
}

const TAIL_CHARACTERS = 8_000;

/** Runs commands in sight of the user, in a terminal tab of the chat. They come one after another. */
export function mirrorShell(inner: NodeShell, { mode }: MirrorOptions = { mode: () => "managed" }): MirroredShell {
  let running: AbortController | undefined;
  let runningCall = "";
  let lastTab: { reveal(): boolean } | undefined;
  const terminal = new CommandTerminal({
    interrupted: () => running?.abort(),
    input: () => inner.inputOf(runningCall),
    titles: { running: vscode.l10n.t("MiMo: running"), idle: "MiMo" },
  });
  const managedTab = {
    reveal: () => {
      terminal.show();
      return terminal.exists;
    },
  };
  const terminals = createShellTerminals({ groups: inner.groups, language: shellKind(inner.name) });
  const own = async (signal: AbortSignal) => {
    if (mode() !== "shellIntegration") return undefined;
    const shell = await terminals.ready({ signal });
    if (!shell && !signal.aborted) sayOnce();
    return shell;
  };
  const mirrored = async (command: ShellCommand, { onOutput, onWaiting, signal }: Parameters<Shell["run"]>[1]) => {
    const stop = new AbortController();
    running = stop;
    runningCall = command.callId;
    lastTab = managedTab;
    terminal.begin(command.command, command.cwd);
    try {
      let last = "";
      const result = await inner.run(command, {
        onOutput: (text) => {
          last = text;
          terminal.output(text);
          onOutput(text);
        },
        ...(onWaiting ? { onWaiting } : {}),
        signal: AbortSignal.any([signal, stop.signal]),
      });
      // From some length on nothing more is sent while it runs; how it ended stands at the end.
      if (last.endsWith(LIVE_CUT)) terminal.output(result.output.slice(-TAIL_CHARACTERS));
      terminal.end(result.timedOut ? timedOut(command) : endingOf(result));
      return result;
    } catch (error) {
      terminal.end(error instanceof Error ? error.message : String(error));
      throw error;
    } finally {
      if (running === stop) running = undefined;
    }
  };
  return {
    name: inner.name,
    output: inner.output,
    async run(command, options) {
      const shell = await own(options.signal);
      // A stop has forestalled it: no tab has to show that.
      if (options.signal.aborted) return inner.run(command, options);
      if (!shell) return mirrored(command, options);
      lastTab = terminals;
      return inner.runBy(inTerminal(launchIn(shell)), command, options);
    },
    async start(command, options) {
      const { signal = new AbortController().signal } = options;
      const shell = await own(signal);
      if (signal.aborted) throw new StoppedError();
      return shell ? inTerminal(launchIn(shell))(command, options) : inner.start(command, options);
    },
    input(callId, text) {
      const isTaken = inner.input(callId, text);
      if (isTaken && running && runningCall === callId) terminal.typed(text);
      return isTaken;
    },
    reveal: () => lastTab?.reveal() ?? false,
    dispose() {
      inner.dispose();
      terminal.dispose();
      terminals.dispose();
    },
  };
}

function inTerminal(launch: NodeShell["start"]): NodeShell["start"] {
  return async (command, options) => {
    try {
      return await launch(command, options);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new ToolError(`The command could not be started in the terminal: ${words}`, { cause: error });
    }
  };
}

let isSaid = false;

/** Not for every command and chat: the user's shell stays what it is. */
function sayOnce(): void {
  if (isSaid) return;
  isSaid = true;
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      "The shell of your terminal does not report to VS Code (shell integration), so MiMo runs commands as processes of its own.",
    ),
  );
}

function timedOut({ timeoutMs }: ShellCommand): string {
  return vscode.l10n.t("timed out after {0} s", Math.round(timeoutMs / 1000));
}

/** How a command ended, for a person. */
export function endingOf({ exitCode, signal }: Pick<ShellResult, "exitCode" | "signal">): string {
  if (exitCode !== undefined) return vscode.l10n.t("exit {0}", exitCode);
  return signal ? vscode.l10n.t("stopped ({0})", signal) : vscode.l10n.t("stopped");
}
