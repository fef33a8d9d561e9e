const DAYS = "(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?";
const MONTHS = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
const TIME = "\\d{2}:\\d{2}:\\d{2}";
/** The three forms of an HTTP date. `Date.parse` alone would read a date into nearly anything. */
const HTTP_DATE = new RegExp(
  `^(?:${DAYS}, \\d{2} ${MONTHS} \\d{4} ${TIME} GMT` +
    `|${DAYS}, \\d{2}-${MONTHS}-\\d{2} ${TIME} GMT` +
    `|${DAYS} ${MONTHS} [ \\d]\\d ${TIME} \\d{4})$`,
);

/** Ten years: no shorter wait is touched, and a date can still be made of it. */
const LONGEST_MS = 10 * 365 * 86_400_000;

/**
 * For how many milliseconds the server asked not to be asked again; undefined when it did not say, or in no form that
 * means a time. A date is measured against the server's own clock where it sent one: the user's may be wrong.
 */
export function retryAfterMs(headers: Headers, now: Date): number | undefined {
  const exact = numberOf(headers.get("retry-after-ms"));
  if (exact !== undefined) return bounded(exact);
  const value = headers.get("retry-after");
  const seconds = numberOf(value);
  if (seconds !== undefined) return bounded(seconds * 1_000);
  const until = dateOf(value);
  if (until === undefined) return undefined;
  return bounded(until - (dateOf(headers.get("date")) ?? now.getTime()));
}

function numberOf(value: string | null): number | undefined {
  return value !== null && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

function dateOf(value: string | null): number | undefined {
  const text = value?.trim() ?? "";
  if (!HTTP_DATE.test(text)) return undefined;
  const at = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : at;
}

function bounded(ms: number): number {
  return Math.min(Math.max(0, Math.round(ms)), LONGEST_MS);
}
