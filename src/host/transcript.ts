import type { ImagePart } from "../agent/message.ts";
import type { ImageView, ViewEvent } from "../protocol/view.ts";

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

const TITLE_LENGTH = 60;

/** What a view that opens now is drawn from: every event of the chat, with deltas joined. */
export class Transcript {
  #events: ViewEvent[] = [];

  get events(): readonly ViewEvent[] {
    return this.#events;
  }

  /** The first line of the first message. */
  get title(): string {
    const first = this.#events.find((event) => event.type === "user");
    const line = first?.text.trim().split("\n", 1)[0] ?? "";
    return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1)}…` : line;
  }

  push(event: ViewEvent): void {
    joinEvent(this.#events, event);
  }

  reset(events: readonly ViewEvent[]): void {
    this.#events = [];
    for (const event of events) this.push(event);
  }
}

/** An image without its bytes: the view names it only. */
export function imageView({ image_url: { url } }: ImagePart): ImageView {
  const mime = /^data:([^;,]*)/.exec(url)?.[1] ?? "";
  return { mime, bytes: Math.floor(((url.length - url.indexOf(",") - 1) * 3) / 4) };
}
