import { setTimeout as wait } from "node:timers/promises";
import { StoppedError } from "../agent/errors.ts";
import type { Timer } from "../agent/ports.ts";

/** The longest that Node can wait at once; more would fire at once. */
const LONGEST_MS = 2_147_483_647;

export const timer: Timer = {
  async wait(ms, { signal }) {
    try {
      await wait(Math.min(Math.max(0, ms), LONGEST_MS), undefined, { signal });
    } catch {
      // Nothing but the signal ends it early.
      throw new StoppedError();
    }
  },
};
