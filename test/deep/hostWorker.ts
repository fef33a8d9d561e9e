/**
 * One of the processes of the campaign `hosts`: works on the common storage as an extension host does, and writes down
 * what it was told. Arguments: folder, its log, its name, operations, seed, the number of
 * its last record before this.
 */
import { appendFileSync } from "node:fs";
import { basename } from "node:path";
import { type FileLock, lockFile } from "../../src/node/fileLock.ts";
import { openSessionFile, type SessionFile } from "../../src/node/sessionFile.ts";
import { SessionStore } from "../../src/node/sessionStore.ts";
import { sessionFailure } from "../../src/sessions/errors.ts";
import { foldSession } from "../../src/sessions/fold.ts";
import { mendSession } from "../../src/sessions/mend.ts";
import { seeded } from "./random.ts";

/** What is noted. "meant" and "deleting" come before the deed, "written" and "deleted" once it is done; "held" once a lock
 * is had, "released" before it is let go. */
export type Deed =
  | { readonly type: "started" }
  | { readonly type: "meant" | "written"; readonly session: string; readonly mark: string }
  | { readonly type: "deleting" | "deleted" | "held" | "released"; readonly session: string }
  | { readonly type: "wrong"; readonly what: string }
  | { readonly type: "operation"; readonly kind: string };

/** A line of the log. `at` is in nanoseconds of the machine's steady clock, as a string. */
export type Note = Deed & { readonly at: string };

const MOST_SESSIONS = 12;
const [folder = "", log = "", name = "", operations = "0", seed = "0", firstCount = "0"] = process.argv.slice(2);
const random = seeded(Number(seed));
const store = new SessionStore(() => folder);

interface Chat {
  readonly path: string;
  readonly id: string;
  readonly lock: FileLock;
  readonly file: SessionFile;
}

let chat: Chat | undefined;
let count = Number(firstCount);

note({ type: "started" });
for (let i = 0; i < Number(operations); i++) {
  const kind = next();
  await operate(kind);
  note({ type: "operation", kind });
}
await close();

function next(): "begin" | "append" | "resume" | "close" | "list" | "search" | "delete" | "newChat" {
  if (chat)
    return random.pick(["append", "append", "append", "append", "append", "close", "list", "newChat", "search"]);
  return random.pick(["begin", "resume", "resume", "resume", "list", "delete"]);
}

async function operate(kind: ReturnType<typeof next>): Promise<void> {
  switch (kind) {
    case "begin":
      return begin();
    case "append":
      return append();
    case "resume":
      return resume();
    case "close":
      return close();
    case "newChat": {
      const path = chat?.path ?? "";
      await close();
      await store.close(path);
      return store.closeAbandoned();
    }
    case "list": {
      const list = await store.list();
      for (const { health, path } of list) if (health !== "good") note({ type: "wrong", what: `${health}: ${path}` });
      return;
    }
    case "search":
      await store.search(`${name} 1`, { limit: 3, signal: new AbortController().signal });
      return;
    case "delete":
      return remove();
  }
}

async function begin(): Promise<void> {
  if ((await store.list()).length >= MOST_SESSIONS) return resume();
  const path = await store.create();
  await open(path, "create");
  if (chat) append();
}

async function resume(): Promise<void> {
  const left = await store.open();
  const all = (await store.list()).map(({ path }) => path);
  const paths = random.chance(0.5) && left.length > 0 ? left : all;
  if (paths.length > 0) await open(random.pick(paths), "refuse");
}

async function open(path: string, missing: "create" | "refuse"): Promise<void> {
  const lock = await lockFile(path, { waitMs: random.chance(0.2) ? 20 : 0 });
  if (!lock) return;
  const session = basename(path);
  note({ type: "held", session });
  const file = await openSessionFile(path, { lock, missing }).catch((error) => {
    if (sessionFailure(error) !== "gone") throw error;
  });
  if (!file) {
    note({ type: "released", session });
    return lock.release();
  }
  const at = new Date().toISOString();
  const stored = foldSession(file.records, { damage: file.damage });
  if (file.damage.bad > 0) note({ type: "wrong", what: `${file.damage.bad} bad lines in ${path}` });
  if (stored) mendSession(stored, (record) => file.append(record), at);
  else file.append({ v: 1, type: "session", id: session, at, workspace: [], model: "m", system: "s", tools: [] });
  await store.markOpen(path);
  chat = { path, id: session, lock, file };
}

function append(): void {
  if (!chat) return;
  const mark = `${name} ${++count} of ${chat.id} ${"x".repeat(random.below(3_000))}`;
  note({ type: "meant", session: chat.id, mark });
  const role = random.chance(0.5) ? "user" : "assistant";
  chat.file.append({ type: "message", at: new Date().toISOString(), message: { role, content: mark } });
  note({ type: "written", session: chat.id, mark });
}

async function close(): Promise<void> {
  if (!chat) return;
  const { lock, file, id } = chat;
  chat = undefined;
  if (random.chance(0.1)) await file.sync();
  await file.close();
  if (!lock.isHeld()) note({ type: "wrong", what: `the lock of ${id} was taken from its holder` });
  note({ type: "released", session: id });
  await lock.release();
}

async function remove(): Promise<void> {
  const list = await store.list();
  if (list.length < MOST_SESSIONS / 2) return;
  const { path } = random.pick(list);
  try {
    note({ type: "deleting", session: basename(path) });
    await store.remove(path);
    note({ type: "deleted", session: basename(path) });
  } catch (error) {
    if (sessionFailure(error) !== "in_use") throw error;
  }
}

function note(deed: Deed): void {
  const entry: Note = { ...deed, at: String(process.hrtime.bigint()) };
  appendFileSync(log, `${JSON.stringify(entry)}\n`);
}
