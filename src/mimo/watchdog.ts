import { AgentError } from "../agent/errors.ts";

/** The time, and being called later; a port so that tests need not wait. */
export interface Timers {
  /** Milliseconds of a clock that never steps. */
  now(): number;
  /** Runs once after that many milliseconds, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
}

export const realTimers: Timers = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export interface Patience {
  /** Milliseconds without a sign of life. */
  readonly idleMs: number;
  /** Milliseconds without data while only comments come. */
  readonly commentIdleMs: number;
}

/** A timer that fires so much too late was held up with the whole process: what arrived meanwhile lies there unread. */
const HELD_UP_MS = 1_000;

/**
 * Counts how long a server lets us wait. Time counts only while something is waited for, so that a reader who takes
 * their time with what has come is never held against the server.
 */
export class Watchdog {
  readonly #timers: Timers;
  #patience: Patience;
  #sinceData = 0;
  #sinceSign = 0;

  constructor(patience: Patience, timers: Timers) {
    this.#patience = patience;
    this.#timers = timers;
  }

  /** Of the server: data, or at least a comment that it is still at work. */
  heard(sign: "data" | "comment"): void {
    this.#sinceSign = 0;
    if (sign === "data") this.#sinceData = 0;
  }

  /** From here on at most that long, comments or not. */
  hurry(ms: number): void {
    const idleMs = Math.min(ms, this.#patience.idleMs);
    this.#patience = { idleMs, commentIdleMs: idleMs };
  }

  /** The work's own outcome, or AgentError "stalled" when it takes too long. */
  wait<T>(work: Promise<T>): Promise<T> {
    const timers = this.#timers;
    const started = timers.now();
    return new Promise<T>((resolve, reject) => {
      let disarm = (): void => {};
      const arm = (ms: number): void => {
        const due = timers.now() + ms;
        disarm = timers.after(ms, () => {
          if (timers.now() - due > HELD_UP_MS) arm(HELD_UP_MS);
          else reject(this.#stalled());
        });
      };
      const settle = (): void => {
        disarm();
        const waited = timers.now() - started;
        this.#sinceData += waited;
        this.#sinceSign += waited;
      };
      arm(this.#left());
      work.then(
        (value) => {
          settle();
          resolve(value);
        },
        (error: unknown) => {
          settle();
          reject(error);
        },
      );
    });
  }

  #left(): number {
    const { idleMs, commentIdleMs } = this.#patience;
    const left = Math.min(idleMs - this.#sinceSign, Math.max(commentIdleMs, idleMs) - this.#sinceData);
    return Math.max(1, left);
  }

  #stalled(): AgentError {
    const { idleMs, commentIdleMs } = this.#patience;
    const onlyComments = this.#sinceData > this.#sinceSign;
    const seconds = Math.round((onlyComments ? Math.max(commentIdleMs, idleMs) : idleMs) / 1_000);
    return new AgentError("stalled", `The platform sent nothing for ${seconds} s.`);
  }
}
