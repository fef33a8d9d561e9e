import type { AgentEvent, AgentEventBody } from "./events.ts";
import type { Message, Usage } from "./message.ts";
import type { Clock } from "./ports.ts";

/** A stretch of the history that is sent as something else from here on. Indices count from after the system prompt. */
export interface Cut {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Why: a word for whoever reads the session. */
  readonly by: string;
  readonly replacement: readonly Message[];
}

/** Where what happened is kept. Called before the next step begins, in order. */
export interface Journal {
  message(message: Message): void;
  cut(cut: Cut): void;
  usage(usage: {
    readonly purpose: string;
    readonly model: string;
    readonly usage: Usage;
    readonly credits: number;
    /** The platform's web search was offered: its place in the tool list belongs to the cached prefix. */
    readonly webSearch?: true;
  }): void;
  event(event: AgentEvent): void;
}

export interface LogbookParts {
  readonly journal: Journal;
  readonly emit: (event: AgentEvent) => void;
  readonly clock: Clock;
}

/** The history as it is sent, what happened beside it, and the one way in which both are written down. */
export class Logbook {
  readonly #parts: LogbookParts;
  readonly #messages: Message[];
  #turn: number;

  constructor(parts: LogbookParts, start: { readonly messages: readonly Message[]; readonly turn: number }) {
    this.#parts = parts;
    this.#messages = [...start.messages];
    this.#turn = start.turn;
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** From here on events belong to the next turn. */
  beginTurn(): void {
    this.#turn++;
  }

  append(message: Message): void {
    // The file first: what it refuses must not be sent either.
    this.#parts.journal.message(message);
    this.#messages.push(message);
  }

  cut(cut: Cut): void {
    this.#parts.journal.cut(cut);
    this.#messages.splice(cut.from, cut.to - cut.from, ...cut.replacement);
  }

  /** Kept and shown. */
  tell(body: AgentEventBody): void {
    const event = this.#stamp(body);
    this.#parts.journal.event(event);
    this.#parts.emit(event);
  }

  /** For the faces only: messages hold it already, or nobody needs it later. */
  show(body: AgentEventBody): void {
    this.#parts.emit(this.#stamp(body));
  }

  /** For the session only: the faces have seen it while it came. */
  keep(body: AgentEventBody): void {
    this.#parts.journal.event(this.#stamp(body));
  }

  usage(usage: Parameters<Journal["usage"]>[0]): void {
    this.#parts.journal.usage(usage);
  }

  #stamp(body: AgentEventBody): AgentEvent {
    const { type, ...rest } = body;
    return { type, at: this.#parts.clock.now().toISOString(), turn: this.#turn, ...rest } as AgentEvent;
  }
}
