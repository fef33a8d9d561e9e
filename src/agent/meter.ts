import type { AgentEventBody } from "./events.ts";
import type { Message, Usage } from "./message.ts";

/** The last request that was answered: what a cache on the other side holds, and for whom. */
export interface LastRequest {
  readonly model: string;
  /** Tokens, with those of the answer: the next request begins with both. */
  readonly prompt: number;
  readonly webSearch?: boolean | undefined;
  readonly account?: string | undefined;
}

/** What decides which cache serves a request. */
export interface CacheKey {
  readonly model: string;
  readonly webSearch: boolean;
  /** An opaque id of the key. undefined where there is one key only. */
  readonly account: string | undefined;
}

export type PrefixBreak = Extract<AgentEventBody, { readonly type: "prefix_break" }>;

/** Credits of one request. */
export type Price = (model: string, usage: Usage, at: Date) => number;

/** What a chat has cost, what its cache holds, and what a break of the cached prefix costs. */
export class Meter {
  readonly #price: Price;
  readonly #now: () => Date;
  #last: LastRequest | undefined;
  #spent = 0;

  constructor(parts: { readonly price: Price; readonly now: () => Date; readonly last: LastRequest | undefined }) {
    this.#price = parts.price;
    this.#now = parts.now;
    this.#last = parts.last;
  }

  /** Credits since the task began. */
  get spent(): number {
    return this.#spent;
  }

  /** Tokens that switching the model or the key pays once more. */
  get cachedTokens(): number {
    return this.#last?.prompt ?? 0;
  }

  beginTask(): void {
    this.#spent = 0;
  }

  /** Returns the credits of a request that was answered, be it in part. */
  count(usage: Usage, key: CacheKey): number {
    const credits = this.#price(key.model, usage, this.#now());
    this.#spent += credits;
    this.#last = { ...key, prompt: usage.prompt + usage.output };
    return credits;
  }

  /** What sending to another cache than last time costs. Said once, also when the request fails and is sent again. */
  switchTo(key: CacheKey): PrefixBreak | undefined {
    const last = this.#last;
    if (!last) return undefined;
    this.#last = { ...key, account: key.account ?? last.account, prompt: last.prompt };
    const reason = switchOf(last, key);
    return reason === undefined ? undefined : this.#break(reason, key.model, last.prompt);
  }

  /** What it costs that the history changes from one message on: it is read anew from there. */
  changeFrom(
    from: number,
    history: { readonly messages: readonly Message[]; readonly head: number },
    reason: string,
  ): PrefixBreak {
    const tokens = Math.round(this.cachedTokens * (1 - shareBefore(from, history)));
    return this.#break(reason, this.#last?.model ?? "", tokens);
  }

  /** The history is cut off at one message: what stands before it is in the cache as ever. */
  rewound(from: number, history: { readonly messages: readonly Message[]; readonly head: number }): void {
    if (!this.#last) return;
    this.#last = { ...this.#last, prompt: Math.round(this.cachedTokens * shareBefore(from, history)) };
  }

  #break(reason: string, model: string, tokens: number): PrefixBreak {
    const usage: Usage = { prompt: tokens, cached: 0, output: 0, reasoning: 0 };
    return { type: "prefix_break", reason, tokens, credits: this.#price(model, usage, this.#now()) };
  }
}

/** One reason is enough: the whole window is missed once, whatever else has changed with it. */
function switchOf(last: LastRequest, key: CacheKey): string | undefined {
  if (last.model !== key.model) return "model_switch";
  if (last.account !== undefined && key.account !== undefined && last.account !== key.account) return "key_switch";
  return last.webSearch !== undefined && last.webSearch !== key.webSearch ? "web_search" : undefined;
}

/** How much of a history stands before one of its messages, from 0 to 1. */
function shareBefore(
  from: number,
  { messages, head }: { readonly messages: readonly Message[]; readonly head: number },
) {
  const sizes = messages.map(sizeOf);
  const all = sizes.reduce((sum, size) => sum + size, head);
  return sizes.slice(0, from).reduce((sum, size) => sum + size, head) / Math.max(1, all);
}

/** Characters, about. An image counts by its part alone: its bytes say nothing about its tokens. */
function sizeOf(message: Message): number {
  return JSON.stringify(message, (key, value) => (key === "image_url" ? "" : value)).length;
}
