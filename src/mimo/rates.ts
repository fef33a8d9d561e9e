import type { Usage } from "../agent/message.ts";
import { describeModel } from "./models.ts";

/** Token Plan credits a token. */
export interface Rate {
  readonly hit: number;
  readonly miss: number;
  readonly output: number;
}

/** Since 2026-05-27 00:00 Beijing; from the platform's Token Plan page, V2.6 from field reports (October 2026). */
const RATES: Readonly<Record<"pro" | "flash", Rate>> = {
  pro: { hit: 2.5, miss: 300, output: 600 },
  flash: { hit: 2, miss: 100, output: 200 },
};

/** 00:00 to 08:00 in Beijing (16:00 to 24:00 UTC) costs this share of the rate. */
const OFF_PEAK_FACTOR = 0.8;

export function rateOf(model: string): Rate {
  return RATES[describeModel(model).family];
}

export function isOffPeak(at: Date): boolean {
  return at.getUTCHours() >= 16;
}

/** Credits of one request made at a moment. */
export function creditsOf(model: string, usage: Usage, at: Date): number {
  const rate = rateOf(model);
  const full =
    usage.cached * rate.hit + Math.max(0, usage.prompt - usage.cached) * rate.miss + usage.output * rate.output;
  return isOffPeak(at) ? full * OFF_PEAK_FACTOR : full;
}
