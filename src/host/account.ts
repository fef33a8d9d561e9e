import * as vscode from "vscode";
import { keyKind } from "../mimo/endpoints.ts";
import type { Model } from "../mimo/models.ts";
import { rateOf } from "../mimo/rates.ts";
import type { ModelView, PanelState } from "../protocol/view.ts";
import type { ChoiceStore } from "./choices.ts";
import { keyViewOf, labelOf } from "./keyNames.ts";
import { EMPTY_RING, type KeyRing, type StoredKey } from "./keyRing.ts";
import type { KeyStore } from "./keyStore.ts";
import { LiveModels } from "./liveModels.ts";
import { type Log, messageOf } from "./log.ts";
import { keyHint } from "./redact.ts";
import { readSettings, SECTION } from "./settings.ts";
import { type KeyWish, type Target, targetOf, wishFor } from "./target.ts";

export type AccountView = Pick<PanelState, "key" | "keys" | "keyId" | "models" | "simulated">;

export interface AccountParts {
  readonly keys: KeyStore;
  readonly choices: ChoiceStore;
  readonly log: Log;
}

/**
 * Endpoint, key and models as they are in force, for each chat. A chat is named by its id; without one the chat is meant
 * that has not begun.
 */
export class Account implements vscode.Disposable {
  readonly #parts: AccountParts;
  readonly #live: LiveModels;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #ring: KeyRing = EMPTY_RING;
  /** The keys were read once. */
  #known = false;
  /** The chat that was looked at last is the one that is open. */
  #open: string | undefined;
  /** Somebody looks at models. */
  #shown = false;
  readonly onDidChange = this.#changed.event;

  constructor(parts: AccountParts) {
    this.#parts = parts;
    this.#live = new LiveModels({
      list: async (request) => {
        const { listModels } = await import("./deferred.ts");
        return listModels(request);
      },
      lacking: ({ host }, error) => parts.log.warn(`no model list from ${host}: ${messageOf(error)}`),
      now: Date.now,
    });
    this.#subscriptions = [
      parts.keys.onDidChange(() => void this.refresh()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${SECTION}.endpoint`) || event.affectsConfiguration(`${SECTION}.baseUrl`)) {
          void this.refresh();
        }
      }),
    ];
  }

  /**
   * Where this chat's next request goes. Keys are read anew each time: one that was removed a moment ago is not used.
   * The first request binds the chat to its key, so that another default for new chats never switches it.
   */
  async target(chatId?: string): Promise<Target> {
    await this.#read();
    const target = this.#targetOf(chatId);
    if (chatId !== undefined && target.state === "ready" && target.key) await this.#bind(chatId, target.key);
    void this.#live.renew(target).then((renewed) => renewed && this.#changed.fire());
    return target;
  }

  /** Reads keys and settings again, and asks another endpoint for its models, if somebody looks at them. */
  async refresh(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      this.#parts.log.error("the keys could not be read", error);
    }
    this.#changed.fire();
    if (this.#shown) await this.#askFor(this.#open);
  }

  viewFor(chatId?: string): AccountView {
    this.#open = chatId;
    const target = this.#targetOf(chatId);
    return {
      key: keyState(this.#known ? target : undefined),
      keys: this.#ring.keys.map(keyViewOf),
      keyId: target.state === "ready" ? target.key?.id : undefined,
      models: this.#live.models(target).map(modelView),
      simulated: this.#live.simulated(target),
    };
  }

  /** The model to ask for: a retired one, or one that the endpoint no longer lists, is replaced. */
  serving(model: string, chatId?: string): string {
    return this.#live.serving(model, this.#targetOf(chatId));
  }

  /** Asks the chat's endpoint what it serves, at most once an hour. Failures leave the bundled table in force. */
  async ask(chatId?: string): Promise<void> {
    this.#shown = true;
    try {
      await this.#read();
    } catch (error) {
      this.#parts.log.error("the keys could not be read", error);
    }
    await this.#askFor(chatId);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  async #read(): Promise<void> {
    this.#ring = await this.#parts.keys.ring();
    this.#known = true;
  }

  #targetOf(chatId: string | undefined): Target {
    return targetOf(readSettings(), this.#ring, this.#parts.choices.keyFor(chatId));
  }

  async #askFor(chatId: string | undefined): Promise<void> {
    if (await this.#live.ask(this.#targetOf(chatId))) this.#changed.fire();
  }

  async #bind(chatId: string, key: StoredKey): Promise<void> {
    const { choices } = this.#parts;
    const wish: KeyWish | undefined = choices.keyFor(chatId);
    const elsewhere = wish && wish.id !== key.id && this.#ring.keys.some(({ id }) => id === wish.id);
    // A chat that only follows the endpoint of the settings gets its own key back with the endpoint.
    if (elsewhere) return;
    const { id, billing, baseUrl } = wishFor(key);
    if (wish?.id === id && wish.billing === billing && wish.baseUrl === baseUrl && choices.isBound(chatId)) return;
    await choices.chooseKey(chatId, { id, billing, baseUrl });
    if (wish && wish.id !== id) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t("The key of this chat was removed. It goes on with {0}.", `${labelOf(key)} ${keyHint(key.key)}`),
      );
    }
  }
}

function keyState(target: Target | undefined): PanelState["key"] {
  if (target?.state !== "ready") return { state: "none" };
  const { key } = target;
  if (!key) return { state: "notNeeded", host: target.endpoint.host };
  return { state: "set", kind: keyKind(key.key), hint: keyHint(key.key) };
}

function modelView({ id, name, contextWindow, images }: Model): ModelView {
  const { hit, miss, output } = rateOf(id);
  return { id, name, rate: { hit, miss, output }, contextWindow, images };
}
