import type { ModelView, PanelState } from "../protocol/view.ts";

/** From here on a switch is asked about before it happens. Credits. */
export const NOTICEABLE_CREDITS = 20_000_000;

export interface SwitchCost {
  readonly tokens: number;
  /** At the full rate; at night in Beijing it is less. */
  readonly credits: number;
}

/**
 * What the next request costs once, because nothing of the chat is in the cache of that model or key yet. undefined when
 * there is nothing to miss.
 */
export function switchCost(cachedTokens: number, to: Pick<ModelView, "rate"> | undefined): SwitchCost | undefined {
  if (cachedTokens <= 0 || !to) return undefined;
  return { tokens: cachedTokens, credits: cachedTokens * to.rate.miss };
}

export function keySwitchCost({ cachedTokens, models, model }: PanelState): SwitchCost | undefined {
  return switchCost(
    cachedTokens,
    models.find(({ id }) => id === model),
  );
}

const UNITS: readonly (readonly [number, string])[] = [
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "K"],
];
const CHINESE_UNITS: readonly (readonly [number, string])[] = [
  [1e8, " 亿"],
  [1e4, " 万"],
];

/** As in 950, 48K, 3.2M, 1.1B; in Chinese 4.8 万, 1.1 亿. `language` is VS Code's. */
export function compact(count: number, language: string): string {
  const units = language.startsWith("zh") ? CHINESE_UNITS : UNITS;
  // 999,950 is 1M, not 1000K.
  const [size, unit] = units.find(([least]) => count >= least * 0.9995) ?? [1, ""];
  const scaled = count / size;
  return `${scaled < 10 && size > 1 ? Math.round(scaled * 10) / 10 : Math.round(scaled)}${unit}`;
}
