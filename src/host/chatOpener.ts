import { sessionFailure } from "../sessions/errors.ts";
import type { SessionRecord } from "../sessions/format.ts";
import { type Log, messageOf } from "./log.ts";
import type { ChatPlace, ChatWorld, OpenChat } from "./openChat.ts";
import type { SessionFolder } from "./sessions.ts";

/** A window that closes has about five seconds to write the end of its task. */
const RESUME_WAIT_MS = 6_000;
/** Beside another window a chat in use is hardly ever one's own, and an empty panel is not worth the wait. */
const SECOND_WAIT_MS = 1_500;
const RESUME_POLL_MS = 100;

export interface OpenerParts {
  readonly sessions: SessionFolder;
  readonly log: Log;
  readonly world: () => ChatWorld;
  /** Of a session that begins here. */
  readonly model: () => string;
}

/** What the disk refused of a chat that was open. */
export interface Unsaved {
  readonly path: string;
  readonly unwritten: readonly SessionRecord[];
}

/** Opens chats from their files, and begins new ones. */
export class ChatOpener {
  readonly #parts: OpenerParts;

  constructor(parts: OpenerParts) {
    this.#parts = parts;
  }

  /** Throws SessionError. */
  async begin(): Promise<OpenChat> {
    return this.#at({ path: await this.#parts.sessions.create(), missing: "create" });
  }

  /** Goes on with a chat. Throws SessionError. */
  async at(path: string): Promise<OpenChat> {
    return this.#at({ path, missing: "refuse" });
  }

  /** The same for one whose last records the disk refused: they are written before anything else. */
  async withUnwritten(unsaved: Unsaved): Promise<OpenChat> {
    return this.#at({ ...unsaved, missing: "create" });
  }

  async #at(place: Omit<ChatPlace, "model">): Promise<OpenChat> {
    // Loaded when it is first needed: the platform's client has no place in the start of the window.
    const { openChat } = await import("./deferred.ts");
    return openChat(this.#parts.world(), { ...place, model: this.#parts.model() });
  }

  /**
   * The latest of the chats that were left open and that no window holds. A window that is reloaded may still be writing
   * the end of its own, so they are tried for a while; one that cannot be read is told of and passed over. undefined when
   * none was left open.
   */
  async latest(): Promise<OpenChat | undefined> {
    const paths = await this.#parts.sessions.open();
    const until = Date.now() + (this.#parts.sessions.isSecond ? SECOND_WAIT_MS : RESUME_WAIT_MS);
    const left = new Set(paths);
    while (left.size > 0) {
      for (const path of left) {
        try {
          return await this.at(path);
        } catch (error) {
          const isInUse = sessionFailure(error) === "in_use";
          if (isInUse && Date.now() < until) continue;
          if (!isInUse) await this.#parts.sessions.close(path);
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
