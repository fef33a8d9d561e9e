import type { Endpoint } from "../mimo/endpoints.ts";
import { currentModels, describeModel, isChatModel, MODELS, type Model, successorOf } from "../mimo/models.ts";
import type { Target } from "./target.ts";

/** How long a list counts, in milliseconds, and how long the lack of one. */
const LIST_AGE_MS = 60 * 60 * 1000;
const LACK_AGE_MS = 60 * 1000;
/** More than two addresses take that do not answer. */
const LIST_TIMEOUT_MS = 25_000;

interface Live {
  readonly at: number;
  readonly models: readonly string[] | undefined;
  readonly simulated: boolean;
}

export interface ListRequest {
  readonly endpoint: Endpoint;
  readonly key: string | undefined;
  readonly signal: AbortSignal;
}

export interface LiveSource {
  readonly list: (request: ListRequest) => Promise<readonly string[]>;
  /** Told when an endpoint has no list to give. */
  readonly lacking: (endpoint: Endpoint, error: unknown) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What the endpoints say they serve, by endpoint and key. Where one does not say, the bundled table is in force. */
export class LiveModels {
  readonly #source: LiveSource;
  readonly #live = new Map<string, Live>();
  readonly #asking = new Map<string, Promise<void>>();

  constructor(source: LiveSource) {
    this.#source = source;
  }

  /** Asks the target unless it was asked lately. True when there is something to show that was not there before. */
  async ask(target: Target): Promise<boolean> {
    if (target.state !== "ready" || this.#isFresh(target)) return false;
    const place = placeOf(target);
    const asking = this.#asking.get(place) ?? this.#ask(place, target).finally(() => this.#asking.delete(place));
    this.#asking.set(place, asking);
    await asking;
    return true;
  }

  /** The same for a target that was asked before, some time ago: nothing is asked for the first time by this. */
  async renew(target: Target): Promise<boolean> {
    return this.#of(target) ? this.ask(target) : false;
  }

  /** Models to choose from: the endpoint's own, those of the table first; the table where it has no list. */
  models(target: Target | undefined): readonly Model[] {
    const listed = this.#listed(target);
    if (listed.length === 0) return currentModels(new Date(this.#source.now()));
    const order = (id: string) => {
      const place = MODELS.findIndex((model) => model.id === id);
      return place < 0 ? MODELS.length : place;
    };
    return listed.toSorted((a, b) => order(a) - order(b)).map(describeModel);
  }

  /** The model to ask for in place of this one: a retired one, or one the endpoint no longer lists, has a successor. */
  serving(model: string, target: Target | undefined): string {
    const live = this.#of(target)?.models ?? [];
    if (live.includes(model)) return model;
    return successorOf(model, new Date(this.#source.now()), live) ?? model;
  }

  simulated(target: Target | undefined): boolean {
    return this.#of(target)?.simulated === true;
  }

  #listed(target: Target | undefined): readonly string[] {
    return this.#of(target)?.models?.filter(isChatModel) ?? [];
  }

  #of(target: Target | undefined): Live | undefined {
    return target?.state === "ready" ? this.#live.get(placeOf(target)) : undefined;
  }

  #isFresh(target: Target): boolean {
    const live = this.#of(target);
    return live !== undefined && this.#source.now() - live.at < (live.models ? LIST_AGE_MS : LACK_AGE_MS);
  }

  async #ask(place: string, { endpoint, key }: Target & { state: "ready" }): Promise<void> {
    const signal = AbortSignal.timeout(LIST_TIMEOUT_MS);
    const [models, simulated] = await Promise.all([
      this.#listOrNot({ endpoint, key: key?.key, signal }),
      endpoint.loopback ? isSimulator(endpoint, signal) : false,
    ]);
    // A list that was there stays in force when it cannot be renewed.
    this.#live.set(place, { at: this.#source.now(), models: models ?? this.#live.get(place)?.models, simulated });
  }

  async #listOrNot(request: ListRequest): Promise<readonly string[] | undefined> {
    try {
      return await this.#source.list(request);
    } catch (error) {
      this.#source.lacking(request.endpoint, error);
      return undefined;
    }
  }
}

function placeOf({ endpoint, key }: Target & { state: "ready" }): string {
  return `${endpoint.baseUrl} ${key?.id ?? ""} ${key?.version ?? ""}`;
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
