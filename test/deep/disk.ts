import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaySession } from "../audit.ts";
import type { Figure } from "../bench/figures.ts";
import type { ScriptInput } from "../simulator/script.ts";
import { startSimulator } from "../simulator/server.ts";
import { BUILT, heldAgainst, newFolder, readStored, runHeadless } from "./headlessRun.ts";
import { type Random, seeded } from "./random.ts";

export interface DiskOptions {
  readonly runs: number;
  readonly seed?: number;
  readonly program?: string;
}

const DISK_KB = 1024;

/**
 * The headless runner on a small disk of its own that fills up: it says so in the same turn, what is stored is whole, and
 * it goes on once there is room. Where no such disk can be made (only root may), a figure says that it was left out.
 */
export async function disk({ runs, seed = 1, program = BUILT }: DiskOptions): Promise<Figure[]> {
  const folder = newFolder();
  const mount = join(folder, "disk");
  mkdirSync(mount);
  if (!mountSmall(mount)) {
    rmSync(folder, { recursive: true, force: true });
    return [
      {
        name: "left out: no small disk can be made here (not root)",
        value: 1,
        unit: "",
        bound: undefined,
        better: "lower",
      },
    ];
  }
  const tally = { told: 0, whole: 0, wentOn: 0, replayed: 0 };
  try {
    for (let run = 0; run < runs; run++) {
      const result = await fill({ folder, mount, program, random: seeded(seed + run) });
      tally.told += result.told ? 1 : 0;
      tally.whole += result.whole ? 1 : 0;
      tally.wentOn += result.wentOn ? 1 : 0;
      tally.replayed += result.replayed;
      if (!result.told || !result.whole || !result.wentOn) console.error(`  run ${run}: ${result.why}`);
    }
  } finally {
    execFileSync("umount", [mount]);
    rmSync(folder, { recursive: true, force: true });
  }
  return [
    { name: "full disks", value: runs, unit: "", bound: undefined, better: "higher" },
    { name: "told in the same turn", value: tally.told, unit: "", bound: runs, better: "higher" },
    { name: "stored data whole", value: tally.whole, unit: "", bound: runs, better: "higher" },
    { name: "went on when there was room", value: tally.wentOn, unit: "", bound: runs, better: "higher" },
    { name: "requests replayed", value: tally.replayed, unit: "", bound: runs, better: "higher" },
    { name: "seed", value: seed, unit: "", bound: undefined, better: "lower" },
  ];
}

function mountSmall(path: string): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_KB}k`, "tmpfs", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

interface Filling {
  readonly folder: string;
  readonly mount: string;
  readonly program: string;
  readonly random: Random;
}

async function fill({ folder, mount, program, random }: Filling) {
  const session = join(mount, "s.jsonl");
  const ballast = join(mount, "ballast");
  rmSync(session, { force: true });
  writeFileSync(join(folder, "a.txt"), "hello\n".repeat(100));
  // From hardly room for the head up to several turns.
  writeFileSync(ballast, Buffer.alloc((DISK_KB - 40 - random.below(400)) * 1024));
  const simulator = await startSimulator({ script: longAnswers(random), keep: true });
  const start = { program, url: simulator.url, folder, session };
  try {
    const full = await runHeadless({ ...start, task: "fill the disk" });
    const stored = readStored(session);
    const bodies = simulator.requests.map(({ body }) => body);
    const { lost } = heldAgainst(stored, { events: full.events.filter(({ turn }) => turn > 0), bodies });
    const told = full.code === 1 && /disk is full/.test(full.err);
    const whole = lost.length === 0 && stored.parsed.bad === 0 && !stored.parsed.torn;
    rmSync(ballast);
    const before = simulator.requests.length;
    const again = await runHeadless({ ...start, task: "say you are done" });
    const kept = existsSync(session) && readStored(session).text.startsWith(stored.text);
    const isAccepted = simulator.requests.slice(before).every(({ status }) => status === 200);
    const replayed = await replaySession(session);
    const wentOn = again.code === 0 && kept && isAccepted && simulator.requests.length > before;
    const why = JSON.stringify({ code: full.code, err: full.err, lost, again: again.code, said: again.err, kept });
    return { told, whole, wentOn, replayed, why };
  } finally {
    await simulator.close();
    rmSync(ballast, { force: true });
  }
}

function longAnswers(random: Random): ScriptInput {
  const words = (count: number) => Array.from({ length: count }, () => random.below(1e9).toString(36)).join(" ");
  const turns = Array.from({ length: 60 }, (_, n) => ({
    reasoning: words(1_000 + random.below(3_000)),
    content: `step ${n}`,
    calls: [{ name: "read_file", arguments: { path: "a.txt", start: 1 + n } }],
  }));
  return {
    scenes: [
      { when: "fill the disk", turns },
      { when: "say you are done", turns: [{ reasoning: "yes", content: "done" }] },
    ],
  };
}
