import type { AgentEvent } from "../agent/events.ts";

const KEPT = 20;

export interface LastError {
  readonly at: string;
  readonly reason: string;
  readonly message: string;
}

/** The newest failures of this window, for a report that the user asks for. In memory only. */
export class LastErrors {
  #errors: LastError[] = [];

  get list(): readonly LastError[] {
    return this.#errors;
  }

  event(event: AgentEvent): void {
    if (event.type === "error") this.#add({ at: event.at, reason: event.reason, message: event.message });
    if (event.type === "retry") {
      this.#add({ at: event.at, reason: event.reason, message: `retry ${event.attempt} after ${event.delayMs} ms` });
    }
  }

  #add(error: LastError): void {
    this.#errors = [...this.#errors, error].slice(-KEPT);
  }
}
