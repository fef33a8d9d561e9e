import type { Chat } from "../agent/chat.ts";
import type { UserMessage } from "../agent/message.ts";
import type { Checkpoints, Restored } from "../node/checkpointsTypes.ts";
import type { SessionRecord } from "../sessions/format.ts";
import { lastRewind, REWIND_UNDONE, REWOUND, rewindPoint } from "../sessions/rewind.ts";

export type RestoreWhat = "files" | "chat" | "both";

/** The last thing that happened was this restore. */
export interface LastRestore {
  readonly what: RestoreWhat;
  /** How many files it changed. */
  readonly files: number;
}

export interface RestoreOutcome {
  /** The chat has another history. */
  readonly rewound: boolean;
  /** The message that is not part of the chat any more: its words may be wanted again. */
  readonly message: UserMessage | undefined;
  readonly files: Restored | undefined;
}

export interface RestoreParts {
  readonly chat: Pick<Chat, "rewind">;
  /** What stands in the session's file; grows. */
  readonly records: readonly SessionRecord[];
  readonly checkpoints: Checkpoints | undefined;
}

/** Brings one chat, its files or both back to before a message, and forward again. Not while a task runs. */
export class ChatRestore {
  readonly #parts: RestoreParts;
  #last: LastRestore | undefined;

  constructor(parts: RestoreParts) {
    this.#parts = parts;
  }

  /** What `undo` would take back. */
  get last(): LastRestore | undefined {
    return this.#last;
  }

  /** For a chat that was opened again: a restore just before it was closed can still be taken back. */
  async load(): Promise<void> {
    const found = await this.#parts.checkpoints?.undoable();
    // One that was taken back is over, unless the window was killed in the midst of that.
    const files = found?.isUndo && !found.interrupted ? undefined : found;
    const chat = lastRewind(this.#parts.records);
    if (files && chat && files.message === chat.ordinal) this.#last = { what: "both", files: files.files };
    else if (files) this.#last = { what: "files", files: files.files };
    else this.#last = chat && { what: "chat", files: 0 };
  }

  /** Something was said since. */
  forget(): void {
    this.#last = undefined;
  }

  /** Throws SessionError, and has changed nothing then, when the disk refuses. */
  async to(ordinal: number, what: RestoreWhat): Promise<RestoreOutcome> {
    const { chat, records, checkpoints } = this.#parts;
    const point = what === "files" ? undefined : rewindPoint(records, ordinal);
    // The files first: they may be refused.
    const files = what === "chat" ? undefined : await checkpoints?.restore(ordinal);
    if (point) chat.rewind(point.messages, { by: REWOUND, ordinal });
    this.#last = { what, files: files?.files ?? 0 };
    return { rewound: point !== undefined, message: point?.message, files };
  }

  async undo(): Promise<RestoreOutcome> {
    const last = this.#last;
    const { chat, records, checkpoints } = this.#parts;
    if (!last) return { rewound: false, message: undefined, files: undefined };
    const files = last.what === "chat" ? undefined : await checkpoints?.undoRestore();
    const rewind = last.what === "files" ? undefined : lastRewind(records);
    if (rewind) chat.rewind(rewind.messages, { by: REWIND_UNDONE, ordinal: rewind.ordinal });
    this.#last = undefined;
    return { rewound: rewind !== undefined, message: undefined, files };
  }
}
