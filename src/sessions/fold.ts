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
  /** The last request's model, and the tokens that its cache holds. */
  readonly last: { readonly model: string; readonly prompt: number } | undefined;
}

export const INTERRUPTED =
  "Stopped: the session ended before this call finished. Its effects are unknown; check before you repeat it.";

/** Folds a session's records into the history to send. undefined when the file has no head to go on from. */
export function foldSession(records: readonly SessionRecord[]): FoldedSession | undefined {
  const head = records.find((record) => record.type === "session");
  if (!head) return undefined;
  const messages: Message[] = [];
  let turn = 0;
  let last: FoldedSession["last"];
  for (const record of records) {
    if (record.type === "message") push(messages, record.message);
    else if (record.type === "cut") cut(messages, record);
    else if (record.type === "event") turn = Math.max(turn, record.event.turn);
    else if (record.type === "usage" && record.purpose === "agent") last = lastOf(record);
  }
  const repairs = openCalls(messages).map(
    (call): ToolMessage => ({ role: "tool", tool_call_id: call.id, content: INTERRUPTED }),
  );
  messages.push(...repairs);
  return { head, messages, repairs, turn, last };
}

function lastOf({ model, usage }: SessionRecord & { type: "usage" }): FoldedSession["last"] {
  return { model, prompt: usage.prompt + usage.output };
}

/** A cut of what is not there is passed over; what one leaves behind is made valid like anything else. */
function cut(messages: Message[], { from, to, replacement }: SessionRecord & { type: "cut" }): void {
  if (from < 0 || to < from || to > messages.length) return;
  messages.splice(from, to - from, ...replacement);
  for (const message of messages.splice(0)) push(messages, message);
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
