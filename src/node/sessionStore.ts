import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SessionError } from "../sessions/errors.ts";
import { isLocked, lockFile } from "./fileLock.ts";
import { findInSession, type Scan, scanSession } from "./sessionScan.ts";
import { storageFailure } from "./storageFailure.ts";

/** What a list of sessions shows of one. */
export interface SessionSummary {
  readonly path: string;
  /** "damaged": nothing in it can be gone on from by itself. "too_new": a newer version wrote it. */
  readonly health: "good" | "damaged" | "too_new";
  /** "running": a task is worked on; "open": some window or process has it; "idle": nobody has. */
  readonly state: "running" | "open" | "idle";
  readonly workspace: readonly string[];
  /** The model that answered last. */
  readonly model: string;
  /** The beginning of the first message; "" where there is none to be read. */
  readonly title: string;
  /** ISO 8601: when it began ("" where that is lost), and when something was last written to it. */
  readonly at: string;
  readonly lastAt: string;
  /** Of all its requests; undefined for files that are too long to be read for a list. */
  readonly credits: number | undefined;
  /** How many the user sent; undefined like `credits`. */
  readonly messages: number | undefined;
}

export interface SessionMatch {
  readonly session: SessionSummary;
  /** The words around the first match in the conversation; undefined where only the title matched. */
  readonly excerpt: string | undefined;
}

export interface SearchOptions {
  /** Sessions at the most, the latest first. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

const SESSION = ".jsonl";
/** Stands beside a session that some window shows: that window goes on with it after a reload. */
const OPEN = ".open";
/** Milliseconds. Between the making of such a file and the lock of its session lies a moment. */
const UNUSED_MS = 24 * 3_600_000;
/** Files read at a time: enough to keep a disk busy, few enough to bound the memory. */
const PARALLEL = 4;

/**
 * A folder of sessions, one file each, named by an id. Several windows and processes may use it at the same time, each
 * with a session of its own: what is open is told by files, which all of them see, and by the sessions' locks.
 */
export class SessionStore {
  readonly #folder: () => string;
  readonly #scans = new Map<string, { readonly key: string; readonly scan: Scan }>();

  /** The folder need not exist. */
  constructor(folder: () => string) {
    this.#folder = folder;
  }

  /** A place for a new session; it is open from now on. Throws SessionError. */
  async create(): Promise<string> {
    const path = join(this.#folder(), `${randomUUID()}${SESSION}`);
    await this.markOpen(path);
    return path;
  }

  /** A window shows this session from now on. Throws SessionError. */
  async markOpen(path: string): Promise<void> {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(`${path}${OPEN}`, "", { mode: 0o600 });
    } catch (error) {
      throw storageFailure(error, path);
    }
  }

  /** The sessions that were open last, in this window or another, the latest first. */
  async open(): Promise<string[]> {
    const names = (await this.#names()).filter((name) => name.endsWith(SESSION + OPEN));
    const paths = names.map((name) => join(this.#folder(), name.slice(0, -OPEN.length)));
    const found = await Promise.all(paths.map(written));
    return found
      .filter((entry) => entry !== undefined)
      .sort((a, b) => b.at - a.at)
      .map(({ path }) => path);
  }

  /** The user is done with this session. Its file stays. */
  async close(path: string): Promise<void> {
    await rm(`${path}${OPEN}`, { force: true });
  }

  /**
   * Sessions that were left open by windows that are gone are closed too: a new one is what comes back after this. So
   * are, a day later, those in which nothing was ever said.
   */
  async closeAbandoned(): Promise<void> {
    const names = (await this.#names()).filter((name) => name.endsWith(SESSION + OPEN));
    for (const name of names) {
      const path = join(this.#folder(), name.slice(0, -OPEN.length));
      const isOver = (await written(path)) !== undefined || (await isOld(`${path}${OPEN}`));
      if (isOver && !(await isLocked(path))) await this.close(path);
    }
  }

  /** All sessions in which something was said, the latest first; files that cannot be read are among them. */
  async list(): Promise<SessionSummary[]> {
    const all = await this.#names();
    const names = all.filter((name) => name.endsWith(SESSION));
    const locks = new Set(all.flatMap((name) => /^(.*\.jsonl)\.lock(\.\d+)?$/.exec(name)?.[1] ?? []));
    const summaries = await inParallel(names, (name) => {
      const path = join(this.#folder(), name);
      return this.#summarize(path, locks.has(name) ? stateOf : async () => "idle");
    });
    const paths = new Set(names.map((name) => join(this.#folder(), name)));
    for (const path of this.#scans.keys()) if (!paths.has(path)) this.#scans.delete(path);
    return summaries.filter((summary) => summary !== undefined).sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
  }

  /** Sessions with `query` in their title or in what was said, letter case aside. Ends early when the signal fires. */
  async search(query: string, { limit, signal }: SearchOptions): Promise<SessionMatch[]> {
    const wanted = query.trim();
    const found: SessionMatch[] = [];
    if (wanted === "") return found;
    for (const session of await this.list()) {
      if (signal.aborted || found.length >= limit) break;
      const excerpt = await findInSession(session.path, wanted).catch(() => undefined);
      const isNamed = session.title.toLowerCase().includes(wanted.toLowerCase());
      if (isNamed || excerpt !== undefined) found.push({ session, excerpt });
    }
    return found;
  }

  /** Deletes the session and all that lies beside it. Throws SessionError, "in_use" while any window has it. */
  async remove(path: string): Promise<void> {
    const id = basename(path, SESSION);
    if (join(this.#folder(), `${id}${SESSION}`) !== path || !/^[\w-]{1,80}$/.test(id)) {
      throw new SessionError("not_a_session", `${path} is no session of this folder.`);
    }
    const lock = await lockFile(path, { waitMs: 0 });
    if (!lock) throw new SessionError("in_use", `${path} is in use.`);
    try {
      // The session first: what is left when this is interrupted is no session any more.
      await rm(path, { force: true });
      for (const name of await this.#names()) {
        // The lock goes last.
        if (name.startsWith(`${id}.`) && !name.startsWith(`${id}${SESSION}.lock`))
          await rm(join(this.#folder(), name), { recursive: true, force: true });
      }
    } catch (error) {
      throw storageFailure(error, path);
    } finally {
      await lock.release();
    }
  }

  async #names(): Promise<string[]> {
    return readdir(this.#folder()).catch(() => []);
  }

  async #summarize(path: string, state: typeof stateOf): Promise<SessionSummary | undefined> {
    try {
      const { size, mtimeMs, mtime } = await stat(path);
      const { summary, partial } = await this.#scan(path, `${size} ${mtimeMs}`);
      const isEmpty = size === 0 || (summary.health === "good" && summary.messages === 0 && !partial);
      if (isEmpty) return undefined;
      const { health, workspace, model, title, at, running } = summary;
      return {
        path,
        health,
        state: await state(path, running),
        workspace,
        model,
        title,
        at,
        lastAt: isDate(summary.lastAt) ? summary.lastAt : mtime.toISOString(),
        credits: partial ? undefined : summary.credits,
        messages: partial ? undefined : summary.messages,
      };
    } catch {
      // Deleted meanwhile, or not ours to read.
      return unreadable(path);
    }
  }

  /** Sessions only grow: one that is as long and as old as before says the same as before. */
  async #scan(path: string, key: string): Promise<Scan> {
    const known = this.#scans.get(path);
    if (known?.key === key) return known.scan;
    const scan = await scanSession(path);
    this.#scans.set(path, { key, scan });
    return scan;
  }
}

async function stateOf(path: string, running: boolean): Promise<SessionSummary["state"]> {
  if (!(await isLocked(path).catch(() => false))) return "idle";
  return running ? "running" : "open";
}

async function unreadable(path: string): Promise<SessionSummary | undefined> {
  const found = await written(path);
  if (!found) return undefined;
  const lastAt = new Date(found.at).toISOString();
  const nothing = { workspace: [], model: "", title: "", at: "", credits: undefined, messages: undefined };
  return { path, health: "damaged", state: "idle", lastAt, ...nothing };
}

async function written(path: string): Promise<{ readonly path: string; readonly at: number } | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => ({ path, at: mtimeMs }),
    () => undefined,
  );
}

async function isOld(path: string): Promise<boolean> {
  const found = await written(path);
  return found !== undefined && Date.now() - found.at > UNUSED_MS;
}

function isDate(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

/** In the order of the items. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return results;
}
