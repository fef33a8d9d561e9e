import type { BlobStore, ChangeRecorder } from "../node/changeRecorder.ts";

/** What is kept or undone: everything, one file by its `ChangedFileView.id`, or some hunks of it by `MarkedHunk.id`. */
export type ReviewTarget = "all" | { readonly file: string; readonly hunks?: readonly string[] | undefined };

export interface ReviewParts {
  /** The JSON file, beside the session, in which the review outlives the window. */
  readonly path: string;
  readonly blobs: BlobStore;
  /** Told of what an undo changes, so that it can itself be taken back by a checkpoint. */
  readonly recorder: Pick<ChangeRecorder, "changing">;
  readonly log: { error(message: string, error?: unknown): void };
  /** A modal question with one button besides Cancel. VS Code's own when it is not given. */
  readonly confirm?: ((question: Question) => Promise<boolean>) | undefined;
  /** A remark beside the work. VS Code's own when it is not given. */
  readonly tell?: ((message: string) => void) | undefined;
}

export interface Question {
  readonly message: string;
  readonly detail?: string | undefined;
  readonly button: string;
}

/** The agent's changes in one file, in the places they have now. */
export interface FileMarks {
  readonly id: string;
  readonly path: string;
  readonly hunks: readonly MarkedHunk[];
}

export interface MarkedHunk {
  /** `hunkId`. */
  readonly id: string;
  /** Lines from 0 in the file as it is now; `end` is exclusive, equal to `start` where lines were only taken out. */
  readonly start: number;
  readonly end: number;
  /** The same lines in the baseline. */
  readonly baselineStart: number;
  readonly baselineEnd: number;
  readonly touched: boolean;
}
