import type { Message, UserMessage } from "../agent/message.ts";
import { foldSession } from "./fold.ts";
import type { SessionRecord } from "./format.ts";

/** What was sent before one of the user's messages, and that message. */
export interface RewindPoint {
  readonly messages: readonly Message[];
  readonly message: UserMessage;
}

/** How many messages the user has sent in this session, those that were taken back among them: the last one's ordinal. */
export function userMessages(records: readonly SessionRecord[]): number {
  return records.reduce((count, record) => count + (isUser(record) ? 1 : 0), 0);
}

/** The history as it was before the user's message `ordinal` (from 1). undefined when there is no such message. */
export function rewindPoint(records: readonly SessionRecord[], ordinal: number): RewindPoint | undefined {
  let count = 0;
  for (const [index, record] of records.entries()) {
    if (!isUser(record) || ++count < ordinal) continue;
    const messages = foldSession(records.slice(0, index))?.messages ?? [];
    return { messages, message: record.message };
  }
  return undefined;
}

/** The last rewind, when nothing was said since: the history before it, and the ordinal it went back to. */
export function lastRewind(
  records: readonly SessionRecord[],
): { readonly messages: readonly Message[]; readonly ordinal: number } | undefined {
  for (let index = records.length - 1; index >= 0; index--) {
    const record = records[index];
    if (!record || isUser(record)) return undefined;
    if (record.type !== "event" || record.event.type !== "notice") continue;
    const { reason, ordinal } = record.event;
    if (reason === REWIND_UNDONE) return undefined;
    if (reason !== REWOUND || ordinal === undefined) continue;
    const cut = records.findLastIndex((each, i) => i < index && each.type === "cut" && each.by === REWOUND);
    // A rewind to where the history already stood cuts nothing.
    const messages = foldSession(records.slice(0, cut < 0 ? index : cut))?.messages ?? [];
    return { messages, ordinal };
  }
  return undefined;
}

/** Reasons of the notices, and of the cuts before them. */
export const REWOUND = "rewound";
export const REWIND_UNDONE = "rewind_undone";

type UserRecord = SessionRecord & { readonly type: "message"; readonly message: UserMessage };

function isUser(record: SessionRecord): record is UserRecord {
  return record.type === "message" && record.message.role === "user";
}
