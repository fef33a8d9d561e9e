import * as vscode from "vscode";
import type { ApprovalMode } from "../agent/ports.ts";
import { readSettings, SECTION } from "./settings.ts";

const KEY = "mimoAgent.choices";

/** `all` is for throwaway machines and not offered in the editor. */
export type PanelMode = Exclude<ApprovalMode, "all">;

export interface Choices {
  readonly model: string;
  readonly thinking: boolean;
  readonly mode: PanelMode;
}

/**
 * What is in force in this workspace: the settings, and over them what was picked in the panel here. Kept per
 * workspace, so that a pick in one window never switches the model, and with it the cache, of a chat in another.
 */
export class ChoiceStore implements vscode.Disposable {
  readonly #memento: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  readonly onDidChange = this.#changed.event;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
    this.#subscription = vscode.workspace.onDidChangeConfiguration((event) => this.#onConfiguration(event));
  }

  get current(): Choices {
    const settings = readSettings();
    const picked = this.#picked();
    return {
      model: picked.model ?? settings.model,
      thinking: picked.thinking ?? settings.thinking,
      mode: picked.mode ?? (settings.mode === "all" ? "ask" : settings.mode),
    };
  }

  async pick(choice: Partial<Choices>): Promise<void> {
    await this.#memento.update(KEY, { ...this.#picked(), ...choice });
    this.#changed.fire();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  #picked(): Partial<Choices> {
    return this.#memento.get<Partial<Choices>>(KEY) ?? {};
  }

  /** A setting that is changed counts from then on, whatever was picked before. */
  #onConfiguration(event: vscode.ConfigurationChangeEvent): void {
    if (!event.affectsConfiguration(SECTION)) return;
    const { model, thinking, mode } = this.#picked();
    const kept = {
      ...(model === undefined || event.affectsConfiguration(`${SECTION}.model`) ? {} : { model }),
      ...(thinking === undefined || event.affectsConfiguration(`${SECTION}.thinking`) ? {} : { thinking }),
      ...(mode === undefined || event.affectsConfiguration(`${SECTION}.approval.mode`) ? {} : { mode }),
    };
    void this.#memento.update(KEY, kept);
    this.#changed.fire();
  }
}
