import * as vscode from "vscode";
import { keyKind } from "../mimo/endpoints.ts";
import type { PanelState } from "../protocol/view.ts";
import type { Account } from "./account.ts";
import type { ChoiceStore } from "./choices.ts";
import type { KeyedChat, KeyFlow } from "./keyFlow.ts";
import type { StoredKey } from "./keyRing.ts";
import type { KeyStore } from "./keyStore.ts";
import { cleanKey } from "./keyText.ts";
import type { Log } from "./log.ts";
import { keyHint } from "./redact.ts";
import { readSettings, SECTION } from "./settings.ts";
import { keySwitchCost, NOTICEABLE_CREDITS } from "./switchCost.ts";
import { switchText } from "./switchText.ts";
import { wishFor } from "./target.ts";

const ENVIRONMENT = "MIMO_API_KEY";
/** The environment's key was offered in this profile: it is not offered by itself again. */
const OFFERED = "mimoAgent.environmentKeyOffered";

export interface KeyCommandParts {
  readonly keys: KeyStore;
  readonly account: Account;
  readonly choices: ChoiceStore;
  /** The chat that is open: its id, once it has one, and what it shows. */
  readonly chat: { readonly path: string | undefined; readonly state: PanelState };
  readonly memento: vscode.Memento;
  readonly log: Log;
}

/** The commands for keys, and the offer of a key from the environment. */
export class KeyCommands {
  readonly #parts: KeyCommandParts;

  constructor(parts: KeyCommandParts) {
    this.#parts = parts;
  }

  async set(): Promise<void> {
    await this.#run(({ setKey }, flow) => setKey(flow));
  }

  async manage(): Promise<void> {
    await this.#run(({ manageKeys }, flow) => manageKeys(flow));
  }

  async remove(): Promise<void> {
    await this.#run(({ removeKey }, flow) => removeKey(flow));
  }

  /** For a message whose chat has no key: one of those there are, else a new one. */
  async provide(): Promise<void> {
    if ((await this.#parts.keys.list()).length === 0) await this.set();
    else await this.#run(({ chooseKey }, flow) => chooseKey(flow));
  }

  /** The open chat's key from now on, by its id. Asks first when the switch costs a noticeable amount. */
  async use(id: string): Promise<void> {
    const key = (await this.#parts.keys.list()).find((stored) => stored.id === id);
    if (!key || this.#parts.chat.state.keyId === id) return;
    await this.#run(({ useInChat }, flow) => useInChat(key, flow));
  }

  /** A key in the environment is never taken silently: it is offered once, where there is no other. */
  async offerFromEnvironment(): Promise<void> {
    const { keys, memento } = this.#parts;
    const key = environmentKey();
    if (key === undefined) return;
    keys.remember(cleanKey(key));
    if (memento.get<boolean>(OFFERED) || (await keys.list()).length > 0) return;
    const use = vscode.l10n.t("Use it");
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        "The environment holds a key ({0}: {1}). Use it for MiMo Agent?",
        ENVIRONMENT,
        keyHint(cleanKey(key)),
      ),
      use,
      vscode.l10n.t("Not now"),
    );
    await memento.update(OFFERED, true);
    if (answer === use) await this.#run(({ useEnvironment }, flow) => useEnvironment(flow));
  }

  async #run(work: (flows: Flows, flow: KeyFlow) => Promise<unknown>): Promise<void> {
    try {
      const flows = await import("./deferred.ts");
      await work(flows, this.#flow(flows));
    } catch (error) {
      if (error instanceof vscode.CancellationError) return;
      this.#parts.log.error("the keys could not be changed", error);
      void vscode.window.showErrorMessage(vscode.l10n.t("The keys could not be changed. The log says why."));
    }
  }

  #flow({ KEY_DIALOGS }: Flows): KeyFlow {
    return {
      keys: this.#parts.keys,
      log: this.#parts.log,
      dialogs: KEY_DIALOGS,
      chat: this.#chat(),
      settings: readSettings,
      useEndpoint: async (endpoint, baseUrl) => {
        const values = vscode.workspace.getConfiguration(SECTION);
        if (baseUrl !== undefined) await values.update("baseUrl", baseUrl, vscode.ConfigurationTarget.Global);
        await values.update("endpoint", endpoint, vscode.ConfigurationTarget.Global);
      },
      environment: environmentKey,
    };
  }

  #chat(): KeyedChat {
    const { account, choices, chat, keys } = this.#parts;
    return {
      current: async () => {
        await account.refresh();
        const { keyId } = account.viewFor(chat.path);
        return (await keys.list()).find(({ id }) => id === keyId);
      },
      use: async (key: StoredKey) => {
        await choices.chooseKey(chat.path, wishFor(key));
        await account.refresh();
      },
      switchNote: (to) => switchNote(chat.state, to),
      isCostly: () => (keySwitchCost(chat.state)?.credits ?? 0) > NOTICEABLE_CREDITS,
    };
  }
}

type Flows = typeof import("./deferred.ts");

function environmentKey(): string | undefined {
  const key = process.env[ENVIRONMENT]?.trim();
  return key === "" ? undefined : key;
}

function switchNote(state: PanelState, to: StoredKey): string {
  const cost = keySwitchCost(state);
  return cost ? switchText(cost, keyKind(to.key)) : "";
}
