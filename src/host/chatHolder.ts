import { ChatOpener, type OpenerParts, type Unsaved } from "./chatOpener.ts";
import type { OpenChat } from "./openChat.ts";

/** The chat that a window has open, if it has one: its file is held and written to by nobody else meanwhile. */
export class ChatHolder {
  readonly #opener: ChatOpener;
  readonly #taken: (open: OpenChat) => void;
  #open: OpenChat | undefined;
  /** The chat that is shown, when it was closed because the disk refused. */
  #unsaved: Unsaved | undefined;

  /** `taken` is told of every chat that is opened, before anything is done with it. */
  constructor(parts: OpenerParts & { readonly taken: (open: OpenChat) => void }) {
    this.#opener = new ChatOpener(parts);
    this.#taken = parts.taken;
  }

  get open(): OpenChat | undefined {
    return this.#open;
  }

  /** The file of the chat that is shown. */
  get path(): string | undefined {
    return this.#open?.path ?? this.#unsaved?.path;
  }

  /** The ordinal of the user's next message; nothing where that is not known. */
  get next(): { readonly message?: number } {
    if (this.#open) return { message: this.#open.sent + 1 };
    return this.#unsaved ? {} : { message: 1 };
  }

  /** The chat that this window, or the one before it, had open last. undefined when there is none. */
  latest(): Promise<OpenChat | undefined> {
    return this.#opener.latest();
  }

  /** Opens another one, which is not held yet. Throws SessionError. */
  at(path: string): Promise<OpenChat> {
    return this.#opener.at(path);
  }

  /** Holds a chat in place of the one that was closed. */
  take(open: OpenChat): void {
    this.#unsaved = undefined;
    this.#open = open;
    this.#taken(open);
  }

  /** The open chat; a new one, or the one that was closed because the disk refused, when there is none. */
  async ensure(): Promise<OpenChat> {
    if (this.#open) return this.#open;
    const open = this.#unsaved ? await this.#opener.withUnwritten(this.#unsaved) : await this.#opener.begin();
    this.take(open);
    return open;
  }

  /** Lets go of the chat, and keeps what the disk refused for when it is opened again. */
  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (!open) return;
    const unwritten = await open.close();
    this.#unsaved = { path: open.path, unwritten };
  }

  /** Nothing of the chat stays in this window. */
  async leave(): Promise<void> {
    // What the disk refused may find room by now; after this nobody remembers it.
    if (!this.#open && this.#unsaved?.unwritten.length) await this.ensure().catch(() => {});
    await this.close();
    this.#unsaved = undefined;
  }
}
