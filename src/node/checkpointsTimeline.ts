import type { FileStep } from "./changeRecorder.ts";
import type { JournalRecord, RecordedChange } from "./checkpointsJournal.ts";
import { fileRef, type State, sameState } from "./checkpointsState.ts";
import type { Checkpoint, Uncovered, Undoable } from "./checkpointsTypes.ts";

/** A path that was touched since a moment. */
export interface Touched {
  /** How it was then. */
  readonly first: State;
  /** How it was left; several where a restore was cut short and nobody knows how far it came. */
  readonly last: readonly State[];
  /** Between two steps somebody else has changed it, and no restore has taken that away since. */
  readonly isBroken: boolean;
}

type Restore = Extract<JournalRecord, { type: "restore" }>;

/** What the journal says. Pure. */
export class Timeline {
  readonly #records: JournalRecord[];

  constructor(records: readonly JournalRecord[]) {
    this.#records = [...records];
  }

  add(records: readonly JournalRecord[]): void {
    for (const record of records) this.#records.push(record);
  }

  checkpoints(): readonly Checkpoint[] {
    return this.#marks().map(({ message, at }) => ({ message, at }));
  }

  /** Everything that was touched since before a message, by its path. */
  touchedSince(message: number): ReadonlyMap<string, Touched> {
    const from = this.#marks().find((mark) => mark.message === message)?.index;
    const touched = new Map<string, Touched>();
    if (from === undefined) return touched;
    for (let i = from; i < this.#records.length; i++) {
      const record = this.#records[i];
      if (record?.type === "step") addStep(touched, record);
      if (record?.type === "restore") this.#addRestore(touched, record);
    }
    return touched;
  }

  /** What commands may have changed unnoticed since before a message. */
  uncoveredSince(message: number): readonly Uncovered[] {
    const from = this.#marks().find((mark) => mark.message === message)?.index ?? this.#records.length;
    const parts = this.#records.slice(from).flatMap((record) => (record.type === "uncovered" ? record.parts : []));
    return [...new Map(parts.map((part) => [part.path, part])).values()];
  }

  stepsOf(callId: string): FileStep[] {
    return this.#records.flatMap((record) =>
      record.type === "step" && record.call === callId ? fileSteps([record], { callId, by: record.by }) : [],
    );
  }

  /** The restore that was the last thing to happen, with what it has changed. */
  undoable(): (Undoable & { readonly id: string; readonly items: readonly RecordedChange[] }) | undefined {
    const last = this.#records.findLast(({ type }) => type !== "restored");
    if (last?.type !== "restore") return undefined;
    const missing = this.#missingOf(last);
    const items = last.items.filter(({ path }) => !missing?.has(path));
    const files = items.filter(({ before, after }) => isShown(before) || isShown(after)).length;
    if (items.length === 0) return undefined;
    const { id, message, undoes } = last;
    return { id, message, items, files, interrupted: missing === undefined, isUndo: undoes !== undefined };
  }

  #addRestore(touched: Map<string, Touched>, record: Restore): void {
    const missing = this.#missingOf(record);
    for (const { path, before, after } of record.items) {
      if (missing?.has(path)) continue;
      const first = touched.get(path);
      const last = missing ? [after] : [before, after];
      touched.set(path, { first: first ? first.first : before, last, isBroken: false });
    }
  }

  /** undefined: it was never finished. */
  #missingOf({ id }: Restore): ReadonlySet<string> | undefined {
    for (const record of this.#records) {
      if (record.type === "restored" && record.id === id) return new Set(record.missing.map(({ path }) => path));
    }
    return undefined;
  }

  /** A message with an ordinal that was there before replaces it and all later ones. */
  #marks() {
    const marks: { readonly message: number; readonly at: string; readonly index: number }[] = [];
    for (const [index, record] of this.#records.entries()) {
      if (record.type !== "message") continue;
      while ((marks.at(-1)?.message ?? 0) >= record.message) marks.pop();
      marks.push({ message: record.message, at: record.at, index });
    }
    return marks;
  }
}

function addStep(touched: Map<string, Touched>, { path, before, after }: RecordedChange): void {
  const known = touched.get(path);
  const isGap = known !== undefined && !known.last.some((state) => sameState(state, before));
  touched.set(path, {
    first: known ? known.first : before,
    last: [after],
    isBroken: (known?.isBroken ?? false) || isGap,
  });
}

function isShown(state: State): boolean {
  return state !== undefined && state.kind !== "folder";
}

/** As those who show changes see them: files only. What is not kept, or a link, is none of theirs. */
export function fileSteps(
  changes: readonly RecordedChange[],
  { callId, by }: Pick<FileStep, "callId" | "by">,
): FileStep[] {
  return changes
    .filter(({ before, after }) => before?.kind !== "unkept" && after?.kind !== "unkept")
    .map(({ path, before, after }) => {
      const step = { path, before: fileRef(before), after: fileRef(after), callId, by };
      const isRun = before?.kind === "file" && after === undefined && (before.mode & 0o111) !== 0;
      return isRun ? { ...step, mode: before.mode } : step;
    })
    .filter(({ before, after }) => before !== after);
}
