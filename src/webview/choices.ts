import { type Signal, signal } from "@preact/signals";

/** What the user opened or closed, by item: it outlives a redraw of the transcript. */
const choices = new Map<string, Signal<boolean | undefined>>();

/** The user's choice for an item; undefined until there is one. */
export function openChoice(key: string): Signal<boolean | undefined> {
  const known = choices.get(key);
  if (known) return known;
  const made = signal<boolean | undefined>(undefined);
  choices.set(key, made);
  return made;
}

/** For another chat: its items have the same keys. */
export function forgetChoices(): void {
  choices.clear();
}
