import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { hunkId, keepHunks } from "../edit/review.ts";
import type { FileStep } from "../node/changeRecorder.ts";
import { type ChangedFileView, MAX_CHANGES } from "../protocol/view.ts";
import { type Assessed, baselineText, type Summary, UNLISTED } from "./reviewAssess.ts";
import { ReviewBook, type Reviewed } from "./reviewBook.ts";
import { type ShownFile, showFile, showFiles } from "./reviewDiffs.ts";
import { encodeAs, type FileReview } from "./reviewState.ts";
import type { FileMarks, Question, ReviewParts, ReviewTarget } from "./reviewTypes.ts";
import { carryOut, type Possible, planUndo, type UndoChoice, type Undone } from "./reviewUndo.ts";
import { confirmUndo, undoTold } from "./reviewWords.ts";

/** How long further changes are waited for before anybody looks at them, in milliseconds. */
const REST_MS = 150;
const ATTEMPTS = 5;

/**
 * What the agent changed in one chat and nobody has kept or undone. It knows three contents of a file (`ReviewTexts`):
 * what to show and what to undo is worked out anew from these every time, so that no change by anybody is mistaken for
 * another's.
 */
export class ChatReview implements vscode.Disposable {
  readonly #parts: ReviewParts;
  readonly #book: ReviewBook;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #compared = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  /** Undoing is recorded too, and comes back as a step: by call and path, the content that it left. */
  readonly #own = new Map<string, string | undefined>();
  #views: readonly ChangedFileView[] = [];
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** `changes` or a file's marks are others. */
  readonly onDidChange = this.#changed.event;
  /** Files were compared again: `baseline` may be another, even where all marks stay. */
  readonly onDidCompare = this.#compared.event;

  constructor(parts: ReviewParts) {
    this.#parts = parts;
    this.#book = new ReviewBook(parts);
    const watcher = vscode.workspace.createFileSystemWatcher("**/*");
    const look = ({ fsPath }: vscode.Uri) => this.#look(fsPath);
    this.#subscriptions = [
      watcher,
      watcher.onDidChange(look),
      watcher.onDidCreate(look),
      watcher.onDidDelete(look),
      vscode.workspace.onDidChangeTextDocument(({ document }) => look(document.uri)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => look(uri)),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => this.#saved(uri.fsPath)),
    ];
    this.#rest();
  }

  /** In the order of the paths; at most MAX_CHANGES of `changeCount`. */
  get changes(): readonly ChangedFileView[] {
    return this.#views;
  }

  get changeCount(): number {
    return this.#book.list.length;
  }

  /** Marks of every listed file, in the order of the paths. */
  get marks(): readonly FileMarks[] {
    return this.#book.list.map(marksOf);
  }

  /** The agent, a command or a restore has changed a file. Cheap. */
  step(step: FileStep): void {
    const own = ownKey(step.callId, step.path);
    if (this.#own.has(own) && this.#own.get(own) === step.after) return;
    if (this.#book.step(step)) this.#rest();
  }

  /** Resolves once everything that has happened so far is in `changes`. */
  async settled(): Promise<void> {
    await this.#serially(() => this.#refresh());
  }

  /** All of them in VS Code's multi-file diff. */
  async open(): Promise<void> {
    await this.settled();
    await showFiles(this.#book.list.slice(0, MAX_CHANGES).map(shownOf));
  }

  async openFile(id: string): Promise<void> {
    await this.settled();
    const file = this.#book.list.find((other) => other.id === id);
    if (file) await showFile(shownOf(file));
  }

  /** The marks of a file as it is at this moment; undefined when nothing of the agent's stands in it. */
  async marksOf(path: string): Promise<FileMarks | undefined> {
    const file = this.#book.at(path);
    if (!file) return undefined;
    return this.#serially(async () => {
      const { summary } = await this.#book.assess(file);
      return summary.listed ? marksOf({ ...file, summary }) : undefined;
    });
  }

  /** The file without the agent's changes; undefined when it never changed it. */
  async baseline(path: string): Promise<string | undefined> {
    const file = this.#book.at(path);
    return file && this.#serially(async () => baselineText(await this.#book.assess(file)));
  }

  /** What is there counts as the user's own from here on. */
  async keep(target: ReviewTarget): Promise<void> {
    await this.#serially(async () => {
      if (target === "all") this.#book.dropAll();
      else await this.#keepIn(target.file, target.hunks);
      await this.#refresh();
    });
  }

  /** Asks before it takes anything that the user wrote, and says what it left alone. */
  async undo(target: ReviewTarget, { confirmed }: { readonly confirmed?: true } = {}): Promise<void> {
    await this.settled();
    const files = target === "all" ? this.#book.list : this.#book.list.filter(({ id }) => id === target.file);
    const hunks = target === "all" ? undefined : target.hunks;
    const question = confirmUndo(target, files.map(viewOf), {
      touched: files.some(({ summary }) => takesWords(summary, hunks)),
    });
    // "All" was asked where it was pressed; what would take the user's own words is never among it.
    const isAsked = confirmed && target === "all";
    if (question && !isAsked && !(await (this.#parts.confirm ?? askModally)(question))) return;
    // The chat was left while the question stood there.
    if (this.#isClosed) return;
    const touched = question && target !== "all" ? "take" : "leave";
    const undone = await this.#serially(async () => {
      const call = `review-${randomUUID()}`;
      const all: Undone[] = [];
      for (const file of files) all.push(await this.#undoIn(file, { call, hunks, touched }));
      await this.#refresh();
      return all;
    });
    const told = undoTold(undone);
    if (told) (this.#parts.tell ?? tell)(told);
  }

  /** Resolves when what is known is on the disk. */
  async close(): Promise<void> {
    this.dispose();
    await this.#work;
    this.#book.write();
  }

  dispose(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
    this.#compared.dispose();
  }

  #look(path: string): void {
    const file = this.#book.at(path);
    if (!file) return;
    file.isStale = true;
    this.#rest();
  }

  #saved(path: string): void {
    const file = this.#book.at(path);
    if (file?.state.unsaved) this.#book.set(file, { ...file.state, unsaved: undefined });
    this.#look(path);
  }

  /** Looks at what changed, a moment after the first of it: an agent changes many files, and some many times. */
  #rest(): void {
    if (this.#isClosed || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.settled().catch((error) => this.#parts.log.error("the changes could not be compared", error));
    }, REST_MS);
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }

  async #refresh(): Promise<void> {
    const { looked, isDifferent } = await this.#book.refresh();
    if (isDifferent) this.#views = this.#book.list.slice(0, MAX_CHANGES).map(viewOf);
    if (this.#isClosed) return;
    if (looked) this.#compared.fire();
    if (isDifferent) this.#changed.fire();
  }

  async #keepIn(id: string, hunks: readonly string[] | undefined): Promise<void> {
    const file = this.#book.list.find((other) => other.id === id);
    if (!file) return;
    const { comparison, before, after, state, summary } = await this.#book.assess(file);
    if (!hunks || !comparison || summary.hunks.every((other) => hunks.includes(other.id))) {
      this.#book.drop(file);
      return;
    }
    const kept = comparison.hunks.filter((other) => hunks.includes(hunkId(other)));
    const bytes = kept.length > 0 ? encodeAs(keepHunks(comparison, kept), after, before) : undefined;
    if (!bytes) return;
    const ref = await this.#parts.blobs.put(bytes);
    if (file.state.before === state.before) this.#book.set(file, { ...file.state, before: ref });
    file.isStale = true;
  }

  async #undoIn(file: Reviewed, options: UndoOptions): Promise<Undone> {
    const { path } = file;
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const assessed = await this.#book.assess(file);
        const { undo, left } = planUndo(assessed, options);
        if (undo.kind === "nothing") return { path, kind: "done", left };
        if (undo.kind === "impossible") return { path, kind: "failed", why: undo.why };
        const ref = undo.after && (await this.#parts.blobs.put(undo.after));
        if (await this.#carryOut(assessed, undo, options.call)) {
          this.#undone(file, assessed.state, { after: ref, isUnsaved: undo.kind === "type" });
          return { path, kind: "done", left };
        }
        await sleep(REST_MS);
      }
      return { path, kind: "failed", why: "busy" };
    } catch (error) {
      this.#parts.log.error(`${path} could not be put back`, error);
      return { path, kind: "failed", why: "refused" };
    }
  }

  /** What stays unsaved in an editor is the user's to save: the disk has not changed, and there is nothing to record. */
  async #carryOut({ state: { path }, now }: Assessed, undo: Possible, call: string): Promise<boolean> {
    if (undo.kind === "type") return carryOut(path, undo, now);
    const { blobs, recorder } = this.#parts;
    this.#own.set(ownKey(call, path), undo.bytes && (await blobs.put(undo.bytes)));
    const end = await recorder.changing([{ path, bytes: undefined }], call);
    try {
      return await carryOut(path, undo, now);
    } finally {
      await end();
    }
  }

  #undone(
    file: Reviewed,
    was: FileReview,
    { after, isUnsaved }: { after: string | undefined; isUnsaved: boolean },
  ): void {
    file.isStale = true;
    const { state } = file;
    // The agent went on meanwhile, from what it found: that tells the rest.
    if (state.before !== was.before || state.after !== was.after) return;
    const unsaved = isUnsaved ? { after: (state.unsaved ?? state).after } : undefined;
    this.#book.set(file, { ...state, after, unsaved });
    if (after === state.before && !isUnsaved && state.links.length === 0) this.#book.drop(file);
  }
}

interface UndoOptions extends UndoChoice {
  /** Names the undo to the recorder. */
  readonly call: string;
}

function shownOf(file: Reviewed): ShownFile {
  return { ...viewOf(file), path: file.path };
}

function viewOf({ id, path, summary }: Reviewed): ChangedFileView {
  const { kind, added, removed, opaque } = summary ?? UNLISTED;
  return { id, shown: vscode.workspace.asRelativePath(path), kind, added, removed, opaque };
}

function marksOf({ id, path, summary }: Omit<Reviewed, "state" | "isStale">): FileMarks {
  return { id, path, hunks: summary?.hunks ?? [] };
}

/** The user's own words would go with it: that is asked, and once for each hunk. */
function takesWords(summary: Summary | undefined, hunks: readonly string[] | undefined): boolean {
  if (!summary) return false;
  const isWhole = summary.kind === "created" || summary.opaque;
  if (!hunks || isWhole) return isWhole && summary.touched;
  return summary.hunks.some(({ id, touched }) => hunks.includes(id) && touched);
}

function ownKey(callId: string, path: string): string {
  return `${callId}\n${path}`;
}

async function askModally({ message, detail, button }: Question): Promise<boolean> {
  const options = detail === undefined ? { modal: true } : { modal: true, detail };
  return (await vscode.window.showWarningMessage(message, options, button)) === button;
}

function tell(message: string): void {
  void vscode.window.showWarningMessage(message);
}
