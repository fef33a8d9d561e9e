import type { AgentEvent } from "../../../src/agent/events.ts";

/** Events as lines to compare. */
export function brief(events: readonly AgentEvent[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case "reasoning_delta":
      case "content_delta":
        return `${event.turn} ${event.type} ${event.text}`;
      case "tool_call":
        return `${event.turn} tool_call ${event.id} ${event.name}`;
      case "tool_result":
        return `${event.turn} tool_result ${event.id} ${event.status} ${event.text}`;
      case "approval":
        return `${event.turn} approval ${event.id} ${event.callId}`;
      case "error":
        return [event.turn, "error", event.reason, event.detail, event.retryAt].filter(Boolean).join(" ");
      case "retry":
        return `${event.turn} retry ${event.attempt} ${event.reason} ${event.delayMs}`;
      case "end":
        return `${event.turn} end ${event.outcome}`;
      case "notice":
        return `${event.turn} notice ${event.reason}`;
      case "prefix_break":
        return `${event.turn} prefix_break ${event.reason} ${event.tokens}`;
      default:
        return `${event.turn} ${event.type}`;
    }
  });
}
