import * as vscode from "vscode";
import { redact } from "./redact.ts";

export interface Log extends vscode.Disposable {
  info(message: string): void;
  warn(message: string): void;
  /** With the error's own message; its stack goes to the debug level. */
  error(message: string, error?: unknown): void;
  show(): void;
}

/**
 * The output channel. Nothing reaches it unredacted. VS Code closes it while `deactivate` still runs, and it throws
 * then: what is said after that is lost, and must not end a task that is being written down.
 */
export function createLog(name: string, secrets: () => Iterable<string>): Log {
  const channel = vscode.window.createOutputChannel(name, { log: true });
  let open = true;
  const write = (level: "info" | "warn" | "error" | "debug", text: string) => {
    if (open) channel[level](redact(text, secrets()));
  };
  return {
    info: (message) => write("info", message),
    warn: (message) => write("warn", message),
    error: (message, error) => {
      write("error", error === undefined ? message : `${message}: ${messageOf(error)}`);
      if (error instanceof Error && error.stack) write("debug", error.stack);
    },
    show: () => channel.show(true),
    dispose: () => {
      open = false;
      channel.dispose();
    },
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
