import { type Message, openCalls, type ToolMessage } from "../agent/message.ts";
import type { SessionHead, SessionRecord } from "./format.ts";

export interface FoldedSession {
  readonly head: SessionHead;
  /** What is sent after the system prompt: messages with cuts applied, every call answered. */
  readonly messages: readonly Message[];
  /** The tail of `messages` that was missing in the file: the caller appends it there before anything else. */
  readonly repairs: readonly ToolMessage[];
  /** Ordinal of the last request. */
  readonly turn: number;
}

export const INTERRUPTED =
  "Stopped: the session ended before this call finished. Its effects are unknown; check before you repeat it.";

/** Folds a session's records into the history to send. undefined when the file has no head to go on from. */
export function foldSession(records: readonly SessionRecord[]): FoldedSession | undefined {
  const head = records.find((record) => record.type === "session");
  if (!head) return undefined;
  const messages: Message[] = [];
  let turn = 0;
  for (const record of records) {
    if (record.type === "message") push(messages, record.message);
    else if (record.type === "cut") messages.splice(record.from, record.to - record.from, ...record.replacement);
    else if (record.type === "event") turn = Math.max(turn, record.event.turn);
  }
  const repairs = openCalls(messages).map(
    (call): ToolMessage => ({ role: "tool", tool_call_id: call.id, content: INTERRUPTED }),
  );
  messages.push(...repairs);
  return { head, messages, repairs, turn };
}

/** Keeps the history valid when a line in the middle was lost: results of calls that are not open are dropped, calls
 * that the next message leaves open are answered. */
function push(messages: Message[], message: Message): void {
  const open = openCalls(messages);
  if (message.role === "tool") {
    if (open.some((call) => call.id === message.tool_call_id)) messages.push(message);
    return;
  }
  for (const call of open) messages.push({ role: "tool", tool_call_id: call.id, content: INTERRUPTED });
  messages.push(message);
}
