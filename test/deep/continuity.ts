import type { AgentEvent } from "../../src/agent/events.ts";
import type { ChatRequest } from "../../src/agent/ports.ts";
import { REWIND_UNDONE, REWOUND } from "../../src/sessions/rewind.ts";

/** Breaks that change what stands in the history; the others change who reads it. */
const REWRITES: ReadonlySet<string> = new Set(["text_repair", "images_removed"]);

/** The user goes back to before a message, or forward again: the campaign itself holds what is sent then. */
const REWINDS: ReadonlySet<string> = new Set([REWOUND, REWIND_UNDONE]);

interface Sent {
  readonly cache: string;
  readonly messages: readonly string[];
}

/** Holds the requests of one conversation, over all its reloads, against the promise that each continues the last. */
export class Continuity {
  readonly problems: string[] = [];
  #last: Sent | undefined;
  /** Of the last request that was charged: its cache is what the next one is served from. */
  #charged: string | undefined;
  #rewritten = false;
  #switched = false;
  requests = 0;

  request(request: ChatRequest): void {
    this.requests++;
    const messages = request.messages.map((message) => JSON.stringify(message));
    const cache = JSON.stringify([request.model, request.webSearch === true, request.tools]);
    const last = this.#last;
    if (last && !this.#rewritten && !last.messages.every((message, i) => message === messages[i])) {
      const at = last.messages.findIndex((message, i) => message !== messages[i]);
      this.problems.push(`message ${at} changed: ${last.messages[at]} -> ${messages[at]}`.slice(0, 600));
    }
    if (this.#charged !== undefined && this.#charged !== cache && !this.#switched) {
      this.problems.push("another cache without a word");
    }
    this.#rewritten = false;
    this.#last = { cache, messages };
  }

  event(event: AgentEvent): void {
    if (event.type === "prefix_break") {
      if (REWRITES.has(event.reason)) this.#rewritten = true;
      else this.#switched = true;
    }
    if (event.type === "notice" && REWINDS.has(event.reason)) this.#rewritten = true;
    if (event.type === "usage") {
      this.#charged = this.#last?.cache;
      this.#switched = false;
    }
  }
}
