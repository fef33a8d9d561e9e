import { insufficientBalance, quotaExhausted } from "./refusal.ts";
import type { AccountKind } from "./script.ts";
import type { TokenUsage } from "./tokens.ts";

/** Credits a token since 2026-05-27. Kept apart from the extension's own table: one mistake must not hide another. */
const RATES = {
  pro: { hit: 2.5, miss: 300, output: 600 },
  flash: { hit: 2, miss: 100, output: 200 },
} as const;

/** 00:00 to 08:00 in Beijing. */
const OFF_PEAK = { fromUtcHour: 16, factor: 0.8 } as const;

export interface AccountState {
  readonly kind: AccountKind;
  /** What may be spent; null without an end. */
  readonly credits: number | null;
  /** With the off-peak discount. */
  readonly spent: number;
  /** The same requests at the full rate: does not depend on the hour. */
  readonly spentAtFullRate: number;
  readonly requests: number;
  readonly prompt: number;
  readonly cached: number;
  readonly output: number;
}

export class Account {
  readonly #kind: AccountKind;
  readonly #credits: number | undefined;
  #spent = 0;
  #full = 0;
  #requests = 0;
  #prompt = 0;
  #cached = 0;
  #output = 0;

  constructor(kind: AccountKind, credits: number | undefined) {
    this.#kind = kind;
    this.#credits = credits;
  }

  /** Throws a Refusal when nothing is left. The request that crosses the line is still served. */
  checkFunds(): void {
    if (this.#credits === undefined || this.#spent < this.#credits) return;
    throw this.#kind === "payg" ? insufficientBalance() : quotaExhausted();
  }

  charge(model: string, usage: TokenUsage, at: Date): void {
    const rate = /-pro$/.test(model) ? RATES.pro : RATES.flash;
    const cached = usage.prompt_tokens_details.cached_tokens;
    const full = cached * rate.hit + (usage.prompt_tokens - cached) * rate.miss + usage.completion_tokens * rate.output;
    this.#full += full;
    this.#spent += at.getUTCHours() >= OFF_PEAK.fromUtcHour ? full * OFF_PEAK.factor : full;
    this.#requests++;
    this.#prompt += usage.prompt_tokens;
    this.#cached += cached;
    this.#output += usage.completion_tokens;
  }

  state(): AccountState {
    return {
      kind: this.#kind,
      credits: this.#credits ?? null,
      spent: this.#spent,
      spentAtFullRate: this.#full,
      requests: this.#requests,
      prompt: this.#prompt,
      cached: this.#cached,
      output: this.#output,
    };
  }
}
