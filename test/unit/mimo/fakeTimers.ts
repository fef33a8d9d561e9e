import type { Timers } from "../../../src/mimo/watchdog.ts";

/** A clock that moves by hand. */
export class FakeTimers implements Timers {
  #now = 0;
  readonly #due = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const entry = { at: this.#now + ms, run };
    this.#due.add(entry);
    return () => void this.#due.delete(entry);
  }

  /** Armed and not yet run. */
  get pending(): number {
    return this.#due.size;
  }

  /** Runs what comes due on the way, then lets the promises behind it settle. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#due].sort((one, other) => one.at - other.at)[0];
      if (!next || next.at > end) break;
      this.#now = Math.max(this.#now, next.at);
      this.#due.delete(next);
      next.run();
    }
    this.#now = end;
    await settled();
  }

  /** Time that passes while the process does nothing: all that came due runs late, together. */
  async sleep(ms: number): Promise<void> {
    this.#now += ms;
    await this.advance(0);
  }
}

/** After what is queued has run, promises that wait for each other included. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 20; round++) await new Promise<void>((resolve) => setImmediate(resolve));
}
