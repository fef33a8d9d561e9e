import { type Dirent, existsSync, lstatSync, readdirSync, type Stats } from "node:fs";
import { join, sep } from "node:path";
import { setImmediate as yieldNow } from "node:timers/promises";
import { type State, stampOf } from "./checkpointsState.ts";
import type { Uncovered } from "./checkpointsTypes.ts";
import { type Ignoring, ignoringIn } from "./ignoring.ts";
import { codeOf } from "./storageFailure.ts";
import {
  type FileKeeper,
  isRacy,
  isSame,
  newFile,
  type ScannedFile,
  type Stamp,
  stampFrom,
} from "./workspaceScanFiles.ts";

/** A folder as it was when it was last looked at. */
export interface ScannedFolder {
  readonly path: string;
  /** Of the folder; undefined until it is listed. */
  stamp: Stamp | undefined;
  isRacy: boolean;
  /** Of what decides here what is ignored. */
  rules: string;
  ignoring: Ignoring | undefined;
  readonly files: Map<string, ScannedFile>;
  readonly folders: Map<string, ScannedFolder>;
  /** What is said of the things in it when it is listed for the first time. */
  origin: Origin;
  /** It is ignored, and looked at for the files in it that are tracked all the same. */
  isIgnored: boolean;
}

/** "created": it was not there at the last look. "unseen": nobody had looked. */
export type Origin = "created" | "unseen";

export interface ScannedChange {
  /** Absolute. */
  readonly path: string;
  readonly before: State;
  readonly after: State;
}

export interface VisitOptions {
  readonly keeper: FileKeeper;
  /** Paths that are looked at although they are ignored, with the folders above them. */
  readonly tracked: ReadonlySet<string>;
  readonly maxFiles: number;
  /** `performance.now()` at which it gives up; what it has not got to stays as it was. */
  readonly until: number;
  /** All folders are listed again. */
  readonly relist: boolean;
}

/** How long the thread is kept at a time, in milliseconds. */
const SLICE_MS = 8;
/** Nobody's own work, and large, also where no ignore file says so. */
const PASSED_OVER = new Set([".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__", ".tox"]);

export function newFolder(path: string, origin: Origin): ScannedFolder {
  return {
    path,
    stamp: undefined,
    isRacy: false,
    rules: "",
    ignoring: undefined,
    files: new Map(),
    folders: new Map(),
    origin,
    isIgnored: false,
  };
}

interface Step {
  readonly folder: ScannedFolder;
  /** What is ignored in it, when it says the rest itself (`rules`). */
  readonly judge: (rules: string) => Ignoring | Promise<Ignoring>;
  /** The rules above have changed, or the folder is new: everything is judged again. */
  readonly anew: boolean;
}

/** One look at everything, nearest folders first. */
export class Visit {
  readonly #options: VisitOptions;
  readonly #found: { readonly path: string; readonly before: State; readonly after: () => State }[] = [];
  readonly #uncovered: Uncovered[] = [];
  readonly #steps: Step[] = [];
  #files = 0;
  #sliceEnd = 0;

  constructor(options: VisitOptions) {
    this.#options = options;
  }

  /** Among the changes are files that only might have changed: their states are the same. */
  async run(roots: readonly ScannedFolder[]): Promise<{ changes: ScannedChange[]; uncovered: Uncovered[] }> {
    for (const folder of roots) {
      const judge = () => ignoringIn(folder.path, { only: "git" });
      this.#steps.push({ folder, judge, anew: this.#options.relist });
    }
    for (let i = 0; i < this.#steps.length; i++) {
      const step = this.#steps[i];
      if (step) await this.#visit(step);
      if (this.#isOver()) this.#leaveOut(i + 1);
    }
    await this.#options.keeper.settled();
    const changes = this.#found.map(({ path, before, after }) => ({ path, before, after: after() }));
    return { changes, uncovered: this.#uncovered };
  }

  #isOver(): boolean {
    return this.#files > this.#options.maxFiles || performance.now() > this.#options.until;
  }

  /** Everything from this step on stays as it was last seen. */
  #leaveOut(from: number): void {
    const why = this.#files > this.#options.maxFiles ? "too_many_files" : "too_slow";
    for (const { folder } of this.#steps.splice(from)) this.#uncovered.push({ path: folder.path, why });
  }

  async #visit({ folder, judge, anew }: Step): Promise<void> {
    const stats = statNow(folder.path);
    if (stats === "unreadable") return this.#leaveOutOne(folder);
    if (!stats?.isDirectory()) return this.#emptied(folder);
    const rules = rulesIn(folder.path);
    const isJudgedAnew = anew || !folder.ignoring || rules !== folder.rules;
    const before = folder.ignoring;
    const inner = isJudgedAnew || !before ? await judge(rules) : before;
    folder.ignoring = inner;
    folder.rules = rules;
    if (isJudgedAnew || folder.isRacy || !isSame(folder.stamp, stats)) {
      const entries = list(folder.path);
      if (!entries) return this.#leaveOutOne(folder);
      const wasListed = folder.stamp !== undefined;
      folder.stamp = stampFrom(stats);
      folder.isRacy = isRacy(stats);
      await this.#relist(folder, entries, (name, kind) => {
        if (!wasListed) return folder.origin;
        const wasHidden = PASSED_OVER.has(name) || before?.ignores(inside(folder.path, name), kind) !== false;
        return wasHidden ? "unseen" : "created";
      });
    }
    for (const [name, file] of folder.files) {
      this.#compare(inside(folder.path, name), file, () => folder.files.delete(name));
      if (this.#isDue) await this.#breathe();
      this.#files++;
    }
    for (const each of folder.folders.values()) {
      const judgeIt = (own: string) => (own === "" ? inner : inner.below(each.path));
      this.#steps.push({ folder: each, judge: judgeIt, anew: isJudgedAnew });
    }
  }

  #leaveOutOne({ path }: ScannedFolder): void {
    this.#uncovered.push({ path, why: "unreadable" });
  }

  /** A workspace folder that is away, or one that went this very moment. */
  #emptied(folder: ScannedFolder): void {
    this.#lose(folder);
    folder.files.clear();
    folder.folders.clear();
  }

  async #relist(
    folder: ScannedFolder,
    entries: readonly Dirent[],
    originOf: (name: string, kind: "file" | "folder") => Origin,
  ): Promise<void> {
    const now = new Map<string, "file" | "folder">();
    for (const entry of entries) {
      const kind = entry.isDirectory() ? "folder" : "file";
      if (this.#isVisible(folder, entry.name, kind)) now.set(entry.name, kind);
      if (this.#isDue) await this.#breathe();
    }
    for (const [name, file] of folder.files) {
      if (now.get(name) === "file") continue;
      folder.files.delete(name);
      this.#gone(inside(folder.path, name), file);
    }
    for (const [name, each] of folder.folders) {
      if (now.get(name) === "folder") continue;
      folder.folders.delete(name);
      this.#goneFolder(each);
    }
    for (const [name, kind] of now) {
      if (folder.files.has(name) || folder.folders.has(name)) continue;
      if (folder.files.size > this.#options.maxFiles || performance.now() > this.#options.until) {
        // As if it had never been listed: what is in it by the next time is not taken for new.
        folder.stamp = undefined;
        const why = folder.files.size > this.#options.maxFiles ? "too_many_files" : "too_slow";
        this.#uncovered.push({ path: folder.path, why });
        return;
      }
      const origin = originOf(name, kind);
      if (kind === "folder") this.#newFolder(folder, name, origin);
      else this.#newFile(folder, name, origin);
      if (this.#isDue) await this.#breathe();
    }
  }

  #isVisible(folder: ScannedFolder, name: string, kind: "file" | "folder"): boolean {
    const path = inside(folder.path, name);
    if (name === ".git" || this.#options.tracked.has(path)) return name !== ".git";
    return !folder.isIgnored && !PASSED_OVER.has(name) && folder.ignoring?.ignores(path, kind) === false;
  }

  #newFolder(parent: ScannedFolder, name: string, origin: Origin): void {
    const folder = newFolder(inside(parent.path, name), origin);
    folder.isIgnored =
      parent.isIgnored || PASSED_OVER.has(name) || parent.ignoring?.ignores(folder.path, "folder") === true;
    parent.folders.set(name, folder);
    if (origin === "created") this.#found.push({ path: folder.path, before: undefined, after: () => FOLDER });
  }

  #newFile(folder: ScannedFolder, name: string, origin: Origin): void {
    const path = inside(folder.path, name);
    const file = newFile();
    if (!this.#look(path, file)) return;
    folder.files.set(name, file);
    if (origin === "created") this.#found.push({ path, before: undefined, after: () => file.state });
  }

  #compare(path: string, file: ScannedFile, drop: () => void): void {
    const stats = statNow(path);
    if (stats === "unreadable") return;
    if (stats && !file.isRacy && isSame(file.stamp, stats)) return;
    const before = file.state;
    // Looked at a moment ago, as a new one.
    if (stats && before === undefined) return;
    this.#options.keeper.forget(file);
    if (stats && !stats.isDirectory() && this.#look(path, file)) {
      this.#found.push({ path, before, after: () => file.state });
      return;
    }
    drop();
    this.#found.push({ path, before, after: () => (stats?.isDirectory() ? FOLDER : undefined) });
  }

  /** No more in the list: away, another kind of thing, or only ignored from now on. */
  #gone(path: string, file: ScannedFile): void {
    this.#compare(path, file, () => {});
    this.#options.keeper.forget(file);
  }

  #goneFolder(folder: ScannedFolder): void {
    const stats = statNow(folder.path);
    if (stats === "unreadable") return;
    if (stats?.isDirectory()) {
      for (const [name, file] of folder.files) this.#gone(inside(folder.path, name), file);
      for (const each of folder.folders.values()) this.#goneFolder(each);
      return;
    }
    this.#lose(folder);
    const file = newFile();
    const isThere = this.#look(folder.path, file);
    this.#found.push({ path: folder.path, before: FOLDER, after: () => (isThere ? file.state : undefined) });
  }

  /** The system is not asked: a link may stand in the folder's place, and lead to files of the same names. */
  #lose(folder: ScannedFolder): void {
    for (const [name, file] of folder.files) {
      this.#found.push({ path: inside(folder.path, name), before: file.state, after: () => undefined });
      this.#options.keeper.forget(file);
    }
    for (const each of folder.folders.values()) {
      this.#lose(each);
      this.#found.push({ path: each.path, before: FOLDER, after: () => undefined });
    }
  }

  /** False when there is nothing (any more). */
  #look(path: string, file: ScannedFile): boolean {
    try {
      return this.#options.keeper.look(path, file) !== undefined;
    } catch {
      return false;
    }
  }

  /** The thread has been kept for long enough. */
  get #isDue(): boolean {
    return performance.now() > this.#sliceEnd;
  }

  async #breathe(): Promise<void> {
    if (this.#options.keeper.isBusy) await this.#options.keeper.settled();
    else await yieldNow();
    this.#sliceEnd = performance.now() + SLICE_MS;
  }
}

const FOLDER = { kind: "folder" } as const;

/** `join` normalises, which costs as much as the system's answer. */
function inside(folder: string, name: string): string {
  return folder.endsWith(sep) ? folder + name : folder + sep + name;
}

function list(path: string): Dirent[] | undefined {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

function statNow(path: string): Stats | "unreadable" | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return codeOf(error) === "ENOTDIR" ? undefined : "unreadable";
  }
}

/** "" where nothing in a folder says anything about what is ignored. */
function rulesIn(path: string): string {
  const rules = ruleStamp(join(path, ".gitignore"));
  const isRepository = existsSync(join(path, ".git"));
  if (rules === "" && !isRepository) return "";
  return `${rules} / ${isRepository ? ruleStamp(join(path, ".git", "info", "exclude")) : "none"}`;
}

function ruleStamp(path: string): string {
  const stats = statNow(path);
  return stats && stats !== "unreadable" ? stampOf(stats) : "";
}
