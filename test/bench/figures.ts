import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value must not pass; undefined for figures that are only told. */
  readonly bound: number | undefined;
  readonly better: "lower" | "higher";
}

/** Prints the table, writes `bench-results/NAME.json` and says whether every figure holds. */
export function publish(bench: string, figures: readonly Figure[]): boolean {
  const rows = figures.map((figure) => ({ ...figure, value: round(figure.value), ok: holds(figure) }));
  const width = Math.max(...rows.map((row) => row.name.length));
  console.log(`\n${bench}`);
  for (const row of rows) {
    const bound = row.bound === undefined ? "" : `${row.better === "lower" ? "<=" : ">="} ${round(row.bound)}`;
    console.log(
      `  ${row.name.padEnd(width)}  ${`${row.value} ${row.unit}`.padStart(18)}  ${bound.padEnd(14)} ${row.ok ? "ok" : "NOT OK"}`,
    );
  }
  const folder = join(import.meta.dirname, "../../bench-results");
  mkdirSync(folder, { recursive: true });
  const result = { bench, at: new Date().toISOString(), commit: commit(), machine: machine(), figures: rows };
  writeFileSync(join(folder, `${bench}.json`), `${JSON.stringify(result, null, 2)}\n`);
  return rows.every((row) => row.ok);
}

function holds({ value, bound, better }: Figure): boolean {
  if (!Number.isFinite(value)) return false;
  return bound === undefined || (better === "lower" ? value <= bound : value >= bound);
}

function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(4));
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

function machine(): string {
  const cores = cpus();
  return `${cores.length} x ${cores[0]?.model.trim() ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}, node ${process.version}`;
}
