import * as vscode from "vscode";
import { redact } from "./redact.ts";

export interface Log extends vscode.Disposable {
  info(message: string): void;
  warn(message: string): void;
  /** With the error's own message; its stack goes to the debug level. */
  error(message: string, error?: unknown): void;
  show(): void;
}

/** The output channel. Nothing reaches it unredacted. */
export function createLog(secrets: () => Iterable<string>): Log {
  const channel = vscode.window.createOutputChannel("MiMo Agent", { log: true });
  const clean = (text: string) => redact(text, secrets());
  return {
    info: (message) => channel.info(clean(message)),
    warn: (message) => channel.warn(clean(message)),
    error: (message, error) => {
      channel.error(clean(error === undefined ? message : `${message}: ${messageOf(error)}`));
      if (error instanceof Error && error.stack) channel.debug(clean(error.stack));
    },
    show: () => channel.show(true),
    dispose: () => channel.dispose(),
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
