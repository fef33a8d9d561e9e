import * as vscode from "vscode";
import type { ChatPanel } from "./panel.ts";

const MEMENTO = "mimoAgent.secondary";
export const VIEWS = { activityBar: "mimoAgent.chat", secondary: "mimoAgent.chatSecondary" } as const;

export type Location = keyof typeof VIEWS;

/** Which of the two places the chat is shown in. VS Code has the secondary one for extensions since 1.106. */
export class ChatLocation {
  readonly #memento: vscode.Memento;
  readonly #panel: ChatPanel;
  readonly #canMove: boolean;

  constructor(memento: vscode.Memento, panel: ChatPanel) {
    this.#memento = memento;
    this.#panel = panel;
    this.#canMove = hasSecondarySideBar(vscode.version);
    void setContext("mimoAgent.canMove", this.#canMove);
    void setContext(MEMENTO, this.current === "secondary");
  }

  get current(): Location {
    return this.#canMove && this.#memento.get<unknown>(MEMENTO) === true ? "secondary" : "activityBar";
  }

  async move(location: Location): Promise<void> {
    await this.#memento.update(MEMENTO, location === "secondary");
    await setContext(MEMENTO, this.current === "secondary");
    await this.open();
  }

  async open(): Promise<void> {
    await vscode.commands.executeCommand(`${VIEWS[this.current]}.focus`);
    this.#panel.focusComposer();
  }
}

export function hasSecondarySideBar(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 1 || (major === 1 && minor >= 106);
}

function setContext(key: string, value: boolean): Thenable<unknown> {
  return vscode.commands.executeCommand("setContext", key, value);
}
