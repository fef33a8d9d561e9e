import { userText } from "../agent/context.ts";
import type { AgentEvent, ToolStatus } from "../agent/events.ts";
import type { SessionRecord } from "./format.ts";

/** What a transcript is drawn from: the agent's events, and the user's words. */
export type ReplayEvent =
  | AgentEvent
  | { readonly type: "user"; readonly at: string; readonly turn: number; readonly text: string };

/**
 * The events that a live chat would have shown, made again from a stored session; deltas arrive joined. The turn's
 * usage follows its answer, a call's status comes from its kept `tool_result` event.
 */
export function replayEvents(records: readonly SessionRecord[]): ReplayEvent[] {
  const events: ReplayEvent[] = [];
  const statuses = new Map<string, ToolStatus>();
  for (const record of records) {
    if (record.type === "event" && record.event.type === "tool_result")
      statuses.set(record.event.id, record.event.status);
  }
  let turn = 0;
  let running = false;
  for (const record of records) {
    if (record.type === "event") {
      turn = Math.max(turn, record.event.turn);
      if (record.event.type === "end") running = false;
      // Results are drawn from their messages; the questions of an old run can no longer be answered.
      if (record.event.type !== "tool_result" && record.event.type !== "approval") events.push(record.event);
      continue;
    }
    if (record.type !== "message") continue;
    const { at, message } = record;
    if (message.role === "user") {
      if (running) events.push({ type: "end", at, turn, outcome: "stopped" });
      running = true;
      events.push({ type: "user", at, turn, text: userText(message) });
    } else if (message.role === "assistant") {
      turn += 1;
      if (message.reasoning_content)
        events.push({ type: "reasoning_delta", at, turn, text: message.reasoning_content });
      if (message.content) events.push({ type: "content_delta", at, turn, text: message.content });
      for (const call of message.tool_calls ?? []) {
        events.push({ type: "tool_call", at, turn, id: call.id, ...call.function });
      }
    } else if (message.role === "tool") {
      const status = statuses.get(message.tool_call_id) ?? "stopped";
      events.push({ type: "tool_result", at, turn, id: message.tool_call_id, status, text: message.content });
    }
  }
  if (running) events.push({ type: "end", at: records.at(-1)?.at ?? "", turn, outcome: "stopped" });
  return events;
}
