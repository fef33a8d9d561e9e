/** Keyboard rules that are worth a test of their own. */

export interface KeyLike {
  readonly key: string;
  readonly keyCode: number;
  readonly isComposing: boolean;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Safari and some input methods send the Enter that ends a composition after `compositionend`. No person is faster. */
const AFTER_COMPOSITION_MS = 50;

/** Tells an Enter that is meant from one that belongs to an input method. One for each text field. */
export class Composition {
  #open = false;
  #endedAt = Number.NEGATIVE_INFINITY;

  start(): void {
    this.#open = true;
  }

  /** `at`: the event's time stamp, in milliseconds. */
  end(at: number): void {
    this.#open = false;
    this.#endedAt = at;
  }

  owns(event: KeyLike, at: number): boolean {
    // 229: the key was handled by an input method, also where isComposing is not set.
    return this.#open || event.isComposing || event.keyCode === 229 || at - this.#endedAt < AFTER_COMPOSITION_MS;
  }
}

export function sends(event: KeyLike): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.altKey;
}

export type Shortcut = "accept" | "reject" | "modes";

/** Ctrl or Command with a key, without other modifiers. */
export function shortcutOf(event: KeyLike): Shortcut | undefined {
  if (event.ctrlKey === event.metaKey || event.shiftKey || event.altKey) return undefined;
  switch (event.key) {
    case "Enter":
      return "accept";
    case "Backspace":
      return "reject";
    case ".":
      return "modes";
    default:
      return undefined;
  }
}
