/** A stretch of a list by time. `days` counts back from today, by the calendar of this place. */
export interface Day<T> {
  readonly days: number;
  /** Noon of that day: names it in words. */
  readonly noon: Date;
  readonly items: readonly T[];
}

/** Groups what is sorted by time, latest first. A time in the future, from a clock that was wrong, counts as today. */
export function byDay<T>(items: readonly T[], timeOf: (item: T) => Date, now: Date): Day<T>[] {
  const groups: { readonly days: number; readonly noon: Date; readonly items: T[] }[] = [];
  const today = noonOf(now);
  for (const item of items) {
    const own = noonOf(timeOf(item));
    const noon = own < today ? own : today;
    // Days of 23 and 25 hours: from noon to noon it rounds to whole ones.
    const days = Math.round((today.getTime() - noon.getTime()) / 86_400_000);
    const last = groups.at(-1);
    if (last?.days === days) last.items.push(item);
    else groups.push({ days, noon, items: [item] });
  }
  return groups;
}

function noonOf(time: Date): Date {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate(), 12);
}
