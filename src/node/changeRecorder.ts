/**
 * Between those who change files (tools, commands) and those who remember how they were (checkpoints, review).
 * Contents are named by their hash in a `BlobStore`; `undefined` stands for "there is no such file".
 */

export type BlobRef = string;

/** Contents of files, each kept once and named by its hash. Bounded: the oldest may be gone. */
export interface BlobStore {
  /** Rejects when the disk refuses. */
  put(bytes: Uint8Array): Promise<BlobRef>;
  /** undefined when it is not kept (any more), or is not what its name says. */
  get(ref: BlobRef): Promise<Buffer | undefined>;
}

/** One file that one call changed. */
export interface FileStep {
  /** Absolute. */
  readonly path: string;
  readonly before: BlobRef | undefined;
  readonly after: BlobRef | undefined;
  readonly callId: string;
  readonly by: "tool" | "command" | "restore";
  /** Permissions of a file that could be run and is gone after it: its bytes do not say them. */
  readonly mode?: number | undefined;
}

/** A file as it is before a tool changes it: what the tool sees, which may be an editor's unsaved text. */
export interface FileState {
  readonly path: string;
  readonly bytes: Uint8Array | undefined;
}

export interface ChangeRecorder {
  /** The call that whatever happens next belongs to. Calls that change something come one after another. */
  beginCall(callId: string): void;
  /**
   * Before a tool changes these files. Resolves when their contents are kept: only then may they change. A file that is
   * too large to be kept is passed over, and so is everything when the disk refuses: that is told to the user, and work
   * goes on. The returned function is called once the change is done or has failed; it records the steps. `callId` names
   * what is none of the calls and may happen in the midst of one.
   */
  changing(states: readonly FileState[], callId?: string): Promise<() => Promise<void>>;
  /** Before a command runs that may change anything inside the workspace. The returned function is called when it has
   * ended; it finds what changed and records the steps. */
  runningCommand(): Promise<() => Promise<void>>;
}
