import type { AccountKind, AccountSpec, Currency } from "./accountSpec.ts";
import { type Charge, creditsOf, moneyOf, offPeakFactor, searchMoney } from "./prices.ts";
import { insufficientBalance, quotaExhausted } from "./refusal.ts";

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
  /** Money that the account began with; null without an end. */
  readonly balance: number | null;
  readonly currency: Currency;
  /** Money: all of it for pay as you go, only the searches for a plan. */
  readonly cost: number;
  readonly searches: number;
}

export class Account {
  readonly #kind: AccountKind;
  readonly #credits: number | undefined;
  readonly #balance: number | undefined;
  readonly #currency: Currency;
  #spent = 0;
  #full = 0;
  #cost = 0;
  #requests = 0;
  #prompt = 0;
  #cached = 0;
  #output = 0;
  #searches = 0;

  constructor(kind: AccountKind, spec: AccountSpec | undefined) {
    this.#kind = kind;
    this.#credits = spec?.credits;
    this.#balance = spec?.balance;
    this.#currency = spec?.currency ?? "CNY";
  }

  /** Throws a Refusal when nothing is left. The request that crosses the line is still served. */
  checkFunds(): void {
    const outOfCredits = this.#credits !== undefined && this.#spent >= this.#credits;
    const outOfMoney = this.#kind !== "plan" && this.#balance !== undefined && this.#cost >= this.#balance;
    if (!outOfCredits && !outOfMoney) return;
    throw this.#kind === "payg" || outOfMoney ? insufficientBalance() : quotaExhausted();
  }

  charge(charge: Charge, at: Date): void {
    const { usage } = charge;
    const full = creditsOf(charge);
    this.#full += full;
    this.#spent += full * offPeakFactor(at);
    this.#cost += searchMoney(usage, this.#currency);
    if (this.#kind !== "plan") this.#cost += moneyOf(charge, this.#currency);
    this.#requests++;
    this.#prompt += usage.prompt_tokens;
    this.#cached += usage.prompt_tokens_details.cached_tokens;
    this.#output += usage.completion_tokens;
    this.#searches += usage.web_search_usage?.tool_usage ?? 0;
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
      balance: this.#balance ?? null,
      currency: this.#currency,
      cost: this.#cost,
      searches: this.#searches,
    };
  }
}
