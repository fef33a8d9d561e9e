/** Preloaded into a process to let it run on the next day. */
const DAY_MS = 86_400_000;
const now = Date.now;

globalThis.Date = class extends Date {
  constructor(...args: [] | [number | string | Date]) {
    super(...((args.length === 0 ? [now() + DAY_MS] : args) as [number]));
  }

  static override now(): number {
    return now() + DAY_MS;
  }
} as DateConstructor;
