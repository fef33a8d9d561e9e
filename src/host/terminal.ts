import * as vscode from "vscode";
import { asksForSecret } from "../node/shellWaiting.ts";
import type { CommandInput } from "../node/spawned.ts";
import { createTypedLine, type TypedLine } from "./terminalLine.ts";

/** Output kept for a tab that is not open yet, in characters. */
const BACKLOG = 200_000;
/** A second Ctrl+C within this is meant for a command that ignores the first. */
const TWICE_MS = 3_000;

export interface TerminalParts {
  /** The tab was closed, or Ctrl+C was pressed in it again and again. */
  readonly interrupted: () => void;
  /** The input of the command that runs; undefined when none runs. */
  readonly input: () => CommandInput | undefined;
  /** The tab's title while a command runs, and afterwards. */
  readonly titles: { readonly running: string; readonly idle: string };
}

/**
 * A terminal tab that shows what the agent runs and takes what a person types for it. It has no shell of its own:
 * commands run as managed processes and are mirrored here. Closing the tab ends what runs.
 */
export class CommandTerminal implements vscode.Disposable {
  readonly #parts: TerminalParts;
  readonly #write = new vscode.EventEmitter<string>();
  readonly #rename = new vscode.EventEmitter<string>();
  readonly #subscription: vscode.Disposable;
  readonly #line: TypedLine;
  #terminal: vscode.Terminal | undefined;
  #opened = false;
  #backlog = "";
  #lastLine = "";
  #command = "";
  #interruptedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: TerminalParts) {
    this.#parts = parts;
    this.#subscription = vscode.window.onDidCloseTerminal((terminal) => {
      if (terminal === this.#terminal) this.#closed();
    });
    this.#line = createTypedLine({
      echo: (text) => this.#put(text),
      send: (text) => parts.input()?.write(text),
      end: () => parts.input()?.close(),
      interrupt: () => this.#interrupt(),
      isSecret: () => asksForSecret(this.#lastLine, this.#command),
    });
  }

  /** Brings the tab up without taking the focus. */
  show(): void {
    this.#terminal?.show(true);
  }

  get exists(): boolean {
    return this.#terminal !== undefined;
  }

  begin(command: string, cwd: string): void {
    if (!this.#terminal) this.#create();
    this.#line.clear();
    this.#lastLine = "";
    this.#command = command;
    this.#rename.fire(this.#parts.titles.running);
    this.#put(`\x1b[2m${printable(cwd)}\x1b[0m\r\n\x1b[1m$ ${printable(command)}\x1b[0m\r\n`);
  }

  /** Plain text. */
  output(text: string): void {
    const last = text.lastIndexOf("\n");
    this.#lastLine = (last < 0 ? this.#lastLine + text : text.slice(last + 1)).slice(-BACKLOG);
    this.#put(text.replace(/\r?\n/g, "\r\n"));
  }

  /** What was typed for the command elsewhere. */
  typed(text: string): void {
    this.#put(`${asksForSecret(this.#lastLine, this.#command) ? "" : printable(text)}\r\n`);
  }

  /** A line about the command, not from it. */
  note(text: string): void {
    this.#put(`\x1b[2m[${printable(text)}]\x1b[0m\r\n`);
  }

  /** `result` is one line: how the command ended. */
  end(result: string): void {
    this.#put(`\r\n\x1b[2m[${printable(result)}]\x1b[0m\r\n\r\n`);
    this.#rename.fire(this.#parts.titles.idle);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#terminal?.dispose();
    this.#write.dispose();
    this.#rename.dispose();
  }

  #create(): void {
    this.#opened = false;
    this.#backlog = "";
    this.#terminal = vscode.window.createTerminal({
      name: this.#parts.titles.idle,
      iconPath: new vscode.ThemeIcon("terminal"),
      isTransient: true,
      pty: {
        onDidWrite: this.#write.event,
        onDidChangeName: this.#rename.event,
        open: () => this.#open(),
        close: () => this.#closed(),
        handleInput: (data: string) => this.#type(data),
      },
    });
    this.#terminal.show(true);
  }

  #open(): void {
    this.#opened = true;
    if (this.#backlog !== "") this.#write.fire(this.#backlog);
    this.#backlog = "";
  }

  #type(data: string): void {
    const input = this.#parts.input();
    if (input?.kind === "open") this.#line.type(data);
    else if (data.includes("\x03")) this.#interrupt();
  }

  #interrupt(): void {
    const isAgain = performance.now() - this.#interruptedAt < TWICE_MS;
    this.#interruptedAt = performance.now();
    const input = this.#parts.input();
    if (isAgain || !input) this.#parts.interrupted();
    else input.interrupt();
  }

  #closed(): void {
    if (!this.#terminal) return;
    this.#terminal = undefined;
    this.#parts.interrupted();
  }

  #put(text: string): void {
    if (this.#opened) this.#write.fire(text);
    else this.#backlog = (this.#backlog + text).slice(-BACKLOG);
  }
}

/** What the model wrote must not steer the terminal, nor be read otherwise than it runs: no control characters but line
 * breaks, nothing that turns the direction of text around. */
function printable(text: string): string {
  return text
    .replace(/\r\n/g, "\n")
    .replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "\uFFFD")
    .replace(/\n/g, "\r\n  ");
}
