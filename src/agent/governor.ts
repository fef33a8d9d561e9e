import type { ToolStatus } from "./events.ts";
import type { WireToolCall } from "./message.ts";
import type { AnyTool } from "./tool.ts";

/** Calls of one answer that run. Up to 120 in one answer have been seen (field reports, October 2026). */
export const MAX_CALLS = 16;
/** The same call in a row, with nothing in between that worked. */
const SAME_IN_A_ROW = 2;
/** The same call among the last ones, with nothing in between that changed anything. */
const SAME_AMONG = 3;
const AMONG = 16;
/** A tool that waits for something is asked the same again for good reasons, though not for ever. */
const POLLS_IN_A_ROW = 30;
const REMEMBERED = 40;
/** Turns in a row of nothing but repeats. */
const MAX_REFUSED_TURNS = 8;

/** Whether a call runs, or how it is answered without. */
export type Ruling =
  | { readonly kind: "run" }
  | { readonly kind: "answer"; readonly status: ToolStatus; readonly text: string };

export interface Rulings {
  /** By the call's id. A call without one runs. */
  readonly of: ReadonlyMap<string, Ruling>;
  /** There were more calls than run in one turn. */
  readonly flood: boolean;
}

interface Seen {
  readonly key: string;
  readonly readOnly: boolean;
  readonly polls: boolean;
  /** undefined while its result is not known. */
  worked: boolean | undefined;
}

export const RUN: Ruling = { kind: "run" };

/**
 * Keeps a model from flooding a turn with calls and from making the same call for ever (13 and 295 times have been
 * seen). One a chat; a message of the user begins anew. Every call is answered, with why where it was not run.
 */
export class Governor {
  readonly #tools: readonly AnyTool[];
  #recent: Seen[] = [];
  #running = new Map<string, Seen>();
  #refusedTurns = 0;

  constructor(tools: readonly AnyTool[]) {
    this.#tools = tools;
  }

  /** The user has spoken: what was repeated before may be wanted again. */
  reset(): void {
    this.#recent = [];
    this.#refusedTurns = 0;
  }

  /** The model does nothing else than repeat calls that are not run. */
  get isStuck(): boolean {
    return this.#refusedTurns >= MAX_REFUSED_TURNS;
  }

  /** Judges the calls of one answer, in order. */
  judge(calls: readonly WireToolCall[]): Rulings {
    const rulings = new Map<string, Ruling>();
    const first = new Map<string, string>();
    this.#running = new Map();
    let run = 0;
    let flood = false;
    let repeats = 0;
    for (const call of calls) {
      const seen = this.#describe(call);
      const twin = seen.readOnly && !seen.polls ? first.get(seen.key) : undefined;
      if (twin !== undefined) rulings.set(call.id, answered("ok", `Same call as ${twin}: its result is there.`));
      else if (run >= MAX_CALLS) {
        flood = true;
        rulings.set(call.id, answered("error", FLOOD));
      } else if (this.#isRepeat(seen)) {
        repeats++;
        rulings.set(call.id, answered("error", REPEAT));
      } else {
        run++;
        rulings.set(call.id, RUN);
        // What was seen before something is done may look otherwise after it.
        if (!seen.readOnly) first.clear();
        first.set(seen.key, call.id);
        this.#running.set(call.id, seen);
        this.#recent = [...this.#recent, seen].slice(-REMEMBERED);
      }
    }
    this.#refusedTurns = run === 0 && repeats > 0 ? this.#refusedTurns + 1 : 0;
    return { of: rulings, flood };
  }

  /** How a call that ran has ended. */
  ended(callId: string, status: ToolStatus): void {
    const seen = this.#running.get(callId);
    if (seen) seen.worked = status === "ok";
  }

  #describe({ function: { name, arguments: raw } }: WireToolCall): Seen {
    const tool = this.#tools.find((other) => other.name === name);
    return {
      key: `${name}\n${canonical(raw)}`,
      readOnly: tool?.readOnly === true,
      polls: tool?.polls === true,
      worked: undefined,
    };
  }

  #isRepeat({ key, polls }: Seen): boolean {
    let inARow = 0;
    let among = 0;
    let between = false;
    for (const [distance, seen] of this.#recent.toReversed().entries()) {
      if (seen.key === key) {
        if (distance < AMONG) among++;
        if (!between) inARow++;
        continue;
      }
      if (seen.worked === false) continue;
      // Something else was done or waited for: the same call may well give another result after it.
      if (!seen.readOnly || seen.polls) break;
      between = true;
    }
    return polls ? inARow >= POLLS_IN_A_ROW : inARow >= SAME_IN_A_ROW || among >= SAME_AMONG;
  }
}

const FLOOD = `Not run: only the first ${MAX_CALLS} calls of one turn are run. Send the rest in the next turn, fewer at a time.`;
const REPEAT =
  "Not run: this very call was made before and nothing has changed since, so its result is the same as above. " +
  "Read that result, then do something else, or say what is in the way.";

function answered(status: ToolStatus, text: string): Ruling {
  return { kind: "answer", status, text };
}

/** The same arguments give the same text, however their fields are ordered and spaced. */
function canonical(raw: string): string {
  try {
    return JSON.stringify(sorted(JSON.parse(raw)));
  } catch {
    return raw;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([key, field]) => [key, sorted(field)]));
}
