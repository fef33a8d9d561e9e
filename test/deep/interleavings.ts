import { join } from "node:path";
import type { Figure } from "../bench/figures.ts";
import type { InterleavingOptions } from "../host/interleaving.ts";
import type { Interleaved } from "../host/interleavingScene.ts";
import { runInEditor } from "./editorJob.ts";

/** Agent edits, typing, saves and writes of others to one file, in the real VS Code. */
export async function interleavings({ runs, seed }: InterleavingOptions): Promise<Figure[]> {
  const module = join(import.meta.dirname, "../host/interleaving.ts");
  const limitMs = 60_000 + runs * 8_000;
  const { problems, ...counts } = (await runInEditor({ module, input: { runs, seed }, limitMs })) as Interleaved;
  for (const problem of problems.slice(0, 20)) console.error(`  ${problem}`);
  const told = (name: string, value: number): Figure => ({ name, value, unit: "", bound: undefined, better: "higher" });
  return [
    { name: "interleavings", value: runs, unit: "", bound: runs, better: "higher" },
    told("agent edits", counts.edits),
    told("saves", counts.saves),
    told("writes of others", counts.outside),
    told("seed", seed),
    { name: "characters typed", value: counts.typed, unit: "", bound: runs, better: "higher" },
    { name: "agent edits that landed", value: counts.landed, unit: "", bound: runs / 2, better: "higher" },
    { name: "stale edits", value: counts.stale, unit: "", bound: runs / 10, better: "higher" },
    { name: "stale edits that landed", value: counts.staleLanded, unit: "", bound: 0, better: "lower" },
    { name: "runs that lost something", value: problems.length, unit: "", bound: 0, better: "lower" },
  ];
}
