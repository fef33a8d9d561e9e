import { randomUUID } from "node:crypto";
import type { ImagePart, Outgoing } from "../agent/message.ts";
import type { QueuedView } from "../protocol/view.ts";

export interface QueuedMessage {
  readonly id: string;
  readonly message: Outgoing;
}

/** Where the queue survives a window that is closed or killed. Called with everything that waits, in order. */
export type KeepQueue = (messages: readonly QueuedMessage[]) => void;

/** Messages that were typed while a task runs, oldest first. */
export class MessageQueue {
  readonly #keep: KeepQueue;
  #waiting: QueuedMessage[] = [];

  constructor(keep: KeepQueue) {
    this.#keep = keep;
  }

  get view(): readonly QueuedView[] {
    return this.#waiting.map(({ id, message }) => ({ id, text: message.text, images: message.images.length }));
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(message: Outgoing): void {
    this.#set([...this.#waiting, { id: randomUUID(), message }]);
  }

  /** The oldest one, taken out. */
  take(): Outgoing | undefined {
    const [first, ...rest] = this.#waiting;
    if (first) this.#set(rest);
    return first?.message;
  }

  remove(id: string): void {
    this.#set(this.#waiting.filter((queued) => queued.id !== id));
  }

  /** Those of another chat, as they were kept. */
  load(messages: readonly QueuedMessage[]): void {
    this.#waiting = [...messages];
  }

  #set(messages: QueuedMessage[]): void {
    this.#waiting = messages;
    this.#keep(messages);
  }
}

/** Reads what `KeepQueue` kept. What cannot be read is passed over. */
export function readQueue(value: unknown): QueuedMessage[] {
  return Array.isArray(value) ? value.filter(isQueued) : [];
}

function isQueued(value: unknown): value is QueuedMessage {
  if (!isRecord(value) || typeof value.id !== "string" || !isRecord(value.message)) return false;
  const { text, images } = value.message;
  return typeof text === "string" && Array.isArray(images) && images.every(isImage);
}

function isImage(value: unknown): value is ImagePart {
  return (
    isRecord(value) &&
    value.type === "image_url" &&
    isRecord(value.image_url) &&
    typeof value.image_url.url === "string"
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
