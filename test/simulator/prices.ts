import type { Currency } from "./accountSpec.ts";
import { speechKind } from "./models.ts";
import type { TokenUsage } from "./tokens.ts";

/** Kept apart from the extension's own tables: one mistake must not hide another. All since 2026-05-27. */
interface Rate {
  readonly hit: number;
  readonly miss: number;
  readonly output: number;
}

/** Credits a token. */
const CREDITS: Readonly<Record<Family, Rate>> = {
  pro: { hit: 2.5, miss: 300, output: 600 },
  flash: { hit: 2, miss: 100, output: 200 },
};
const CREDITS_AN_HOUR_HEARD = 30_000_000;

/** Money per million tokens, per search, per hour of audio heard. */
const MONEY: Readonly<Record<Currency, Readonly<Record<Family, Rate>> & { search: number; hour: number }>> = {
  CNY: {
    pro: { hit: 0.025, miss: 3, output: 6 },
    flash: { hit: 0.02, miss: 1, output: 2 },
    search: 0.025,
    hour: 0.5,
  },
  USD: {
    pro: { hit: 0.0036, miss: 0.435, output: 0.87 },
    flash: { hit: 0.0028, miss: 0.14, output: 0.28 },
    search: 0.005,
    hour: 0.074,
  },
};

type Family = "pro" | "flash";

/** 00:00 to 08:00 in Beijing. */
const OFF_PEAK = { fromUtcHour: 16, factor: 0.8 } as const;

/** What one answer used. */
export interface Charge {
  readonly model: string;
  readonly usage: TokenUsage;
  /** Of audio that was heard; counted to the second. */
  readonly seconds: number;
}

/** At the full rate. Speech synthesis is free for a limited time. */
export function creditsOf({ model, usage, seconds }: Charge): number {
  switch (speechKind(model)) {
    case "synthesis":
      return 0;
    case "recognition":
      return (Math.ceil(seconds) / 3600) * CREDITS_AN_HOUR_HEARD;
    case undefined:
      return priced(CREDITS[family(model)], usage);
  }
}

export function offPeakFactor(at: Date): number {
  return at.getUTCHours() >= OFF_PEAK.fromUtcHour ? OFF_PEAK.factor : 1;
}

/** Without the searches, which a plan pays in money too. */
export function moneyOf({ model, usage, seconds }: Charge, currency: Currency): number {
  const prices = MONEY[currency];
  switch (speechKind(model)) {
    case "synthesis":
      return 0;
    case "recognition":
      return (Math.ceil(seconds) / 3600) * prices.hour;
    case undefined:
      return priced(prices[family(model)], usage) / 1_000_000;
  }
}

export function searchMoney(usage: TokenUsage, currency: Currency): number {
  return (usage.web_search_usage?.tool_usage ?? 0) * MONEY[currency].search;
}

function priced(rate: Rate, usage: TokenUsage): number {
  const cached = usage.prompt_tokens_details.cached_tokens;
  return cached * rate.hit + (usage.prompt_tokens - cached) * rate.miss + usage.completion_tokens * rate.output;
}

function family(model: string): Family {
  return /-pro$/.test(model) ? "pro" : "flash";
}
