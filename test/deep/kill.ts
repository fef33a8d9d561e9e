import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaySession } from "../audit.ts";
import type { Figure } from "../bench/figures.ts";
import type { ScriptInput } from "../simulator/script.ts";
import { startSimulator } from "../simulator/server.ts";
import { BUILT, type FinishedRun, heldAgainst, newFolder, readStored, runHeadless } from "./headlessRun.ts";
import { type Random, seeded } from "./random.ts";

export interface KillOptions {
  /** Kills. */
  readonly runs: number;
  readonly seed: number;
  readonly program?: string;
}

/** Kills of one session before it is brought to its end. */
const KILLS_PER_SESSION = 12;
const PARALLEL = 3;

interface Tally {
  kills: number;
  runs: number;
  sessions: number;
  acknowledged: number;
  lost: number;
  unreadable: number;
  refused: number;
  replayed: number;
  readonly problems: string[];
}

/** The headless runner, killed at random points of scripted sessions and resumed: nothing that was written is lost. */
export async function kill({ runs, seed, program = BUILT }: KillOptions): Promise<Figure[]> {
  const tally: Tally = {
    kills: 0,
    runs: 0,
    sessions: 0,
    acknowledged: 0,
    lost: 0,
    unreadable: 0,
    refused: 0,
    replayed: 0,
    problems: [],
  };
  let next = seed;
  const worker = async () => {
    while (tally.kills < runs) await killSession(seeded(next++), { tally, runs, program });
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  for (const problem of tally.problems.slice(0, 20)) console.error(`  ${problem}`);
  return [
    { name: "kills", value: tally.kills, unit: "", bound: runs, better: "higher" },
    { name: "sessions brought to their end", value: tally.sessions, unit: "", bound: 1, better: "higher" },
    { name: "events and requests acknowledged", value: tally.acknowledged, unit: "", bound: 1, better: "higher" },
    { name: "requests replayed", value: tally.replayed, unit: "", bound: 1, better: "higher" },
    { name: "seed", value: seed, unit: "", bound: undefined, better: "lower" },
    { name: "written records lost", value: tally.lost, unit: "", bound: 0, better: "lower" },
    { name: "unreadable sessions", value: tally.unreadable, unit: "", bound: 0, better: "lower" },
    { name: "requests refused", value: tally.refused, unit: "", bound: 0, better: "lower" },
  ];
}

interface Campaign {
  readonly tally: Tally;
  readonly runs: number;
  readonly program: string;
}

async function killSession(random: Random, { tally, runs, program }: Campaign): Promise<void> {
  const folder = newFolder();
  const session = join(folder, "s.jsonl");
  writeFileSync(join(folder, "a.txt"), "hello\n".repeat(200));
  const simulator = await startSimulator({ script: scriptOf(random), keep: true });
  let seen = 0;
  const run = async (task: string, hooks: Parameters<typeof aim>[0] | undefined): Promise<FinishedRun> => {
    const before = readStored(session).text;
    const finished = await runHeadless({
      ...{ program, url: simulator.url, folder, session, task },
      ...(hooks ? aim(hooks) : {}),
    });
    tally.runs++;
    const requests = simulator.requests.slice(seen);
    seen = simulator.requests.length;
    const stored = readStored(session);
    const told = { events: finished.events, bodies: requests.map(({ body }) => body) };
    const { acknowledged, lost } = heldAgainst(stored, told);
    tally.acknowledged += acknowledged;
    tally.lost += lost.length;
    const whole = before.slice(0, before.lastIndexOf("\n") + 1);
    const isWhole = stored.parsed.bad === 0 && stored.text.startsWith(whole);
    if (!isWhole) tally.unreadable++;
    const refused = requests.filter(({ status }) => status !== 200);
    tally.refused += refused.length;
    const said = `${session} (${task}): `;
    tally.problems.push(...lost.map((name) => `${said}lost ${name.slice(0, 200)}`));
    if (!isWhole) tally.problems.push(`${said}not what it was, or ${stored.parsed.bad} bad lines`);
    if (refused.length > 0) tally.problems.push(`${said}refused ${refused.map(({ status }) => status).join(" ")}`);
    return finished;
  };
  try {
    for (let i = 0; i < KILLS_PER_SESSION && tally.kills < runs; ) {
      const { code } = await run(`task ${tally.runs}`, random);
      // It may have been at its end before the shot.
      if (code === null) {
        i++;
        tally.kills++;
      }
    }
    const last = await run("the last task", undefined);
    if (last.code !== 0) {
      tally.unreadable++;
      const why = last.events.filter(({ type }) => type === "error").map((event) => JSON.stringify(event));
      tally.problems.push(`${session}: the last resume ended with ${last.code}: ${why} ${last.err}`);
      return;
    }
    tally.replayed += await replaySession(session);
    tally.sessions++;
  } catch (error) {
    tally.unreadable++;
    tally.problems.push(`${session}: ${error}`);
  } finally {
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A shot at a random moment: some time after the start, or right after some line of the output. */
function aim(random: Random): Pick<Parameters<typeof runHeadless>[0], "onStart" | "onLine"> {
  if (random.chance(0.35)) {
    const afterMs = random.below(1_200);
    return {
      onStart: (child) => {
        const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
        child.once("exit", () => clearTimeout(timer));
      },
    };
  }
  let left = 1 + random.below(250);
  const afterMs = random.below(4);
  return {
    onLine: (_, child) => {
      if (--left !== 0) return;
      if (afterMs === 0) child.kill("SIGKILL");
      else setTimeout(() => child.kill("SIGKILL"), afterMs);
    },
  };
}

/** Tasks of a few turns each, without end: reads, commands, several calls at once, long answers. No two are alike: who
 * repeats himself is stopped. */
function scriptOf(random: Random): ScriptInput {
  const read = (n: number) => ({ name: "read_file", arguments: { path: "a.txt", start: 1 + (n % 190) } });
  const command = (n: number) => ({ name: "run_command", arguments: { command: `echo ${n}; echo "多 ${n}" >&2` } });
  const words = (count: number) => Array.from({ length: count }, () => random.below(1e9).toString(36)).join(" ");
  const turns = Array.from({ length: 400 }, (_, n) => {
    const reasoning = `想 ${n} "quoted" \\ \u2028${words(random.below(random.chance(0.1) ? 1_000 : 40))}`;
    if (n % 6 === 5) return { reasoning, content: `Done ${n}. ${words(random.below(500))}` };
    const calls = Array.from({ length: 1 + random.below(3) }, (_, i) =>
      random.chance(0.6) ? read(n * 10 + i) : command(n * 10 + i),
    );
    return { reasoning, content: random.chance(0.3) ? `step ${n}` : "", calls };
  });
  return { turns };
}
