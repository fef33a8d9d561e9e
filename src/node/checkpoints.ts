import { randomUUID } from "node:crypto";
import { dirname, sep } from "node:path";
import type { FileState, FileStep } from "./changeRecorder.ts";
import { CheckpointJournal, type JournalRecord, type RecordedChange } from "./checkpointsJournal.ts";
import { applyRestore, byPath, planRestore, type RealParents, realParents, stateNow } from "./checkpointsRestore.ts";
import { fileRef, isFile, readState, type State, sameState, statOf, unkept } from "./checkpointsState.ts";
import { fileSteps, Timeline, type Touched } from "./checkpointsTimeline.ts";
import type {
  Checkpoint,
  CheckpointOptions,
  Checkpoints,
  Comparison,
  Difference,
  Restored,
  Undoable,
} from "./checkpointsTypes.ts";
import { inParallel } from "./inParallel.ts";
import { storageFailure } from "./storageFailure.ts";
import type { ScanWatch } from "./workspaceScan.ts";

/** Where the journal of a session lies: beside it, so that it goes when the session is deleted. */
export function journalBeside(session: string): string {
  return `${session.replace(/\.jsonl$/, "")}.checkpoints`;
}

/** Reads the journal when it is first needed. */
export function createCheckpoints(options: CheckpointOptions): Checkpoints {
  return new ChatCheckpoints(options);
}

const DONE = async () => {};
const MAX_UNCOVERED = 100;
/** Of the files that one call of a tool changes. */
const MAX_CALL_BYTES = 100_000_000;

class ChatCheckpoints implements Checkpoints {
  readonly #options: CheckpointOptions;
  readonly #journal: CheckpointJournal;
  readonly #listeners = new Set<(step: FileStep) => void>();
  #timeline: Promise<Timeline> | undefined;
  #call = "";
  /** Open while any command runs. */
  #watch: ScanWatch | undefined;
  #foreground = 0;
  /** Calls of commands in the background, the latest last. */
  #background: string[] = [];
  #uncovered = "";
  #isProblemTold = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#journal = new CheckpointJournal(options.journal);
  }

  prepare(): void {
    this.#options.scan?.prepare();
  }

  beginCall(callId: string): void {
    this.#call = callId;
  }

  beginMessage(ordinal: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#settle();
      const at = (this.#options.now?.() ?? new Date()).toISOString();
      await this.#record([{ type: "message", message: ordinal, at }]);
      this.#uncovered = "";
    });
  }

  async changing(states: readonly FileState[], callId = this.#call): Promise<() => Promise<void>> {
    const wanted = states.filter(({ path }) => !isOfGit(path));
    const before = await this.#inTurn(() => this.#keep(wanted));
    return once(() =>
      this.#inTurn(async () => {
        const changes: RecordedChange[] = [];
        await inParallel(before, async ([path, state]) => {
          const after = await this.#now(path);
          this.#options.scan?.explain(path, after);
          if (!sameState(state, after)) changes.push({ path, before: state, after });
        });
        await this.#steps(changes.sort(byPath), callId, "tool");
      }),
    );
  }

  leftOut(path: string): void {
    const parts = [{ path, why: "too_many_files" as const }];
    void this.#inTurn(() => this.#record([{ type: "uncovered", call: this.#call, parts }]));
  }

  async runningCommand(): Promise<() => Promise<void>> {
    const callId = this.#call;
    if (!this.#options.scan) return DONE;
    await this.#inTurn(async () => {
      await this.#beginWatch();
      this.#foreground++;
    });
    return once(() =>
      this.#inTurn(async () => {
        await this.#take(callId);
        this.#foreground--;
        this.#endWatch();
      }),
    );
  }

  async runningInBackground(callId: string): Promise<() => void> {
    if (!this.#options.scan) return () => {};
    await this.#inTurn(async () => {
      await this.#beginWatch();
      this.#background.push(callId);
    });
    return once(() => {
      void this.#inTurn(async () => {
        await this.#settle();
        this.#background = this.#background.filter((id) => id !== callId);
        this.#endWatch();
      });
    });
  }

  async list(): Promise<readonly Checkpoint[]> {
    return (await this.#loaded()).checkpoints();
  }

  async stepsOf(callId: string): Promise<readonly FileStep[]> {
    await this.#last;
    return (await this.#loaded()).stepsOf(callId);
  }

  compare(ordinal: number): Promise<Comparison> {
    return this.#inTurn(async () => {
      await this.#settle();
      const timeline = await this.#loaded();
      const files: Difference[] = [];
      const parents = await realParents(this.#options.roots());
      await inParallel(timeline.touchedSince(ordinal), async ([path, touched]) => {
        const difference = await this.#difference(path, touched, parents);
        if (difference) files.push(difference);
      });
      return { files: files.sort(byPath), uncovered: timeline.uncoveredSince(ordinal) };
    });
  }

  restore(ordinal: number): Promise<Restored> {
    return this.#inTurn(async () => {
      await this.#settle();
      const timeline = await this.#loaded();
      const targets = new Map([...timeline.touchedSince(ordinal)].map(([path, { first }]) => [path, first] as const));
      return this.#restoreTo(targets, { message: ordinal });
    });
  }

  async undoable(): Promise<Undoable | undefined> {
    await this.#last;
    const found = (await this.#loaded()).undoable();
    if (!found) return undefined;
    const { message, files, interrupted, isUndo } = found;
    return { message, files, interrupted, isUndo };
  }

  changedSinceRestore(): Promise<readonly string[]> {
    return this.#inTurn(async () => {
      const changed: string[] = [];
      await inParallel((await this.#loaded()).undoable()?.items ?? [], async ({ path, before, after }) => {
        const now = await this.#now(path);
        if (isThing(now) && !sameState(now, after) && !sameState(now, before)) changed.push(path);
      });
      return changed.sort();
    });
  }

  undoRestore(): Promise<Restored | undefined> {
    return this.#inTurn(async () => {
      const restore = (await this.#loaded()).undoable();
      if (!restore) return undefined;
      const targets = new Map(restore.items.map(({ path, before }) => [path, before] as const));
      return this.#restoreTo(targets, { message: restore.message, undoes: restore.id });
    });
  }

  onStep(listener: (step: FileStep) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#last;
    this.#watch?.end();
    this.#watch = undefined;
  }

  async #restoreTo(
    targets: ReadonlyMap<string, State>,
    { message, undoes }: { readonly message: number; readonly undoes?: string },
  ): Promise<Restored> {
    const timeline = await this.#loaded();
    const { items, missing } = await planRestore(targets, this.#options);
    const uncovered = timeline.uncoveredSince(message);
    const id = `restore-${randomUUID()}`;
    const intent: JournalRecord = { type: "restore", id, message, items, ...(undoes && { undoes }) };
    // A restore that nobody could take back is none. One that has nothing to do stands there too: taking it back must
    // not take back the one before.
    await this.#journal.append([intent]).catch((error) => {
      throw storageFailure(error, this.#options.journal);
    });
    timeline.add([intent]);
    const failed = await applyRestore(items, this.#options);
    await this.#record([{ type: "restored", id, missing: failed }]);
    const failedPaths = new Set(failed.map(({ path }) => path));
    const done = items.filter(({ path }) => !failedPaths.has(path));
    for (const { path, after } of done) this.#options.scan?.explain(path, after);
    this.#emit(fileSteps(done, { callId: id, by: "restore" }));
    const files = done.filter(({ before, after }) => isThing(before) || isThing(after)).length;
    return { files, missing: [...missing, ...failed], uncovered };
  }

  async #difference(
    path: string,
    { first, last, isBroken }: Touched,
    parents: RealParents,
  ): Promise<Difference | undefined> {
    const now = (await parents.areReal(path)) ? await this.#now(path) : undefined;
    const [was, is] = [isThing(first), isThing(now)];
    if (sameState(first, now) || (!was && !is)) return undefined;
    const before = fileRef(first);
    const isPruned = before !== undefined && !(await this.#options.store.get(before));
    const lost = first?.kind === "unkept" ? first.why : isPruned ? "pruned" : undefined;
    return {
      path,
      before: isPruned ? undefined : before,
      now: fileRef(now),
      kind: !was ? "created" : !is ? "deleted" : "edited",
      userChanged: isBroken || !last.some((state) => sameState(state, now)),
      missing: lost ?? (now?.kind === "unkept" ? now.why : undefined),
    };
  }

  /** How the files are before a tool changes them, and the folders that it will have to make. */
  async #keep(states: readonly FileState[]): Promise<ReadonlyMap<string, State>> {
    const kept = new Map<string, State>(states.map(({ path }) => [path, undefined]));
    let total = 0;
    await inParallel(states, async ({ path, bytes }) => {
      for (const folder of await missingAbove(path)) if (!kept.has(folder)) kept.set(folder, undefined);
      const stats = bytes ? undefined : await statOf(path);
      if (stats && stats !== "unreadable" && stats.isFile()) total += stats.size;
      const isTooMuch = stats && stats !== "unreadable" && stats.isFile() && total > MAX_CALL_BYTES;
      kept.set(path, isTooMuch ? unkept("too_large", stats) : await this.#now(path, bytes));
    });
    return kept;
  }

  /** `seen`: the bytes of the file as they are known already. Tells when the disk refuses to keep them. */
  async #now(path: string, seen?: Uint8Array): Promise<State> {
    const { store } = this.#options;
    try {
      if (seen) return await readState(path, store, { unsaved: seen, storage: "reject" });
      return await stateNow(path, this.#options, store);
    } catch (error) {
      this.#tell(error);
      const stats = await statOf(path);
      return stats === undefined ? undefined : unkept("storage", stats === "unreadable" ? undefined : stats);
    }
  }

  async #beginWatch(): Promise<void> {
    if (this.#watch) await this.#settle();
    else this.#watch = await this.#options.scan?.watch();
    await this.#noteUncovered();
  }

  #endWatch(): void {
    if (this.#foreground > 0 || this.#background.length > 0) return;
    this.#watch?.end();
    this.#watch = undefined;
  }

  /** What commands in the background have changed so far. */
  async #settle(): Promise<void> {
    const callId = this.#background.at(-1);
    if (callId !== undefined && this.#foreground === 0) await this.#take(callId);
  }

  async #take(callId: string): Promise<void> {
    const changes = (await this.#watch?.take()) ?? [];
    const problem = this.#options.scan?.problem();
    if (problem !== undefined) this.#tell(problem);
    await this.#steps(changes, callId, "command");
    await this.#noteUncovered();
  }

  /** Once for each message, for as long as it is the same. */
  async #noteUncovered(): Promise<void> {
    const parts = (this.#options.scan?.uncovered() ?? []).slice(0, MAX_UNCOVERED);
    const text = JSON.stringify(parts);
    if (parts.length === 0 || text === this.#uncovered) return;
    this.#uncovered = text;
    await this.#record([{ type: "uncovered", call: this.#call, parts }]);
  }

  async #steps(changes: readonly RecordedChange[], callId: string, by: "tool" | "command"): Promise<void> {
    await this.#record(
      changes.map(({ path, before, after }) => ({ type: "step", call: callId, by, path, before, after })),
    );
    this.#emit(fileSteps(changes, { callId, by }));
  }

  #emit(steps: readonly FileStep[]): void {
    for (const step of steps) for (const listener of this.#listeners) listener(step);
  }

  /** What the disk refuses is known until the window closes. */
  async #record(records: readonly JournalRecord[]): Promise<void> {
    (await this.#loaded()).add(records);
    await this.#journal.append(records).catch((error) => this.#tell(error));
  }

  #loaded(): Promise<Timeline> {
    this.#timeline ??= this.#journal.read().then((records) => new Timeline(records));
    return this.#timeline;
  }

  #tell(error: unknown): void {
    if (this.#isProblemTold) return;
    this.#isProblemTold = true;
    this.#options.onProblem?.(storageFailure(error, this.#options.journal));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}

function isOfGit(path: string): boolean {
  return path.split(sep).includes(".git");
}

/** Something that counts as a file: links too. */
function isThing(state: State): boolean {
  return isFile(state) || state?.kind === "link";
}

/** The folders above a path that are not there, the outermost first. */
async function missingAbove(path: string): Promise<string[]> {
  const folders: string[] = [];
  for (let at = dirname(path); dirname(at) !== at && (await statOf(at)) === undefined; at = dirname(at)) {
    folders.unshift(at);
  }
  return folders;
}

function once<T>(work: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: work() };
    return result.value;
  };
}
