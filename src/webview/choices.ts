import { type Signal, signal } from "@preact/signals";
import type { FileChange } from "../agent/ports.ts";

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
  skipped.clear();
}

const skipped = new Map<string, Signal<ReadonlySet<number>>>();

/** Hunks of a question's change that the user does not want. */
export function skippedHunks(questionId: string): Signal<ReadonlySet<number>> {
  const known = skipped.get(questionId);
  if (known) return known;
  const made = signal<ReadonlySet<number>>(new Set());
  skipped.set(questionId, made);
  return made;
}

export function toggleHunk(questionId: string, index: number): void {
  const hunks = skippedHunks(questionId);
  const next = new Set(hunks.value);
  if (!next.delete(index)) next.add(index);
  hunks.value = next;
}

/** As many as an answer can name. */
const MOST_HUNKS = 1_000;

export function isSelectable({ selectable, hunks }: FileChange): boolean {
  return selectable === true && hunks.length > 1 && hunks.length <= MOST_HUNKS;
}

/** Indices of the hunks that the user wants; undefined when that is all of them, or they cannot be chosen. */
export function takenHunks(questionId: string, change: FileChange): readonly number[] | undefined {
  const without = skippedHunks(questionId).value;
  if (without.size === 0 || !isSelectable(change)) return undefined;
  return change.hunks.flatMap((_, index) => (without.has(index) ? [] : [index]));
}

const wanted = new Set<string>();

/** Whether this is the first time that a call's change is wanted, since the host told the chat. */
export function wantOnce(callId: string): boolean {
  if (wanted.has(callId)) return false;
  wanted.add(callId);
  return true;
}

export function forgetWanted(): void {
  wanted.clear();
}
