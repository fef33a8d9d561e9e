import * as z from "zod";

/**
 * How the time to wait is told: a number of seconds; `{"date": seconds}` or "date:seconds" for an HTTP date that far
 * ahead ("date" alone: two seconds); "none"; any other text goes out as it stands, also when it makes no sense.
 */
export const RetryAfter = z.union([z.number(), z.string(), z.strictObject({ date: z.number() })]);
export type RetryAfter = z.output<typeof RetryAfter>;

const DEFAULT_AHEAD_SECONDS = 2;

/** HTTP dates have whole seconds: the moment is rounded up, never before the time that was asked for. */
export function retryAfterHeaders(value: RetryAfter | undefined, now: Date): Readonly<Record<string, string>> {
  if (value === undefined || value === "none") return {};
  if (typeof value === "object") return { "retry-after": dateIn(value.date, now) };
  const date = /^date(?::(-?\d+))?$/.exec(String(value));
  if (date) return { "retry-after": dateIn(Number(date[1] ?? DEFAULT_AHEAD_SECONDS), now) };
  return { "retry-after": String(value) };
}

function dateIn(seconds: number, now: Date): string {
  return new Date(Math.ceil(now.getTime() / 1000 + seconds) * 1000).toUTCString();
}
