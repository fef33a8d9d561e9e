import type { AgentEvent } from "../agent/events.ts";

/** What the log keeps of an event: figures and reasons, never what was said. */
export function logLine(event: AgentEvent): string | undefined {
  switch (event.type) {
    case "usage": {
      const { turn, prompt, cached, output, credits } = event;
      return `turn ${turn}: ${prompt} tokens in (${cached} from cache), ${output} out, ${Math.round(credits)} credits`;
    }
    case "retry":
      return `turn ${event.turn}: retry ${event.attempt} after ${event.delayMs} ms (${event.reason})`;
    case "prefix_break":
      return `turn ${event.turn}: prefix break (${event.reason}), ${event.tokens} tokens`;
    case "tool_result":
      return `turn ${event.turn}: call ${event.id} ${event.status}`;
    case "notice":
      return `turn ${event.turn}: ${event.reason}`;
    default:
      return undefined;
  }
}
