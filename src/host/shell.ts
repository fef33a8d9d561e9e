import * as vscode from "vscode";
import type { Shell, ShellCommand, ShellResult } from "../agent/ports.ts";
import type { NodeShell } from "../node/shell.ts";
import { CommandTerminal } from "./terminal.ts";

export interface MirroredShell extends Shell, vscode.Disposable {
  /** Brings up the terminal tab. False when there is none (any more). */
  reveal(): boolean;
}

/** Runs commands by `inner` and mirrors them into one terminal tab of the chat. Commands come one after another. */
export function mirrorShell(inner: NodeShell): MirroredShell {
  let running: AbortController | undefined;
  const terminal = new CommandTerminal({
    interrupted: () => running?.abort(),
    titles: { running: vscode.l10n.t("MiMo: running"), idle: "MiMo" },
  });
  return {
    name: inner.name,
    async run(command, { onOutput, signal }) {
      const own = new AbortController();
      running = own;
      terminal.begin(command.command, command.cwd);
      try {
        const result = await inner.run(command, {
          onOutput: (text) => {
            terminal.output(text);
            onOutput(text);
          },
          signal: AbortSignal.any([signal, own.signal]),
        });
        terminal.end(result.timedOut ? timedOut(command) : endingOf(result));
        return result;
      } catch (error) {
        terminal.end(error instanceof Error ? error.message : String(error));
        throw error;
      } finally {
        if (running === own) running = undefined;
      }
    },
    reveal() {
      terminal.show();
      return terminal.exists;
    },
    dispose() {
      inner.dispose();
      terminal.dispose();
    },
  };
}

function timedOut({ timeoutMs }: ShellCommand): string {
  return vscode.l10n.t("timed out after {0} s", Math.round(timeoutMs / 1000));
}

/** How a command ended, for a person. */
export function endingOf({ exitCode, signal }: Pick<ShellResult, "exitCode" | "signal">): string {
  if (exitCode !== undefined) return vscode.l10n.t("exit {0}", exitCode);
  return signal ? vscode.l10n.t("stopped ({0})", signal) : vscode.l10n.t("stopped");
}
