import type { AgentEvent, AgentEventBody } from "../../../src/agent/events.ts";
import type { Message, UserContent } from "../../../src/agent/message.ts";
import type { SessionHead, SessionRecord } from "../../../src/sessions/format.ts";

/** Records of sessions, short to write. All of one moment. */
export const at = "2026-11-21T10:00:00.000Z";

export const head: SessionHead = {
  v: 1,
  type: "session",
  id: "s",
  at,
  workspace: ["/w"],
  model: "mimo-v2.6-pro",
  system: "system",
  tools: [],
};

export const message = (m: Message): SessionRecord => ({ type: "message", at, message: m });
export const user = (content: UserContent) => message({ role: "user", content });
export const answer = (content: string) => message({ role: "assistant", content });
export const tool = (id: string, content = id) => message({ role: "tool", tool_call_id: id, content });

export const calls = (...ids: string[]) =>
  message({
    role: "assistant",
    content: "",
    reasoning_content: "think",
    tool_calls: ids.map((id) => ({ id, type: "function", function: { name: "look", arguments: "{}" } })),
  });

export const event = (turn: number, body: AgentEventBody): SessionRecord => ({
  type: "event",
  at,
  event: { at, turn, ...body } as AgentEvent,
});

export const usage = (model: string, prompt = 10): SessionRecord => ({
  type: "usage",
  at,
  purpose: "agent",
  model,
  usage: { prompt, cached: 0, output: 5, reasoning: 0 },
  credits: 3,
});

/** The usage record and event of one answer. */
export const counted = (turn: number, model = "mimo-v2.6-pro"): SessionRecord[] => [
  usage(model),
  event(turn, { type: "usage", prompt: 10, cached: 0, output: 5, reasoning: 0, credits: 3 }),
];

export const end = (turn: number, outcome: "done" | "stopped" | "failed" = "done") =>
  event(turn, { type: "end", outcome });

export function linesOf(...records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
