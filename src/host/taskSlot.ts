interface Task {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** The one task that a chat may have running. */
export class TaskSlot {
  readonly #changed: () => void;
  #task: Task | undefined;

  /** `changed` is told when a task begins and when it is over. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get busy(): boolean {
    return this.#task !== undefined;
  }

  /** Resolves when the task is over. Not while another one runs. */
  async run(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    const done = work(controller.signal).finally(() => {
      this.#task = undefined;
      this.#changed();
    });
    this.#task = { controller, done };
    this.#changed();
    await done;
  }

  /** Ends what runs, and waits until it is over. */
  async stop(): Promise<void> {
    this.abort();
    await this.#task?.done;
  }

  /** Ends what runs, and waits for nothing. */
  abort(): void {
    this.#task?.controller.abort();
  }
}
