import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMimoModel } from "../../src/mimo/client.ts";
import { parseBaseUrl } from "../../src/mimo/endpoints.ts";
import type { Figure } from "../bench/figures.ts";
import type { LogEntry } from "../simulator/log.ts";
import { startSimulator } from "../simulator/server.ts";
import { History, type Tally } from "./history.ts";
import { isRefusal, randomTurn, type TurnInput } from "./historyTurns.ts";
import { type Random, seeded } from "./random.ts";

const PARALLEL = 8;
/** Histories that one simulator serves, one after the other, and the turns that it has for them. */
const BATCH = 20;
const TURNS = 1_500;
/** Long enough that a busy machine is not taken for a stall. */
const IDLE_MS = 400;

/**
 * Random conversations against the simulator, through the real client, journal, file and fold. Whatever happens to them,
 * the platform never has a reason to refuse a request, and every request continues the one before.
 */
export async function histories(options: { readonly runs: number; readonly seed: number }): Promise<Figure[]> {
  const tally = newTally();
  const folder = mkdtempSync(join(tmpdir(), "mimo-histories-"));
  let begun = 0;
  let refused = 0;
  const worker = async (name: number) => {
    while (begun < options.runs) {
      const first = begun;
      begun = Math.min(options.runs, begun + BATCH);
      const own = join(folder, `${name}`);
      const seen = await batch({ seed: options.seed + first, runs: begun - first, folder: own, tally });
      refused += seen;
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, (_, name) => worker(name)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const problem of tally.problems.slice(0, 20)) console.error(`  ${problem}`);
  const told = (name: string, value: number): Figure => ({ name, value, unit: "", bound: 1, better: "higher" });
  const none = (name: string, value: number): Figure => ({ name, value, unit: "", bound: 0, better: "lower" });
  return [
    { name: "histories", value: begun, unit: "", bound: options.runs, better: "higher" },
    told("requests", tally.requests),
    told("stops", tally.stops),
    told("failures", tally.failures),
    told("retries", tally.retries),
    told("switches of model, key, search", tally.switches),
    told("reloads", tally.reloads),
    told("kills", tally.kills),
    told("messages from the queue", tally.queued),
    told("images", tally.images),
    told("leaked calls", tally.leaks),
    told("floods", tally.floods),
    told("repairs", tally.repairs),
    told("rewinds", tally.rewinds),
    told("refusals of the script", tally.scripted),
    { name: "seed", value: options.seed, unit: "", bound: undefined, better: "lower" },
    none("requests refused", Math.max(refused, tally.refused)),
    none("histories that differ after a reload", tally.differing),
    none("broken promises", tally.problems.length),
  ];
}

interface Batch {
  readonly seed: number;
  readonly runs: number;
  readonly folder: string;
  readonly tally: Tally;
}

/** Returns how many requests the simulator refused, other than by its script. */
async function batch({ seed, runs, folder, tally }: Batch): Promise<number> {
  const random = seeded(seed);
  const turns = Array.from({ length: TURNS }, () => randomTurn(random));
  const script = { account: { webSearch: true }, turns, otherwise: { content: "The script is over." } };
  const simulator = await startSimulator({ script, keep: true });
  try {
    const model = modelAt(simulator.url);
    for (let run = 0; run < runs; run++) await history({ random, model, tally, folder: join(folder, `${run}`) });
    return refusedOf(simulator.requests, turns);
  } finally {
    await simulator.close();
  }
}

/** A request that the script refuses uses up a turn, one that the platform refuses does not. */
function refusedOf(log: readonly LogEntry[], turns: readonly TurnInput[]): number {
  let refused = 0;
  let next = 0;
  for (const { status } of log) {
    if (status === 400 && !isRefusal(turns[next])) refused++;
    else next++;
  }
  return refused;
}

async function history(parts: {
  readonly random: Random;
  readonly model: ReturnType<typeof modelAt>;
  readonly tally: Tally;
  readonly folder: string;
}): Promise<void> {
  mkdirSync(parts.folder, { recursive: true });
  await new History(parts).run();
  rmSync(parts.folder, { recursive: true, force: true });
}

function modelAt(url: string) {
  const resolved = parseBaseUrl(url);
  if (!resolved.ok) throw new Error("the simulator's address must parse");
  return createMimoModel({ endpoint: resolved.endpoint, key: async () => undefined, idleMs: IDLE_MS });
}

function newTally(): Tally {
  return {
    requests: 0,
    refused: 0,
    scripted: 0,
    stops: 0,
    failures: 0,
    retries: 0,
    switches: 0,
    reloads: 0,
    kills: 0,
    queued: 0,
    images: 0,
    leaks: 0,
    floods: 0,
    repairs: 0,
    rewinds: 0,
    differing: 0,
    problems: [],
  };
}
