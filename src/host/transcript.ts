import type { ViewEvent } from "../protocol/view.ts";

/** Live output kept of one call, in characters: its end. The call's result holds what the model got. */
const OUTPUT_KEPT = 100_000;

/** Appends an event; text that goes on where the last event ended is joined to it. Order is never changed. */
export function joinEvent(events: ViewEvent[], event: ViewEvent): void {
  const last = events.at(-1);
  if (last?.type === "reasoning_delta" || last?.type === "content_delta") {
    if (event.type === last.type && event.turn === last.turn) {
      events[events.length - 1] = { ...last, text: last.text + event.text };
      return;
    }
  } else if (last?.type === "tool_output" && event.type === "tool_output" && event.id === last.id) {
    const text = last.text + event.text;
    events[events.length - 1] = { ...last, text: text.length > OUTPUT_KEPT * 2 ? text.slice(-OUTPUT_KEPT) : text };
    return;
  }
  events.push(event);
}

/** What a view that opens now is drawn from: every event of the chat, with deltas joined. */
export class Transcript {
  #events: ViewEvent[] = [];

  get events(): readonly ViewEvent[] {
    return this.#events;
  }

  push(event: ViewEvent): void {
    joinEvent(this.#events, event);
  }

  reset(events: readonly ViewEvent[]): void {
    this.#events = [];
    for (const event of events) this.push(event);
  }
}
