import { lstatSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import type { BlobStore } from "./changeRecorder.ts";
import { type State, sameState, stampOf } from "./checkpointsState.ts";
import type { Uncovered } from "./checkpointsTypes.ts";
import { findOnPath } from "./executables.ts";
import { trackedThoughIgnored } from "./git.ts";
import { FileKeeper } from "./workspaceScanFiles.ts";
import { newFolder, type ScannedChange, type ScannedFolder, Visit } from "./workspaceScanVisit.ts";

export type { ScannedChange } from "./workspaceScanVisit.ts";

/** What changes in the workspace, by the paths that the workspace gives its files, from a moment on. */
export interface ScanWatch {
  /** Looks, and gives what has changed since it began or was last taken. */
  take(): Promise<readonly ScannedChange[]>;
  /** Takes no more. What another look found and nobody took is lost with it. */
  end(): void;
}

/**
 * Looks at the files of the workspace, keeps their contents, and tells what has changed between two looks. Files that
 * git tracks and those that no ignore file leaves out; never what is in `.git`; links are not followed. Only for trusted
 * workspaces.
 */
export interface WorkspaceScan {
  /** A look may begin. Never waits. */
  prepare(): void;
  /** Looks first, unless somebody has a moment ago. */
  watch(): Promise<ScanWatch>;
  /** This is no change that a watch should give: a tool made it, and has recorded it. */
  explain(path: string, state: State): void;
  /** Nor this: the user has saved the file. */
  explainUser(path: string): void;
  /** What the last look had to leave out. */
  uncovered(): readonly Uncovered[];
  /** The store's error when it refused something in the last look. */
  problem(): unknown;
}

export interface ScanOptions {
  /** Absolute. */
  readonly roots: () => readonly string[];
  readonly store: BlobStore;
  readonly maxFiles?: number;
  readonly maxFileBytes?: number;
  /** Of all contents that are kept, before compression. */
  readonly maxBytes?: number;
  /** For one look. */
  readonly maxMs?: number;
  /** A look that ended so many milliseconds ago counts as one that is made now. */
  readonly freshMs?: number;
}

const MAX_FILES = 50_000;
const MAX_FILE_BYTES = 1_000_000;
const MAX_BYTES = 200_000_000;
/** The first command of a chat waits for this at the most. */
const MAX_MS = 10_000;
const FRESH_MS = 1_000;
const MANY_PARTS = 10;
/** What one answer of git may bring in. */
const MAX_TRACKED = 20_000;

/** One for all chats of a window. */
export function createWorkspaceScan(options: ScanOptions): WorkspaceScan {
  return new Scan(options);
}

interface Root {
  /** As the workspace names it: there may be links in it. */
  readonly given: string;
  readonly folder: ScannedFolder;
}

class Scan implements WorkspaceScan {
  readonly #options: ScanOptions;
  readonly #keeper: FileKeeper;
  readonly #watches = new Set<Map<string, ScannedChange>>();
  readonly #explained = new Map<string, { readonly state: State }>();
  readonly #saved = new Map<string, object>();
  /** By the real path of the workspace folder. */
  #roots = new Map<string, Root>();
  #tracked: ReadonlySet<string> = new Set();
  #indexes = "";
  #git: Promise<string | undefined> | undefined;
  #uncovered: readonly Uncovered[] = [];
  #looking: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ScanOptions) {
    const { store, maxFileBytes = MAX_FILE_BYTES, maxBytes = MAX_BYTES } = options;
    this.#options = options;
    this.#keeper = new FileKeeper(store, { fileBytes: maxFileBytes, allBytes: maxBytes });
  }

  prepare(): void {
    if (!this.#looking) void this.#look();
  }

  async watch(): Promise<ScanWatch> {
    if (this.#looking && !this.#next) await this.#looking;
    const { freshMs = FRESH_MS } = this.#options;
    const isFresh = performance.now() - this.#lookedAt < freshMs && this.#explained.size + this.#saved.size === 0;
    if (!isFresh) await this.#look();
    let found = new Map<string, ScannedChange>();
    this.#watches.add(found);
    return {
      take: async () => {
        await this.#look();
        const changes = [...found.values()].filter(({ before, after }) => !sameState(before, after));
        this.#watches.delete(found);
        found = new Map();
        this.#watches.add(found);
        return changes;
      },
      end: () => {
        this.#watches.delete(found);
      },
    };
  }

  explain(path: string, state: State): void {
    this.#explained.set(path, { state });
  }

  explainUser(path: string): void {
    this.#saved.set(path, {});
  }

  uncovered(): readonly Uncovered[] {
    return this.#uncovered;
  }

  problem(): unknown {
    return this.#keeper.problem;
  }

  /** Resolves after a look that began now or later. */
  #look(): Promise<void> {
    if (!this.#looking) {
      this.#looking = this.#lookNow().finally(() => {
        this.#looking = undefined;
      });
      return this.#looking;
    }
    this.#next ??= this.#looking.then(() => {
      this.#next = undefined;
      return this.#look();
    });
    return this.#next;
  }

  /** Never rejects. */
  async #lookNow(): Promise<void> {
    const { maxFiles = MAX_FILES, maxMs = MAX_MS } = this.#options;
    const explained = new Map(this.#explained);
    const saved = new Map(this.#saved);
    this.#keeper.problem = undefined;
    this.#keeper.isFull = false;
    try {
      await this.#readRoots();
      const roots = [...this.#roots.values()].map(({ folder }) => folder);
      const isRelisted = await this.#readTracked(roots);
      const until = performance.now() + maxMs;
      const options = { keeper: this.#keeper, tracked: this.#tracked, maxFiles, until, relist: isRelisted };
      const { changes, uncovered } = await new Visit(options).run(roots);
      for (const change of changes) this.#tell({ ...change, path: this.#givenPath(change.path) }, explained);
      const first = roots[0];
      const full = this.#keeper.isFull && first ? [{ path: first.path, why: "too_many_bytes" as const }] : [];
      this.#uncovered = this.#inFewWords([...uncovered, ...full]);
    } catch {
      this.#uncovered = this.#options.roots().map((path) => ({ path, why: "unreadable" as const }));
    }
    for (const [path, each] of explained) if (this.#explained.get(path) === each) this.#explained.delete(path);
    for (const [path, each] of saved) if (this.#saved.get(path) === each) this.#saved.delete(path);
    this.#lookedAt = performance.now();
  }

  /** `explained`: what was when the look began. What has come since may be of a later moment than what was seen. */
  #tell(change: ScannedChange, explained: ReadonlyMap<string, { readonly state: State }>): void {
    if (this.#saved.has(change.path)) return;
    const latest = this.#explained.get(change.path);
    if (latest && sameState(latest.state, change.after)) return;
    const known = explained.get(change.path);
    const before = known ? known.state : change.before;
    if (sameState(before, change.after)) return;
    for (const found of this.#watches) {
      const first = found.get(change.path);
      found.set(change.path, { path: change.path, before: first ? first.before : before, after: change.after });
    }
  }

  /** A folder of the workspace inside another comes with that. */
  async #readRoots(): Promise<void> {
    const given = new Map<string, string>();
    for (const path of this.#options.roots()) given.set(await realpath(path).catch(() => path), path);
    const outer = [...given].filter(([path]) => ![...given.keys()].some((each) => isIn(each, path)));
    this.#roots = new Map(
      outer.map(([path, as]) => [
        path,
        { given: as, folder: this.#roots.get(path)?.folder ?? newFolder(path, "unseen") },
      ]),
    );
  }

  /** Each folder that lies right in a folder of the workspace once; that itself where there are many. */
  #inFewWords(parts: readonly Uncovered[]): readonly Uncovered[] {
    const upTo = (level: number) => {
      const shorter = parts.map(({ path, why }) => {
        const root = [...this.#roots.keys()].find((each) => isIn(each, path)) ?? path;
        const inner = path.slice(root.length).split(sep).filter(Boolean).slice(0, level);
        return { path: this.#givenPath(join(root, ...inner)), why };
      });
      return [...new Map(shorter.map((part) => [part.path, part])).values()];
    };
    const some = upTo(1);
    return some.length > MANY_PARTS ? upTo(0) : some;
  }

  #givenPath(path: string): string {
    for (const [real, { given }] of this.#roots) {
      if (real === path) return given;
      if (isIn(real, path)) return join(given, path.slice(real.length));
    }
    return path;
  }

  /** Asks git again when an index has changed. Says whether that made a difference. */
  async #readTracked(roots: readonly ScannedFolder[]): Promise<boolean> {
    const indexes = roots.map(({ path }) => indexStamp(path)).join("\n");
    if (indexes === this.#indexes) return false;
    this.#indexes = indexes;
    this.#git ??= findOnPath("git", { avoid: roots.map(({ path }) => path) });
    const git = await this.#git;
    const before = this.#tracked;
    this.#tracked = new Set(
      git === undefined ? [] : (await Promise.all(roots.map(({ path }) => hidden(git, path)))).flat(),
    );
    return before.size !== this.#tracked.size || [...before].some((path) => !this.#tracked.has(path));
  }
}

/** Tracked files that are ignored all the same, and the folders above them. */
async function hidden(git: string, root: string): Promise<readonly string[]> {
  if (indexStamp(root) === "") return [];
  const paths = (await trackedThoughIgnored(git, root)).slice(0, MAX_TRACKED);
  const all = new Set<string>();
  for (const path of paths) {
    for (let at = join(root, path); isIn(root, at) && !all.has(at); at = dirname(at)) all.add(at);
  }
  return [...all];
}

function indexStamp(root: string): string {
  try {
    return stampOf(lstatSync(join(root, ".git", "index")));
  } catch {
    return "";
  }
}

function isIn(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
