import type { SessionRecord } from "./format.ts";

export interface Turns {
  /** Ordinal of the request that each assistant message answers; keys are the records. */
  readonly of: ReadonlyMap<SessionRecord, number>;
  /** The highest ordinal that the session has used. */
  readonly last: number;
}

/** Events that follow an answer within its own turn. */
const AFTER: ReadonlySet<string> = new Set(["usage", "tool_result", "approval", "end"]);
/** Events that a request has before its answer comes. */
const BEFORE: ReadonlySet<string> = new Set(["prefix_break", "retry"]);

/** Messages carry no ordinal: it is read from the events around them, and counted on where a kill left none. */
export function turnsOf(records: readonly SessionRecord[]): Turns {
  const of = new Map<SessionRecord, number>();
  let last = 0;
  let begun = 0;
  for (const [index, record] of records.entries()) {
    if (record.type === "event") {
      last = Math.max(last, record.event.turn);
      if (BEFORE.has(record.event.type)) begun = record.event.turn;
    } else if (isAnswer(record)) {
      const turn = turnAfter(records, index) ?? (begun > 0 ? begun : last + 1);
      of.set(record, turn);
      last = Math.max(last, turn);
      begun = 0;
    }
  }
  return { of, last };
}

function turnAfter(records: readonly SessionRecord[], index: number): number | undefined {
  for (let i = index + 1; i < records.length; i++) {
    const record = records[i];
    if (record?.type === "event" && AFTER.has(record.event.type)) return record.event.turn;
    if (record?.type === "message" && record.message.role !== "tool") return undefined;
  }
  return undefined;
}

function isAnswer(record: SessionRecord): boolean {
  return record.type === "message" && record.message.role === "assistant";
}
