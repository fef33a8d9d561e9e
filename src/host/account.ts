import * as vscode from "vscode";
import { type Endpoint, keyKind } from "../mimo/endpoints.ts";
import { currentModels, describeModel, isChatModel, MODELS, type Model, successorOf } from "../mimo/models.ts";
import { rateOf } from "../mimo/rates.ts";
import type { ModelView, PanelState } from "../protocol/view.ts";
import type { KeyStore } from "./keyStore.ts";
import { type Log, messageOf } from "./log.ts";
import { keyHint } from "./redact.ts";
import { readSettings, SECTION } from "./settings.ts";
import { type Target, targetOf } from "./target.ts";

/** How long a live model list counts, in milliseconds. */
const LIST_AGE_MS = 60 * 60 * 1000;
const LIST_TIMEOUT_MS = 10_000;

export type AccountView = Pick<PanelState, "key" | "models" | "simulated">;

interface Live {
  readonly baseUrl: string;
  readonly at: number;
  readonly models: readonly string[] | undefined;
  readonly simulated: boolean;
}

/** Endpoint, key and models as they are in force now. */
export class Account implements vscode.Disposable {
  readonly #keys: KeyStore;
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #target: Target | undefined;
  #live: Live | undefined;
  #asking: Promise<void> | undefined;
  readonly onDidChange = this.#changed.event;

  constructor(keys: KeyStore, log: Log) {
    this.#keys = keys;
    this.#log = log;
    this.#subscriptions = [
      keys.onDidChange(() => void this.refresh()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${SECTION}.endpoint`) || event.affectsConfiguration(`${SECTION}.baseUrl`)) {
          void this.refresh();
        }
      }),
    ];
  }

  /** Read anew each time: a key that was removed a moment ago is not used. */
  async target(): Promise<Target> {
    this.#target = targetOf(readSettings(), await this.#keys.list());
    return this.#target;
  }

  async refresh(): Promise<void> {
    await this.target();
    this.#changed.fire();
  }

  get view(): AccountView {
    return {
      key: keyView(this.#target),
      models: this.#models().map(modelView),
      simulated: this.#current?.simulated === true,
    };
  }

  /** The model to ask for: a retired one is replaced, unless the endpoint itself still lists it. */
  serving(model: string): string {
    if (this.#current?.models?.includes(model)) return model;
    return successorOf(model, new Date()) ?? model;
  }

  /** Asks the endpoint what it serves, at most once an hour. Failures leave the bundled table in force. */
  ask(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  /** The live list, when it is that of the endpoint in force. */
  get #current(): Live | undefined {
    const target = this.#target;
    if (!target || target.state === "badAddress") return undefined;
    return this.#live?.baseUrl === target.endpoint.baseUrl ? this.#live : undefined;
  }

  #models(): readonly Model[] {
    const listed = this.#current?.models?.filter(isChatModel) ?? [];
    if (listed.length === 0) return currentModels(new Date());
    const order = (id: string) => {
      const place = MODELS.findIndex((model) => model.id === id);
      return place < 0 ? MODELS.length : place;
    };
    return listed.toSorted((a, b) => order(a) - order(b)).map(describeModel);
  }

  async #ask(): Promise<void> {
    const target = await this.target();
    if (target.state !== "ready") return;
    if (this.#current && Date.now() - this.#current.at < LIST_AGE_MS) return;
    const { endpoint, key } = target;
    const signal = AbortSignal.timeout(LIST_TIMEOUT_MS);
    const [models, simulated] = await Promise.all([
      this.#list(endpoint, key?.key, signal),
      endpoint.loopback ? isSimulator(endpoint, signal) : false,
    ]);
    this.#live = { baseUrl: endpoint.baseUrl, at: models ? Date.now() : 0, models, simulated };
    this.#changed.fire();
  }

  async #list(endpoint: Endpoint, key: string | undefined, signal: AbortSignal): Promise<string[] | undefined> {
    try {
      const { listModels } = await import("./deferred.ts");
      return await listModels({ endpoint, key, signal });
    } catch (error) {
      this.#log.warn(`no model list from ${endpoint.host}: ${messageOf(error)}`);
      return undefined;
    }
  }
}

function keyView(target: Target | undefined): PanelState["key"] {
  if (target?.state !== "ready") return { state: "none" };
  const { key } = target;
  if (!key) return { state: "notNeeded", host: target.endpoint.host };
  return { state: "set", kind: keyKind(key.key), hint: keyHint(key.key) };
}

function modelView({ id, name, contextWindow }: Model): ModelView {
  const { hit, miss, output } = rateOf(id);
  return { id, name, rate: { hit, miss, output }, contextWindow };
}

/** The simulator says what it is at an address of its own; other servers on this machine do not know it. */
async function isSimulator(endpoint: Endpoint, signal: AbortSignal): Promise<boolean> {
  try {
    const address = new URL("/_simulator/account", endpoint.baseUrl);
    const response = await fetch(address, { redirect: "manual", signal });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
