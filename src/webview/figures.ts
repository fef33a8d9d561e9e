import { isChinese, t } from "./l10n.ts";

/** Figures for people: three digits at the most, units as the language counts them. */

const ENGLISH: readonly (readonly [number, string])[] = [
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "K"],
];
const CHINESE: readonly (readonly [number, string])[] = [
  [1e8, "\u00a0亿"],
  [1e4, "\u00a0万"],
];

/** 4.2M, 4.62B; in Chinese 420 万, 46.2 亿. */
export function thin(value: number): string {
  const units = isChinese() ? CHINESE : ENGLISH;
  const found = units.findIndex(([size]) => value >= size);
  const unit = units[found];
  if (!unit) return String(Math.round(value));
  const [size, name] = unit;
  const digits = short(value / size);
  // 999,950 is 1M, not 1000K.
  const above = units[found - 1];
  if (above && Number(digits) >= above[0] / size) return `1${above[1]}`;
  return digits + name;
}

function short(value: number): string {
  const decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = value.toFixed(decimals);
  return decimals === 0 ? text : text.replace(/\.?0+$/, "");
}

/** Rounded down: what is not wholly cached never reads as 100 %. A little is not nothing: "<1 %". */
export function percent(part: number, whole: number): string {
  const share = whole <= 0 ? 0 : Math.min(100, Math.max(0, (part / whole) * 100));
  return `${share > 0 && share < 1 ? "<1" : Math.floor(share)}\u00a0%`;
}

export function seconds(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000));
  if (whole < 60) return t("{0} s", whole);
  return t("{0} min {1} s", Math.floor(whole / 60), whole % 60);
}

/** How long a command took: tenths below ten seconds. Nothing takes no time at all. */
export function briefly(ms: number): string {
  if (ms >= 10_000 || ms < 0) return seconds(ms);
  if (ms < 100) return t("{0} s", "<0.1");
  return t("{0} s", (ms / 1000).toFixed(1));
}

export function credits(value: number): string {
  return t("{0} credits", thin(value));
}

export function between(from: string, to: string | undefined): number {
  return to === undefined ? 0 : Math.max(0, Date.parse(to) - Date.parse(from));
}

/** 120 KB, 4.8 MB. */
export function fileSize(bytes: number): string {
  if (bytes < 999_500) return `${Math.max(1, Math.round(bytes / 1000))}\u00a0KB`;
  return `${short(bytes / 1_000_000)}\u00a0MB`;
}

/** The time of day here, with the date when that is another day than `now`'s. */
export function timeOfDay(iso: string, now: Date): string {
  const at = new Date(iso);
  const otherDay = at.toDateString() !== now.toDateString();
  return new Intl.DateTimeFormat(isChinese() ? "zh-CN" : "en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    ...(otherDay ? ({ month: "short", day: "numeric" } as const) : {}),
  }).format(at);
}
