import * as vscode from "vscode";
import { keyKind, parseBaseUrl } from "../mimo/endpoints.ts";
import type { KeyStore, StoredKey } from "./keyStore.ts";
import type { Log } from "./log.ts";
import { keyHint } from "./redact.ts";
import type { KeyDialogs, KeyFlow } from "./setKey.ts";
import { readSettings, SECTION } from "./settings.ts";

const ENVIRONMENT = "MIMO_API_KEY";

/** The commands that set and remove keys, and the offer of a key from the environment. */
export class KeyCommands {
  readonly #keys: KeyStore;
  readonly #log: Log;

  constructor(keys: KeyStore, log: Log) {
    this.#keys = keys;
    this.#log = log;
  }

  async set(): Promise<void> {
    const { setKey } = await import("./deferred.ts");
    await this.#guarded(() => setKey(this.#flow()));
  }

  async remove(): Promise<void> {
    const keys = await this.#keys.list();
    const chosen = await chooseKey(keys);
    if (!chosen) {
      if (keys.length === 0) void vscode.window.showInformationMessage(vscode.l10n.t("No key is set."));
      return;
    }
    await this.#keys.remove(chosen);
    this.#log.info(`key removed for ${hostOf(chosen)}`);
    void vscode.window.showInformationMessage(vscode.l10n.t("The key {0} was removed.", keyHint(chosen.key)));
  }

  /** A key in the environment is never taken silently. Asks only when there is no key and one would be used. */
  async offerFromEnvironment(): Promise<void> {
    const key = process.env[ENVIRONMENT]?.trim();
    if (!key || (await this.#keys.list()).length > 0) return;
    this.#keys.remember(key);
    const use = vscode.l10n.t("Use it");
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t("The environment holds a key ({0}: {1}). Use it for MiMo Agent?", ENVIRONMENT, keyHint(key)),
      use,
      vscode.l10n.t("Not now"),
    );
    if (answer !== use) return;
    const { problemOf, useKey } = await import("./deferred.ts");
    const problem = problemOf(key, readSettings());
    if (problem) void vscode.window.showErrorMessage(problem);
    else await this.#guarded(() => useKey(key, this.#flow()));
  }

  #flow(): KeyFlow {
    return {
      keys: this.#keys,
      log: this.#log,
      dialogs: DIALOGS,
      settings: readSettings,
      useEndpoint: async (setting) => {
        const values = vscode.workspace.getConfiguration(SECTION);
        await values.update("endpoint", setting, vscode.ConfigurationTarget.Global);
      },
    };
  }

  async #guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof vscode.CancellationError) return;
      this.#log.error("the key could not be set", error);
      void vscode.window.showErrorMessage(vscode.l10n.t("The key could not be set. The log says why."));
    }
  }
}

async function chooseKey(keys: readonly StoredKey[]): Promise<StoredKey | undefined> {
  if (keys.length <= 1) return keys[0];
  const items = keys.map((key) => ({ label: keyHint(key.key), description: hostOf(key), key }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Which key to remove") });
  return picked?.key;
}

function hostOf({ baseUrl }: StoredKey): string {
  const parsed = parseBaseUrl(baseUrl);
  return parsed.ok ? parsed.endpoint.host : baseUrl;
}

const DIALOGS: KeyDialogs = {
  inputKey: async (check) =>
    vscode.window.showInputBox({
      title: vscode.l10n.t("MiMo API key"),
      prompt: vscode.l10n.t(
        "From the MiMo console: Token Plan (tp-…) or pay as you go (sk-…). Kept in the system keychain.",
      ),
      placeHolder: "tp-… / sk-…",
      password: true,
      ignoreFocusOut: true,
      // Nothing is said before the first character.
      validateInput: (text) => (text === "" ? undefined : (check(text) ?? kindNote(text))),
    }),
  confirm: async ({ message, detail, yes }) =>
    (await vscode.window.showWarningMessage(message, { modal: true, detail }, yes)) === yes,
  progress: async (title, work) =>
    vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (_, token) => {
        const controller = new AbortController();
        const subscription = token.onCancellationRequested(() => controller.abort());
        try {
          return await work(controller.signal);
        } catch (error) {
          throw controller.signal.aborted ? new vscode.CancellationError() : error;
        } finally {
          subscription.dispose();
        }
      },
    ),
  say: (message) => void vscode.window.showInformationMessage(message),
  fail: (message) => void vscode.window.showErrorMessage(message),
};

function kindNote(text: string): vscode.InputBoxValidationMessage | undefined {
  const severity = vscode.InputBoxValidationSeverity.Info;
  switch (keyKind(text.trim())) {
    case "plan":
      return { severity, message: vscode.l10n.t("A Token Plan key. Enter checks it and keeps it.") };
    case "payg":
      return { severity, message: vscode.l10n.t("A pay-as-you-go key. Enter checks it and keeps it.") };
    case "other":
      return undefined;
  }
}
