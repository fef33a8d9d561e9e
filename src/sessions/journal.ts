import type { AgentEvent } from "../agent/events.ts";
import type { Journal } from "../agent/logbook.ts";
import type { Clock } from "../agent/ports.ts";
import type { SessionRecord } from "./format.ts";

/** Turns what the chat reports into session records. Deltas and live output are not kept: messages hold the text. */
export function journalTo(append: (record: SessionRecord) => void, clock: Clock): Journal {
  const at = () => clock.now().toISOString();
  return {
    message: (message) => append({ type: "message", at: at(), message }),
    cut: ({ replacement, ...where }) => append({ type: "cut", at: at(), ...where, replacement: [...replacement] }),
    usage: (usage) => append({ type: "usage", at: at(), ...usage }),
    event: (event) => {
      if (isKept(event)) append({ type: "event", at: event.at, event });
    },
  };
}

function isKept(event: AgentEvent): boolean {
  switch (event.type) {
    case "tool_call":
    case "tool_output":
      return false;
    // Deltas reach the journal only as the text of an answer that was cut: no message holds that.
    default:
      return true;
  }
}
