import { randomUUID } from "node:crypto";
import type { ImagePart, Outgoing } from "../agent/message.ts";
import type { QueuedView } from "../protocol/view.ts";

export interface QueuedMessage {
  readonly id: string;
  readonly message: Outgoing;
}

/** Where the queue survives a window that is closed or killed. Called with everything that waits, in order. */
export type KeepQueue = (messages: readonly QueuedMessage[]) => void;

/**
 * Messages that were typed while a task runs, oldest first. One that was taken out is kept until the chat has it: a
 * window that is killed between the two loses nothing.
 */
export class MessageQueue {
  readonly #keep: KeepQueue;
  #waiting: QueuedMessage[] = [];
  #taken: QueuedMessage | undefined;

  constructor(keep: KeepQueue) {
    this.#keep = keep;
  }

  get view(): readonly QueuedView[] {
    return this.#waiting.map(({ id, message }) => ({ id, text: message.text, images: message.images.length }));
  }

  add(message: Outgoing): void {
    this.#set([...this.#waiting, { id: randomUUID(), message }]);
  }

  /** The oldest one, taken out. The chat has the one before it. */
  take(): Outgoing | undefined {
    const [first, ...rest] = this.#waiting;
    if (!first) return undefined;
    this.#taken = first;
    this.#set(rest);
    return first.message;
  }

  /** A message that did not have to wait: it is taken all the same, so that it can be put back. */
  carry(message: Outgoing): void {
    this.#taken = { id: randomUUID(), message };
  }

  /** The chat has what was taken last. */
  heard(): void {
    if (!this.#taken) return;
    this.#taken = undefined;
    this.#keep(this.kept);
  }

  /** What was taken last did not come to the chat: it waits again, before the others. */
  putBack(): void {
    const taken = this.#taken;
    if (!taken) return;
    this.#taken = undefined;
    this.#set([taken, ...this.#waiting]);
  }

  /** All that a window after this one has to know. */
  get kept(): readonly QueuedMessage[] {
    return this.#taken ? [this.#taken, ...this.#waiting] : this.#waiting;
  }

  remove(id: string): void {
    this.#set(this.#waiting.filter((queued) => queued.id !== id));
  }

  /** Those of another chat, as they were kept. */
  load(messages: readonly QueuedMessage[]): void {
    this.#taken = undefined;
    this.#waiting = [...messages];
  }

  #set(messages: QueuedMessage[]): void {
    this.#waiting = messages;
    this.#keep(this.kept);
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
