import * as vscode from "vscode";

/** Output kept for a tab that is not open yet, in characters. */
const BACKLOG = 200_000;

export interface TerminalParts {
  /** The tab was closed, or Ctrl+C was pressed in it. */
  readonly interrupted: () => void;
  /** The tab's title while a command runs, and afterwards. */
  readonly titles: { readonly running: string; readonly idle: string };
}

/**
 * A terminal tab that shows what the agent runs. It has no shell of its own: commands run as managed processes and
 * are mirrored here. Closing the tab, or Ctrl+C in it, ends what runs.
 */
export class CommandTerminal implements vscode.Disposable {
  readonly #parts: TerminalParts;
  readonly #write = new vscode.EventEmitter<string>();
  readonly #rename = new vscode.EventEmitter<string>();
  readonly #subscription: vscode.Disposable;
  #terminal: vscode.Terminal | undefined;
  #opened = false;
  #backlog = "";

  constructor(parts: TerminalParts) {
    this.#parts = parts;
    this.#subscription = vscode.window.onDidCloseTerminal((terminal) => {
      if (terminal === this.#terminal) this.#closed();
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
    this.#rename.fire(this.#parts.titles.running);
    this.#put(`\x1b[2m${printable(cwd)}\x1b[0m\r\n\x1b[1m$ ${printable(command)}\x1b[0m\r\n`);
  }

  output(text: string): void {
    this.#put(text.replace(/\r?\n/g, "\r\n"));
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
        handleInput: (data: string) => {
          if (data === "\x03") this.#parts.interrupted();
        },
      },
    });
    this.#terminal.show(true);
  }

  #open(): void {
    this.#opened = true;
    if (this.#backlog !== "") this.#write.fire(this.#backlog);
    this.#backlog = "";
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

/** What the model wrote must not steer the terminal: no control characters but line breaks. */
function printable(text: string): string {
  return text.replace(/\r?\n/g, "\r\n  ").replace(/[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, "�");
}
