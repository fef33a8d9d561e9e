import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { userText } from "../agent/context.ts";
import type { SessionHead, SessionRecord } from "../sessions/format.ts";
import { parseSession } from "../sessions/parse.ts";
import { openSessionFile, type SessionFile } from "./sessionFile.ts";

/** What a list of sessions shows, read without reading the whole file. */
export interface SessionSummary {
  readonly id: string;
  readonly path: string;
  readonly workspace: readonly string[];
  readonly model: string;
  /** The beginning of the first message; "" before there is one. */
  readonly title: string;
  /** ISO 8601: when it began, and when the last record was written. */
  readonly at: string;
  readonly lastAt: string;
}

/** A folder of sessions, one file each. */
export interface SessionStore {
  /** Opens the session's file, which may be new. */
  open(id: string): Promise<SessionFile>;
  /** The latest first; files that are no sessions are left out. */
  list(): Promise<SessionSummary[]>;
  /** The session last written to in exactly these folders. */
  latest(workspace: readonly string[]): Promise<SessionSummary | undefined>;
  remove(id: string): Promise<void>;
}

const ENDING = ".jsonl";
const HEAD_BYTES = 65_536;
const TAIL_BYTES = 16_384;
const TITLE_LENGTH = 120;

export function createSessionStore(folder: string): SessionStore {
  const pathOf = (id: string) => {
    if (!/^[\w-]{1,80}$/.test(id)) throw new Error(`not a session's id: ${JSON.stringify(id)}`);
    return join(folder, `${id}${ENDING}`);
  };
  const list = async () => {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(ENDING));
    const summaries = await Promise.all(names.map((name) => summarize(join(folder, name)).catch(() => undefined)));
    return summaries.filter((summary) => summary !== undefined).sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
  };
  return {
    open: async (id) => openSessionFile(pathOf(id)),
    list,
    async latest(workspace) {
      const wanted = [...workspace].sort().join("\0");
      return (await list()).find((summary) => [...summary.workspace].sort().join("\0") === wanted);
    },
    remove: async (id) => rm(pathOf(id), { force: true }),
  };
}

async function summarize(path: string): Promise<SessionSummary | undefined> {
  const { size, mtime } = await stat(path);
  const file = await open(path, "r");
  try {
    const piece = async (from: number, length: number) => {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - from)));
      return buffer.subarray(0, (await file.read(buffer, 0, buffer.length, from)).bytesRead).toString("utf8");
    };
    const first = parseSession(await piece(0, HEAD_BYTES)).records;
    const head = first.find((record): record is SessionHead => record.type === "session");
    if (!head) return undefined;
    // A torn first line of the tail is passed over by the parser; a last record longer than the tail has no date here.
    const tail = size <= HEAD_BYTES ? first : parseSession(await piece(size - TAIL_BYTES, TAIL_BYTES)).records;
    const lastAt = tail.at(-1)?.at ?? mtime.toISOString();
    const { id, at, workspace, model } = head;
    return { id, path, workspace, model, title: titleOf(first), at, lastAt };
  } finally {
    await file.close();
  }
}

function titleOf(records: readonly SessionRecord[]): string {
  for (const record of records) {
    if (record.type !== "message" || record.message.role !== "user") continue;
    return userText(record.message).trim().replace(/\s+/g, " ").slice(0, TITLE_LENGTH);
  }
  return "";
}
