import type { BlobRef, BlobStore, ChangeRecorder, FileStep } from "./changeRecorder.ts";
import type { WorkspaceScan } from "./workspaceScan.ts";

/** Why the bytes of something are not kept, or could not be brought back. */
export type MissingReason =
  /** Larger than what is kept of one file. */
  | "too_large"
  /** The system let nobody read it, or it is a device, a pipe, a socket. */
  | "unreadable"
  /** The disk refused to keep it. */
  | "storage"
  /** It was kept, and has been pruned since. */
  | "pruned"
  /** It changed while the restore was at it: nothing is written over what nobody has kept. */
  | "changed"
  /** A link stands where a folder was, or other files in a folder that was to go. */
  | "blocked"
  /** The system refused to write it. */
  | "refused";

export interface Missing {
  /** Absolute. */
  readonly path: string;
  readonly why: MissingReason;
}

/** A part of the workspace in which changes by commands are not noticed. */
export interface Uncovered {
  /** Absolute; the folder or file from which on nothing was looked at. */
  readonly path: string;
  readonly why: "too_many_files" | "too_many_bytes" | "too_slow" | "unreadable";
}

export interface Checkpoint {
  /** The message of the user that it was made before, from 1. */
  readonly message: number;
  /** ISO 8601. */
  readonly at: string;
}

/** A file that is not as it was before a message. */
export interface Difference {
  /** Absolute. */
  readonly path: string;
  /** undefined: there was no such file, or its bytes are not kept (`missing` says so). */
  readonly before: BlobRef | undefined;
  /** undefined: there is no such file now, or it is too large to be kept. */
  readonly now: BlobRef | undefined;
  readonly kind: "edited" | "created" | "deleted";
  /** Somebody other than the agent has changed it since: a restore takes that back too (and its undo brings it again). */
  readonly userChanged: boolean;
  /** It cannot be restored. */
  readonly missing: MissingReason | undefined;
}

export interface Comparison {
  /** In the order of the paths. Folders are not among them. */
  readonly files: readonly Difference[];
  readonly uncovered: readonly Uncovered[];
}

export interface Restored {
  /** How many files it changed. */
  readonly files: number;
  /** What is not as it was. */
  readonly missing: readonly Missing[];
  readonly uncovered: readonly Uncovered[];
}

/** A restore that can be taken back. */
export interface Undoable {
  readonly message: number;
  readonly files: number;
  /** The window was killed in the midst of it: `restore` again goes on, `undoRestore` goes back. */
  readonly interrupted: boolean;
  /** It took back another one. */
  readonly isUndo: boolean;
}

/** How the files of one chat were before each message of the user. What concerns `.git` is never kept or restored. */
export interface Checkpoints extends ChangeRecorder {
  /** The user has sent a message: the scan that the first command needs may begin beside the request. Never waits. */
  prepare(): void;
  /** Before anything that message `ordinal` (from 1) brings about. A message that was taken back and written anew comes
   * with the same ordinal: the checkpoints from there on are replaced. */
  beginMessage(ordinal: number): Promise<void>;
  /** A tool is about to change more files below this folder than `changing` was told. */
  leftOut(path: string): void;
  /** Before a command that goes on in the background. What it changes is found whenever there is a scan. The returned
   * function is called when it has ended, or could not be started. */
  runningInBackground(callId: string): Promise<() => void>;
  list(): Promise<readonly Checkpoint[]>;
  /** Throws nothing; a message without a checkpoint differs in nothing. */
  compare(ordinal: number): Promise<Comparison>;
  /** The steps of one call, also of a chat that was opened again: for its diff. */
  stepsOf(callId: string): Promise<readonly FileStep[]>;
  /**
   * Every file that was touched since is as it was before the message. What is there now is kept first. Rejects with
   * SessionError, before anything is changed, when the disk refuses to keep it.
   */
  restore(ordinal: number): Promise<Restored>;
  /** The restore that `undoRestore` would take back: the last thing that happened. */
  undoable(): Promise<Undoable | undefined>;
  /** Files that somebody has changed since the restore that `undoRestore` would take back: their changes go with it. */
  changedSinceRestore(): Promise<readonly string[]>;
  /** undefined when there is nothing to take back. Rejects like `restore`. Taking back can itself be taken back. */
  undoRestore(): Promise<Restored | undefined>;
  /** Every step of a tool, a command or a restore, as it is recorded. Returns how to stop listening. */
  onStep(listener: (step: FileStep) => void): () => void;
  /** Waits for what is still being recorded. */
  close(): Promise<void>;
}

export interface CheckpointOptions {
  /** The journal: `journalBeside(session)`. */
  readonly journal: string;
  readonly store: BlobStore;
  /** One for all chats of a window. Without it what commands change is not noticed. */
  readonly scan?: WorkspaceScan | undefined;
  /** Folders of the workspace, absolute. */
  readonly roots: () => readonly string[];
  /** What an editor holds unsaved of this file, as bytes; undefined where the disk has it all. */
  readonly unsaved?: ((path: string) => Promise<Uint8Array | undefined>) | undefined;
  /** Writes (with the folders above it) or deletes a file in a restore. Without it: the disk, atomically. */
  readonly write?: ((path: string, bytes: Uint8Array | undefined) => Promise<void>) | undefined;
  /** The disk refuses to keep checkpoints. Called once. */
  readonly onProblem?: ((error: unknown) => void) | undefined;
  readonly now?: (() => Date) | undefined;
}
