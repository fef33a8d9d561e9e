import { userText } from "../agent/context.ts";
import type { AgentEvent, ToolStatus } from "../agent/events.ts";
import type { UserMessage } from "../agent/message.ts";
import { INTERRUPTED } from "./fold.ts";
import type { SessionRecord } from "./format.ts";
import { REWIND_UNDONE, REWOUND } from "./rewind.ts";
import { turnsOf } from "./turns.ts";

/** An image of a message: what names it, not the picture. `bytes` of the decoded file. */
export interface ReplayImage {
  readonly mime: string;
  readonly bytes: number;
}

/** What a transcript is drawn from: the agent's events, and the user's words. */
export type ReplayEvent =
  | AgentEvent
  | {
      readonly type: "user";
      readonly at: string;
      readonly turn: number;
      readonly text: string;
      /** The model that answered, where one did. */
      readonly model?: string;
      readonly images?: readonly ReplayImage[];
      /** Its ordinal among the session's messages of the user, from 1. */
      readonly message?: number;
    };

export interface ReplayOptions {
  /** How a model is called for people; its id when left out. */
  readonly modelName?: (id: string) => string;
}

/**
 * The events that a live chat would have shown, made again from a stored session; deltas arrive joined. The turn's
 * usage follows its answer, a call's status comes from its kept `tool_result` event.
 */
export function replayEvents(records: readonly SessionRecord[], options: ReplayOptions = {}): ReplayEvent[] {
  return new Replay(records, options).run();
}

class Replay {
  readonly #records: readonly SessionRecord[];
  readonly #options: ReplayOptions;
  readonly #turns: ReadonlyMap<SessionRecord, number>;
  readonly #statuses: ReadonlyMap<string, ToolStatus>;
  readonly #events: ReplayEvent[] = [];
  /** Where in `#events` the messages stand that no model has answered yet. */
  #unanswered: number[] = [];
  /** Where in `#events` each message of the user stands, by its ordinal less one. */
  #places: number[] = [];
  /** What the last rewind took out. */
  #taken: readonly ReplayEvent[] = [];
  #turn = 0;
  #running = false;
  /** Whether a user's message may come into the running task here: one that waited goes in once calls are answered. */
  #takesMessages = false;

  constructor(records: readonly SessionRecord[], options: ReplayOptions) {
    this.#records = records;
    this.#options = options;
    this.#turns = turnsOf(records).of;
    this.#statuses = statusesOf(records);
  }

  run(): ReplayEvent[] {
    for (const record of this.#records) {
      if (record.type === "event") this.#event(record.event);
      else if (record.type === "message") this.#message(record);
      else if (record.type === "usage" && record.purpose === "agent") this.#answered(record.model);
    }
    if (this.#running) this.#stop(this.#records.at(-1)?.at ?? "");
    return this.#events;
  }

  #event(event: AgentEvent): void {
    this.#turn = Math.max(this.#turn, event.turn);
    if (event.type === "end") this.#ended();
    if (event.type === "notice" && this.#rewind(event)) return;
    // Results are drawn from their messages; the questions of an old run can no longer be answered.
    if (event.type !== "tool_result" && event.type !== "approval") this.#events.push(event);
  }

  /** What was taken back is not shown. True when the event was about that. */
  #rewind({ reason, ordinal = 0 }: AgentEvent & { type: "notice" }): boolean {
    if (reason === REWOUND) {
      this.#taken = this.#events.splice(this.#places[ordinal - 1] ?? this.#events.length);
      this.#ended();
    } else if (reason === REWIND_UNDONE) {
      this.#events.push(...this.#taken);
      this.#taken = [];
    } else return false;
    return true;
  }

  #message(record: SessionRecord & { type: "message" }): void {
    const { at, message } = record;
    if (message.role === "user") this.#user(at, message);
    else if (message.role === "assistant") {
      const turn = this.#turns.get(record) ?? this.#turn + 1;
      this.#turn = Math.max(this.#turn, turn);
      this.#takesMessages = false;
      if (message.reasoning_content)
        this.#events.push({ type: "reasoning_delta", at, turn, text: message.reasoning_content });
      if (message.content) this.#events.push({ type: "content_delta", at, turn, text: message.content });
      for (const call of message.tool_calls ?? []) {
        this.#events.push({ type: "tool_call", at, turn, id: call.id, ...call.function });
      }
    } else if (message.role === "tool") {
      const id = message.tool_call_id;
      const status = this.#statuses.get(id) ?? "stopped";
      this.#events.push({ type: "tool_result", at, turn: this.#turn, id, status, text: message.content });
      // A call that was answered on load belongs to a task that a kill ended.
      this.#takesMessages = message.content !== INTERRUPTED;
    }
  }

  #user(at: string, message: UserMessage): void {
    if (this.#running && !this.#takesMessages) this.#stop(at);
    this.#running = true;
    const images = imagesOf(message);
    this.#unanswered.push(this.#events.length);
    this.#places.push(this.#events.length);
    this.#events.push({
      type: "user",
      at,
      turn: this.#turn,
      text: userText(message),
      message: this.#places.length,
      ...(images.length === 0 ? {} : { images }),
    });
  }

  #answered(id: string): void {
    const { modelName = (id) => id } = this.#options;
    for (const index of this.#unanswered) {
      const event = this.#events[index];
      if (event?.type === "user") this.#events[index] = { ...event, model: modelName(id) };
    }
    this.#unanswered = [];
  }

  #stop(at: string): void {
    this.#events.push({ type: "end", at, turn: this.#turn, outcome: "stopped" });
    this.#ended();
  }

  #ended(): void {
    this.#running = false;
    this.#takesMessages = false;
    this.#unanswered = [];
  }
}

function statusesOf(records: readonly SessionRecord[]): ReadonlyMap<string, ToolStatus> {
  const statuses = new Map<string, ToolStatus>();
  for (const record of records) {
    if (record.type === "event" && record.event.type === "tool_result")
      statuses.set(record.event.id, record.event.status);
  }
  return statuses;
}

function imagesOf({ content }: UserMessage): ReplayImage[] {
  if (typeof content === "string") return [];
  return content.flatMap((part) => (part.type === "image_url" ? imageOf(part.image_url.url) : []));
}

function imageOf(url: string): ReplayImage {
  const mime = /^data:([^;,]*)/.exec(url.slice(0, 200))?.[1] ?? "";
  const data = url.length - url.indexOf(",") - 1;
  const padding = url.endsWith("==") ? 2 : url.endsWith("=") ? 1 : 0;
  return { mime, bytes: Math.max(0, Math.floor((data * 3) / 4) - padding) };
}
