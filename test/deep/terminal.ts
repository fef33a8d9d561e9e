import { join } from "node:path";
import type { Figure } from "../bench/figures.ts";
import { runInEditor } from "./editorJob.ts";
import type { TerminalInput, TerminalTally } from "./terminalWorker.ts";

export interface TerminalOptions {
  /** Commands each way. */
  readonly commands: number;
  readonly seed: number;
}

/** So many commands go to one VS Code: what a failure has left behind ends with it. */
const AT_ONCE = 500;
const LIMIT_MS = 15 * 60_000;
const WAYS = ["managed", "shellIntegration"] as const;

/** Varied commands in the real VS Code, both ways: exit codes and output are those of the same command in a pipe. */
export async function terminal({ commands, seed }: TerminalOptions): Promise<Figure[]> {
  const figures: Figure[] = [{ name: "seed", value: seed, unit: "", bound: undefined, better: "lower" }];
  for (const mode of WAYS) {
    const wrong: string[] = [];
    let run = 0;
    for (let done = 0; done < commands; done += AT_ONCE) {
      const input: TerminalInput = { mode, seed: seed + done, count: Math.min(AT_ONCE, commands - done) };
      const module = join(import.meta.dirname, "terminalWorker.ts");
      const tally = (await runInEditor({ module, input, limitMs: LIMIT_MS })) as TerminalTally;
      run += tally.commands;
      wrong.push(...tally.wrong);
    }
    for (const each of wrong.slice(0, 30)) console.error(`  ${mode}: ${each}`);
    figures.push(
      { name: `${mode}: commands`, value: run, unit: "", bound: Math.floor(commands * 0.95), better: "higher" },
      { name: `${mode}: other than a pipe's`, value: wrong.length, unit: "", bound: 0, better: "lower" },
    );
  }
  return figures;
}
