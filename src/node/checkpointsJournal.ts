import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";
import type { State } from "./checkpointsState.ts";

const Ref = z.string().regex(/^[\w-]{43}$/);
const Why = z.enum(["too_large", "unreadable", "storage", "pruned", "changed", "blocked", "refused"]);
/** null: nothing is there. */
const StoredState = z.union([
  z.null(),
  z.object({ kind: z.literal("file"), ref: Ref, mode: z.int().min(0).max(0o7777) }),
  z.object({ kind: z.literal("link"), ref: Ref }),
  z.object({ kind: z.literal("folder") }),
  z.object({ kind: z.literal("unkept"), why: Why, stamp: z.string() }),
]);
const Path = z.string().min(1);
const Change = { path: Path, before: StoredState, after: StoredState };
const Uncovered = z.object({
  path: Path,
  why: z.enum(["too_many_files", "too_many_bytes", "too_slow", "unreadable"]),
});

const Line = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message"), message: z.int().min(1), at: z.string() }),
  z.object({ type: z.literal("step"), call: z.string(), by: z.enum(["tool", "command"]), ...Change }),
  z.object({ type: z.literal("uncovered"), call: z.string(), parts: z.array(Uncovered) }),
  /** Written before anything is done; `undoes` names the restore that this one takes back. */
  z.object({
    type: z.literal("restore"),
    id: z.string(),
    message: z.int().min(1),
    undoes: z.string().optional(),
    items: z.array(z.object(Change)),
  }),
  /** It is done, but for these. */
  z.object({
    type: z.literal("restored"),
    id: z.string(),
    missing: z.array(z.object({ path: Path, why: Why })),
  }),
]);
type StoredRecord = z.infer<typeof Line>;

export interface RecordedChange {
  readonly path: string;
  readonly before: State;
  readonly after: State;
}

type Stateful<T> = T extends { before: unknown; after: unknown }
  ? Omit<T, "before" | "after"> & RecordedChange
  : T extends { items: unknown }
    ? Omit<T, "items"> & { readonly items: readonly RecordedChange[] }
    : T;
export type JournalRecord = Readonly<Stateful<StoredRecord>>;

/** What happened to the files of a chat, one JSON line each, only ever added to. Lines that cannot be read are passed
 * over: what they told cannot be restored, everything else can. */
export class CheckpointJournal {
  readonly #path: string;
  /** Something stands there without its line end: what a kill or a full disk tore. */
  #isTorn = false;
  #last: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<JournalRecord[]> {
    const text = await readFile(this.#path, "utf8").catch(() => "");
    this.#isTorn = text !== "" && !text.endsWith("\n");
    return text.split("\n").flatMap(parsed);
  }

  /** Together and in order. Rejects when the disk refuses. */
  append(records: readonly JournalRecord[]): Promise<void> {
    if (records.length === 0) return this.#last;
    const lines = records.map((record) => `${JSON.stringify(record, nullForNothing)}\n`);
    const written = this.#last.then(() => this.#write(lines.join("")));
    this.#last = written.catch(() => {});
    return written;
  }

  async #write(text: string): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const whole = this.#isTorn ? `\n${text}` : text;
    this.#isTorn = true;
    await appendFile(this.#path, whole, { mode: 0o600 });
    this.#isTorn = false;
  }
}

function parsed(line: string): JournalRecord[] {
  if (line === "") return [];
  try {
    return [withStates(Line.parse(JSON.parse(line)))];
  } catch {
    return [];
  }
}

function withStates(record: StoredRecord): JournalRecord {
  if (record.type === "step") return changeOf(record);
  return record.type === "restore" ? { ...record, items: record.items.map(changeOf) } : record;
}

function changeOf<T extends { before: z.infer<typeof StoredState>; after: z.infer<typeof StoredState> }>(stored: T) {
  return { ...stored, before: stored.before ?? undefined, after: stored.after ?? undefined };
}

function nullForNothing(key: string, value: unknown): unknown {
  return value === undefined && (key === "before" || key === "after") ? null : value;
}
