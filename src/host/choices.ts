import * as vscode from "vscode";
import type { ApprovalMode } from "../agent/ports.ts";
import { readSettings, SECTION } from "./settings.ts";
import type { KeyWish } from "./target.ts";

const KEY = "mimoAgent.choices";
const CHAT_KEYS = "mimoAgent.chatKeys";
const MAX_CHATS = 200;
/** In place of a chat's id while it has none. */
const NEW_CHAT = "";

/** `all` is for throwaway machines and not offered in the editor. */
export type PanelMode = Exclude<ApprovalMode, "all">;

export interface Choices {
  readonly model: string;
  readonly thinking: boolean;
  /** The platform's search of the web, which it bills apart: off until it is picked. */
  readonly webSearch: boolean;
  readonly mode: PanelMode;
}

interface ChatKey extends KeyWish {
  readonly chat: string;
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
      webSearch: picked.webSearch ?? false,
      mode: picked.mode ?? (settings.mode === "all" ? "ask" : settings.mode),
    };
  }

  async pick(choice: Partial<Choices>): Promise<void> {
    await this.#memento.update(KEY, { ...this.#picked(), ...choice });
    this.#changed.fire();
  }

  /** The key that a chat is bound to; without an id, that of the chat that has not begun. */
  keyFor(chatId: string | undefined): KeyWish | undefined {
    const all = this.#chatKeys();
    return all.findLast(({ chat }) => chat === chatId) ?? all.findLast(({ chat }) => chat === NEW_CHAT);
  }

  /** Whether a chat has a key of its own, not only the one that was picked before it began. */
  isBound(chatId: string): boolean {
    return this.#chatKeys().some(({ chat }) => chat === chatId);
  }

  /** By the key's id alone, or with what the key is, which must be known when it is removed one day. */
  async chooseKey(chatId: string | undefined, key: string | KeyWish): Promise<void> {
    const wish = typeof key === "string" ? { id: key } : key;
    const chat = chatId ?? NEW_CHAT;
    // A choice for the chat that has not begun is that chat's own once it has an id.
    const others = this.#chatKeys().filter((other) => other.chat !== chat && other.chat !== NEW_CHAT);
    await this.#memento.update(CHAT_KEYS, [...others, { chat, ...wish }].slice(-MAX_CHATS));
    this.#changed.fire();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  #picked(): Partial<Choices> {
    return this.#memento.get<Partial<Choices>>(KEY) ?? {};
  }

  #chatKeys(): readonly ChatKey[] {
    const stored = this.#memento.get<unknown>(CHAT_KEYS);
    return Array.isArray(stored) ? stored.filter(isChatKey) : [];
  }

  /** A setting that is changed counts from then on, whatever was picked before. */
  #onConfiguration(event: vscode.ConfigurationChangeEvent): void {
    if (!event.affectsConfiguration(SECTION)) return;
    const { model, thinking, webSearch, mode } = this.#picked();
    const kept = {
      ...(webSearch === undefined ? {} : { webSearch }),
      ...(model === undefined || event.affectsConfiguration(`${SECTION}.model`) ? {} : { model }),
      ...(thinking === undefined || event.affectsConfiguration(`${SECTION}.thinking`) ? {} : { thinking }),
      ...(mode === undefined || event.affectsConfiguration(`${SECTION}.approval.mode`) ? {} : { mode }),
    };
    void this.#memento.update(KEY, kept);
    this.#changed.fire();
  }
}

function isChatKey(value: unknown): value is ChatKey {
  if (typeof value !== "object" || value === null) return false;
  return typeof Reflect.get(value, "chat") === "string" && typeof Reflect.get(value, "id") === "string";
}
