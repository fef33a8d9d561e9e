import { type Log, messageOf } from "./log.ts";
import type { ChatWorld, OpenChat } from "./openChat.ts";
import type { SessionFolder } from "./sessions.ts";

/** A window that closes has about five seconds to write the end of its task. */
const RESUME_WAIT_MS = 6_000;
const RESUME_POLL_MS = 100;

export interface OpenerParts {
  readonly sessions: SessionFolder;
  readonly log: Log;
  readonly world: () => ChatWorld;
  /** Of a session that begins here. */
  readonly model: () => string;
}

/** Opens chats from their files, and begins new ones. */
export class ChatOpener {
  readonly #parts: OpenerParts;

  constructor(parts: OpenerParts) {
    this.#parts = parts;
  }

  async begin(): Promise<OpenChat> {
    return this.at(await this.#parts.sessions.create());
  }

  /** Throws ChatInUse, SessionTooNew, or what the disk says. */
  async at(path: string): Promise<OpenChat> {
    // Loaded when it is first needed: the platform's client has no place in the start of the window.
    const { openChat } = await import("./deferred.ts");
    return openChat(this.#parts.world(), { path, model: this.#parts.model() });
  }

  /**
   * The latest of the chats that were left open and that no window holds. A window that is reloaded may still be writing
   * the end of its own, so they are tried for a while; one that cannot be read is told of and passed over. undefined when
   * none was left open.
   */
  async latest(): Promise<OpenChat | undefined> {
    const paths = await this.#parts.sessions.open();
    const until = Date.now() + RESUME_WAIT_MS;
    const left = new Set(paths);
    while (left.size > 0) {
      for (const path of left) {
        try {
          return await this.at(path);
        } catch (error) {
          if (isInUse(error) && Date.now() < until) continue;
          if (!isInUse(error)) await this.#parts.sessions.close(path);
          left.delete(path);
          if (left.size === 0) throw error;
          this.#parts.log.warn(`a chat could not be opened: ${messageOf(error)}`);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, RESUME_POLL_MS));
    }
    return undefined;
  }
}

/** Another window has this chat open. */
export function isInUse(error: unknown): boolean {
  return error instanceof Error && error.name === "ChatInUse";
}
