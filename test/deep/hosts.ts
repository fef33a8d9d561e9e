import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isLocked } from "../../src/node/fileLock.ts";
import { parseSession } from "../../src/sessions/parse.ts";
import type { Figure } from "../bench/figures.ts";
import { newFolder } from "./headlessRun.ts";
import type { Note } from "./hostWorker.ts";
import { type Random, seeded } from "./random.ts";

const WORKER = join(import.meta.dirname, "hostWorker.ts");

export interface HostsOptions {
  /** Of each host. */
  readonly operations: number;
  readonly seed: number;
  readonly hosts?: number;
  /** Of each host: killed like that often, and started again. */
  readonly kills?: number;
}

/** Several processes on one storage, as extension hosts are: what one wrote is there, once, and nobody else's with it. */
export async function hosts({ operations, seed, hosts = 2, kills = 3 }: HostsOptions): Promise<Figure[]> {
  const base = newFolder();
  const storage = join(base, "sessions");
  mkdirSync(storage);
  try {
    const logs = Array.from({ length: hosts }, (_, i) => join(base, `host${i}.log`));
    await Promise.all(
      logs.map((log, i) => runHost({ storage, log, name: `host${i}`, operations, kills, random: seeded(seed + i) })),
    );
    const findings = await judge(storage, logs.map(notesOf));
    for (const problem of findings.problems.slice(0, 20)) console.error(`  ${problem}`);
    const { counts } = findings;
    return [
      { name: "hosts", value: hosts, unit: "", bound: 2, better: "higher" },
      { name: "operations of each", value: counts.fewest, unit: "", bound: operations, better: "higher" },
      { name: "kills", value: counts.kills, unit: "", bound: undefined, better: "higher" },
      { name: "sessions", value: counts.sessions, unit: "", bound: 1, better: "higher" },
      { name: "of them deleted", value: counts.deleted, unit: "", bound: undefined, better: "higher" },
      { name: "records written", value: counts.written, unit: "", bound: 1, better: "higher" },
      { name: "seed", value: seed, unit: "", bound: undefined, better: "lower" },
      { name: "lost records", value: counts.lost, unit: "", bound: 0, better: "lower" },
      { name: "crossed records", value: counts.crossed, unit: "", bound: 0, better: "lower" },
      { name: "two at a time in one session", value: counts.overlaps, unit: "", bound: 0, better: "lower" },
      { name: "deleted sessions that are left", value: counts.undead, unit: "", bound: 0, better: "lower" },
      { name: "other mistakes", value: counts.wrong, unit: "", bound: 0, better: "lower" },
    ];
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

interface Host {
  readonly storage: string;
  readonly log: string;
  readonly name: string;
  readonly operations: number;
  readonly kills: number;
  readonly random: Random;
}

/** To the end of its operations, however often it is killed on the way. */
async function runHost({ storage, log, name, operations, kills, random }: Host): Promise<void> {
  for (let left = kills; ; left--) {
    const notes = notesOf(log);
    const rest = operations - notes.filter(({ type }) => type === "operation").length;
    if (rest <= 0) return;
    const meant = notes.filter(({ type }) => type === "meant").length;
    const args = [storage, log, name, rest, random.below(1e9), meant].map(String);
    const child = spawn(process.execPath, ["--no-warnings", WORKER, ...args], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    const timer = left > 0 ? setTimeout(() => child.kill("SIGKILL"), 200 + random.below(2_000)) : undefined;
    const [code] = await once(child, "exit");
    clearTimeout(timer);
    if (code !== null && code !== 0) throw new Error(`${name} ended with ${code}`);
  }
}

function notesOf(log: string): Note[] {
  const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
  // A kill may have torn a line; what it was about was not acknowledged.
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as Note];
    } catch {
      return [];
    }
  });
}

async function judge(storage: string, logs: readonly (readonly Note[])[]) {
  const problems: string[] = [];
  const all = logs.flat();
  const deleting = new Set(all.flatMap((note) => (note.type === "deleting" ? note.session : [])));
  const deleted = new Set(all.flatMap((note) => (note.type === "deleted" ? note.session : [])));
  const meant = marksOf(all, "meant");
  const written = marksOf(all, "written");
  const names = readdirSync(storage).filter((name) => name.endsWith(".jsonl"));
  const counts = { lost: 0, crossed: 0, undead: 0, wrong: 0, overlaps: overlapsOf(logs) };
  const tell = (count: keyof typeof counts, what: string) => {
    counts[count]++;
    problems.push(what.slice(0, 200));
  };
  for (const note of all) if (note.type === "wrong") tell("wrong", note.what);
  for (const name of deleted) if (names.includes(name)) tell("undead", `${name} was deleted`);
  for (const [session, marks] of written) {
    const found = names.includes(session) ? messagesOf(join(storage, session)) : [];
    // Killed in the middle of deleting it, a host could not say so.
    if (!names.includes(session) && deleting.has(session)) continue;
    for (const mark of marks) if (!found.includes(mark)) tell("lost", `${session} lacks ${mark}`);
  }
  for (const name of names) {
    const { bad } = parseSession(readFileSync(join(storage, name), "utf8"));
    if (bad > 0) tell("wrong", `${name} has ${bad} bad lines`);
    const found = messagesOf(join(storage, name));
    const known = meant.get(name) ?? new Set();
    for (const mark of found) if (!known.has(mark)) tell("crossed", `${name} holds ${mark}`);
    if (new Set(found).size !== found.length) tell("crossed", `${name} holds something twice`);
    if (await isLocked(join(storage, name))) tell("wrong", `${name} is still locked`);
  }
  const sessions = new Set([...written.keys()]).size;
  const done = logs.map((notes) => notes.filter(({ type }) => type === "operation").length);
  const starts = all.filter(({ type }) => type === "started").length;
  const total = [...written.values()].reduce((sum, marks) => sum + marks.size, 0);
  const more = {
    sessions,
    deleted: deleted.size,
    written: total,
    fewest: Math.min(...done),
    kills: starts - logs.length,
  };
  return { counts: { ...counts, ...more }, problems };
}

function marksOf(notes: readonly Note[], type: "meant" | "written"): Map<string, Set<string>> {
  const marks = new Map<string, Set<string>>();
  for (const note of notes) {
    if (note.type !== type) continue;
    const own = marks.get(note.session) ?? new Set();
    marks.set(note.session, own.add(note.mark));
  }
  return marks;
}

function messagesOf(path: string): string[] {
  return parseSession(readFileSync(path, "utf8")).records.flatMap((record) =>
    record.type === "message" && typeof record.message.content === "string" ? [record.message.content] : [],
  );
}

interface Hold {
  readonly from: bigint;
  readonly to: bigint;
}

/** How often two hosts were in one session at the same time. */
function overlapsOf(logs: readonly (readonly Note[])[]): number {
  const holds = new Map<string, Hold[]>();
  for (const notes of logs) {
    let held: { readonly session: string; readonly from: bigint } | undefined;
    let last = 0n;
    for (const note of notes) {
      const now = BigInt(note.at);
      // Killed while it held one, it did so at least until its last note.
      const isOver = note.type === "released" || note.type === "started";
      if (held && isOver) {
        const to = note.type === "released" ? now : last;
        holds.set(held.session, [...(holds.get(held.session) ?? []), { from: held.from, to }]);
        held = undefined;
      }
      if (note.type === "held") held = { session: note.session, from: now };
      last = now;
    }
  }
  return [...holds.values()].map(overlapsIn).reduce((sum, count) => sum + count, 0);
}

function overlapsIn(holds: readonly Hold[]): number {
  const sorted = [...holds].sort((a, b) => (a.from < b.from ? -1 : 1));
  let until = 0n;
  let overlaps = 0;
  for (const { from, to } of sorted) {
    if (from < until) overlaps++;
    if (to > until) until = to;
  }
  return overlaps;
}
