import type { LimitsSpec } from "./accountSpec.ts";
import { tooManyRequests } from "./refusal.ts";
import { retryAfterHeaders } from "./retryAfter.ts";

const MINUTE_MS = 60_000;

interface Admitted {
  readonly at: number;
  tokens: number;
}

/** A request under way. */
export interface Admission {
  /** Once it is known what the request used. */
  used(tokens: number): void;
  /** When the last byte has left or the client has. */
  leave(): void;
}

/** The account's rate limits: requests and tokens in a sliding minute for each model, answers under way over all. */
export class Limits {
  readonly #spec: LimitsSpec;
  readonly #byModel = new Map<string, Admitted[]>();
  #underWay = 0;

  constructor(spec: LimitsSpec | undefined) {
    this.#spec = spec ?? {};
  }

  /** Throws a Refusal when there is no room. */
  enter(model: string, now: Date): Admission {
    const recent = this.#recent(model, now.getTime());
    const { requestsPerMinute, tokensPerMinute, concurrent } = this.#spec;
    if (concurrent !== undefined && this.#underWay >= concurrent) this.#refuse(1, now);
    if (requestsPerMinute !== undefined && recent.length >= requestsPerMinute) {
      this.#refuse(untilOut(recent[recent.length - requestsPerMinute], now), now);
    }
    const tokens = recent.reduce((sum, request) => sum + request.tokens, 0);
    if (tokensPerMinute !== undefined && tokens >= tokensPerMinute) {
      this.#refuse(untilOut(firstThatFrees(recent, tokens - tokensPerMinute), now), now);
    }
    const admitted: Admitted = { at: now.getTime(), tokens: 0 };
    recent.push(admitted);
    this.#underWay++;
    let gone = false;
    return {
      used: (count) => {
        admitted.tokens = count;
      },
      leave: () => {
        if (!gone) this.#underWay--;
        gone = true;
      },
    };
  }

  #recent(model: string, now: number): Admitted[] {
    const kept = (this.#byModel.get(model) ?? []).filter(({ at }) => now - at < MINUTE_MS);
    this.#byModel.set(model, kept);
    return kept;
  }

  #refuse(freeInSeconds: number, now: Date): never {
    const { retryAfter } = this.#spec;
    throw tooManyRequests(retryAfterHeaders(retryAfter === "auto" ? freeInSeconds : retryAfter, now));
  }
}

/** Whole seconds. */
function untilOut(request: Admitted | undefined, now: Date): number {
  return request === undefined ? 60 : Math.max(1, Math.ceil((request.at + MINUTE_MS - now.getTime()) / 1000));
}

function firstThatFrees(requests: readonly Admitted[], excess: number): Admitted | undefined {
  let left = excess;
  for (const request of requests) {
    left -= request.tokens;
    if (left < 0) return request;
  }
  return requests.at(-1);
}
