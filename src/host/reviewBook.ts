import { createHash } from "node:crypto";
import * as vscode from "vscode";
import type { FileStep } from "../node/changeRecorder.ts";
import { unsavedDocument } from "./documents.ts";
import { type Assessed, assess, type Summary } from "./reviewAssess.ts";
import { addStep, type FileReview, readReviews, settle, writeReviews } from "./reviewState.ts";
import type { ReviewParts } from "./reviewTypes.ts";

const ATTEMPTS = 5;
const AT_ONCE = 8;

export interface Reviewed {
  readonly id: string;
  readonly path: string;
  state: FileReview;
  summary: Summary | undefined;
  /** Something changed since the last look at all files. */
  isStale: boolean;
}

/** The files of a review: what is known of each, on the disk too, and how it stood when it was last looked at. */
export class ReviewBook {
  readonly #parts: Pick<ReviewParts, "path" | "blobs" | "log">;
  readonly #files = new Map<string, Reviewed>();
  #list: readonly Reviewed[] = [];
  /** Since the last look that was told of. */
  #isDifferent = false;
  /** A file is not reviewed any more, and its left side is to be what is there: since the last look. */
  #isDropped = false;
  #isUnwritten = false;

  constructor(parts: Pick<ReviewParts, "path" | "blobs" | "log">) {
    this.#parts = parts;
    for (const state of readReviews(parts.path)) this.#add(state);
  }

  /** What is to be kept or undone, in the order of the paths. */
  get list(): readonly Reviewed[] {
    return this.#list;
  }

  at(path: string): Reviewed | undefined {
    return this.#files.get(keyOf(path));
  }

  /** False when it is nothing to review. */
  step(step: FileStep): boolean {
    const known = this.at(step.path);
    const state = addStep(known?.state, step);
    if (!state) return false;
    if (known) {
      known.isStale = true;
      this.set(known, state);
    } else this.#add(state);
    return true;
  }

  set(file: Reviewed, state: FileReview): void {
    file.state = state;
    this.#isUnwritten = true;
  }

  drop(file: Reviewed): void {
    this.#files.delete(keyOf(file.path));
    this.#isDropped = true;
    this.#isUnwritten = true;
  }

  dropAll(): void {
    this.#files.clear();
    this.#isDropped = true;
    this.#isUnwritten = true;
  }

  /** Looks at all that changed. `looked`: whether there was any, or a file was dropped; `isDifferent`: whether that shows. */
  async refresh(): Promise<{ readonly looked: boolean; readonly isDifferent: boolean }> {
    const stale = [...this.#files.values()].filter(({ isStale }) => isStale);
    const looks = stale.values();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const file of looks) {
          file.isStale = false;
          await this.assess(file).catch((error) => this.#parts.log.error(`${file.path} could not be compared`, error));
        }
      }),
    );
    const before = this.#list;
    this.#list = [...this.#files.values()]
      .filter(({ summary }) => summary?.listed)
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    this.write();
    const isSameList = before.length === this.#list.length && before.every((file, i) => file === this.#list[i]);
    const isDifferent = !isSameList || this.#isDifferent;
    const looked = stale.length > 0 || this.#isDropped;
    this.#isDifferent = false;
    this.#isDropped = false;
    return { looked, isDifferent };
  }

  /** How a file stands at this moment. Whoever asks out of turn learns it alone: it stays stale for the others. */
  async assess(file: Reviewed): Promise<Assessed> {
    const { blobs } = this.#parts;
    for (let attempt = 0; attempt < ATTEMPTS && file.state.links.length > 0; attempt++) {
      const { state } = file;
      const settled = await settle(state, blobs);
      if (file.state === state) this.set(file, settled);
    }
    const { unsaved } = file.state;
    // The editor that held the undone text was closed without saving.
    if (unsaved && !unsavedDocument(file.path)) {
      this.set(file, { ...file.state, after: unsaved.after, unsaved: undefined });
    }
    const assessed = await assess(file.state, blobs);
    if (JSON.stringify(file.summary) !== JSON.stringify(assessed.summary)) this.#isDifferent = true;
    file.summary = assessed.summary;
    return assessed;
  }

  /** A disk that refuses costs the review's life after this window only. */
  write(): void {
    if (!this.#isUnwritten) return;
    this.#isUnwritten = false;
    try {
      writeReviews(
        this.#parts.path,
        [...this.#files.values()].map(({ state }) => state),
      );
    } catch (error) {
      this.#parts.log.error("the changes to review are not noted", error);
    }
  }

  #add(state: FileReview): void {
    const id = createHash("sha256").update(state.path).digest("base64url").slice(0, 22);
    this.#files.set(keyOf(state.path), { id, path: state.path, state, summary: undefined, isStale: true });
    this.#isUnwritten = true;
  }
}

/** Paths as VS Code spells them: it knows that drive letters have no case. */
function keyOf(path: string): string {
  return vscode.Uri.file(path).fsPath;
}
