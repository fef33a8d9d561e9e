import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chatRequests } from "../audit.ts";
import type { LogEntry } from "../simulator/log.ts";
import { startSimulator } from "../simulator/server.ts";
import type { Figure } from "./figures.ts";
import { type Dialect, FOLLOW_UP, TASK, taskScript, writeWorkspace } from "./script.ts";

const ROOT = join(import.meta.dirname, "../..");
const MODEL = "mimo-v2.6-pro";
/** Credits a token of that model, at the full rate: the time of day must not move the figures. */
const RATE = { hit: 2.5, miss: 300, output: 600 };

/** One agent over both processes of the task. */
interface Measured {
  readonly entries: readonly LogEntry[];
  readonly credits: number;
  readonly firstTokens: number;
  readonly prefixBreaks: number;
  /** Median milliseconds from an answer's last byte to the next request. */
  readonly gapMs: number;
  /** Milliseconds from the start of the process to its first request. */
  readonly startMs: number;
  readonly peakMb: number;
}

/** The loop beside the limit: what it costs, how fast and how large it is. */
export async function loop(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [calls, bound] of [
    [50, 1.12],
    [300, 1.04],
  ] as const) {
    const limit = await measure("limit", calls);
    const ours = await measure("agent", calls);
    figures.push(...compare(calls, bound, ours, limit));
    if (calls === 300) figures.push(...once(ours, limit), await sharedHead(ours));
  }
  return figures;
}

function compare(calls: number, bound: number, ours: Measured, limit: Measured): Figure[] {
  return [
    {
      name: `credits at ${calls} calls, limit`,
      value: limit.credits / 1e6,
      unit: "M",
      bound: undefined,
      better: "lower",
    },
    { name: `credits at ${calls} calls`, value: ours.credits / limit.credits, unit: "x limit", bound, better: "lower" },
    { name: `prefix breaks at ${calls} calls`, value: ours.prefixBreaks, unit: "", bound: 0, better: "lower" },
    {
      name: `answer to next request at ${calls} calls, limit`,
      value: limit.gapMs,
      unit: "ms median",
      bound: undefined,
      better: "lower",
    },
    {
      name: `answer to next request at ${calls} calls`,
      value: ours.gapMs,
      unit: "ms median",
      bound: Math.max(10, 3 * limit.gapMs),
      better: "lower",
    },
  ];
}

function once(ours: Measured, limit: Measured): Figure[] {
  return [
    { name: "first request", value: ours.firstTokens, unit: "tokens", bound: 2400, better: "lower" },
    { name: "start to first request, limit", value: limit.startMs, unit: "ms", bound: undefined, better: "lower" },
    { name: "start to first request", value: ours.startMs, unit: "ms", bound: 400, better: "lower" },
    { name: "peak memory, limit", value: limit.peakMb, unit: "MB", bound: undefined, better: "lower" },
    { name: "peak memory", value: ours.peakMb, unit: "MB", bound: 200, better: "lower" },
  ];
}

/** What stands before the first user message, compared with that of a session in another folder. */
async function sharedHead(first: Measured): Promise<Figure> {
  const second = await measure("agent", 1);
  const [a, b] = [first, second].map(({ entries }) => headOf(entries[0]?.body ?? ""));
  let shared = 0;
  while (a && b && shared < a.length && a[shared] === b[shared]) shared++;
  const value = (100 * shared) / (a?.length ?? 1);
  return { name: "head shared between folders", value, unit: "%", bound: 98, better: "higher" };
}

function headOf(body: string): string {
  const at = body.indexOf('{"role":"user"');
  return at < 0 ? body : body.slice(0, at);
}

async function measure(dialect: Dialect, calls: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "mimo-bench-"));
  const workspace = join(folder, "work");
  const simulator = await startSimulator({ script: taskScript({ calls, dialect }), keep: true });
  try {
    writeWorkspace(workspace);
    const session = join(folder, "session");
    const runs: Run[] = [];
    for (const task of [TASK, FOLLOW_UP]) {
      const before = simulator.requests.length;
      // The second process runs on the next day: midnight must not cost the cache.
      const run = await runAgent(
        dialect,
        ["--base-url", simulator.url, "--workspace", workspace, "--session", session, task],
        {
          tomorrow: task === FOLLOW_UP,
        },
      );
      runs.push({ ...run, startMs: Date.parse(simulator.requests[before]?.at ?? "") - run.startMs });
    }
    const entries = chatRequests(simulator.requests);
    if (entries.length !== calls + 7) throw new Error(`${dialect}: ${entries.length} requests for ${calls} calls`);
    return {
      entries,
      credits: entries.reduce((sum, entry) => sum + creditsOf(entry), 0),
      firstTokens: entries[0]?.usage?.prompt_tokens ?? Number.NaN,
      prefixBreaks: entries.filter((entry, i) => breaksPrefix(entry, entries[i - 1])).length,
      gapMs: median(entries.slice(1, calls + 1).map((entry) => entry.afterMs ?? Number.NaN)),
      startMs: runs[0]?.startMs ?? Number.NaN,
      peakMb: Math.max(...runs.map((run) => run.peakMb)),
    };
  } finally {
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function creditsOf({ usage }: LogEntry): number {
  if (!usage) throw new Error("a request was not answered");
  const cached = usage.prompt_tokens_details.cached_tokens;
  return cached * RATE.hit + (usage.prompt_tokens - cached) * RATE.miss + usage.completion_tokens * RATE.output;
}

function breaksPrefix(entry: LogEntry, before: LogEntry | undefined): boolean {
  return before !== undefined && !entry.body.startsWith(before.body.slice(0, before.body.lastIndexOf("]")));
}

interface Run {
  /** First the moment of the start, then the time to the first request. */
  readonly startMs: number;
  readonly peakMb: number;
}

function runAgent(dialect: Dialect, args: string[], options: { readonly tomorrow: boolean }): Promise<Run> {
  const program =
    dialect === "limit"
      ? [join(ROOT, "test/bench/limit.ts"), "--model", MODEL]
      : [join(ROOT, "dist/headless.mjs"), "--model", MODEL, "--approve", "all", "--context", "keep", "--json"];
  const shift = options.tomorrow ? ["--import", join(ROOT, "test/bench/tomorrow.ts")] : [];
  const startMs = Date.now();
  const child = spawn(process.execPath, ["--no-warnings", ...shift, ...program, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  let peakMb = 0;
  const poll = setInterval(() => {
    peakMb = Math.max(peakMb, peakOf(child.pid));
  }, 25);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      clearInterval(poll);
      if (code === 0) resolve({ startMs, peakMb });
      else reject(new Error(`${dialect} ended with ${code}`));
    });
  });
}

/** The process's high-water mark, in MB, where the system tells it. */
function peakOf(pid: number | undefined): number {
  try {
    const kb = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kb ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
