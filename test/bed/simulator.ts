import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LogEntry } from "../simulator/log.ts";
import type { ScriptInput } from "../simulator/script.ts";
import { exitOf, startProcess, stopProcess } from "./processes.ts";
import { ROOT } from "./project.ts";
import type { Run } from "./run.ts";

export interface SimulatorOptions {
  /** "tour" is the demo of `npm start`. */
  readonly script: ScriptInput | "tour";
  /** Milliseconds between two frames of an answer. */
  readonly paceMs?: number;
}

/** The built simulator in a process of its own, as `design.md` fixes its command line. */
export interface RunningSimulator {
  readonly port: number;
  readonly ended: Promise<unknown>;
  requests(): LogEntry[];
  stop(): Promise<void>;
}

let started = 0;

export async function startSimulator(run: Run, options: SimulatorOptions): Promise<RunningSimulator> {
  const name = `simulator-${++started}`;
  const log = join(run.folder, `${name}.log`);
  const args = [join(ROOT, "dist/simulator.mjs"), "--port", "0", "--log", log];
  if (options.script === "tour") {
    args.push("--tour");
  } else {
    const script = join(run.folder, `${name}.json`);
    await writeFile(script, JSON.stringify(options.script));
    args.push("--script", script);
  }
  if (options.paceMs !== undefined) args.push("--pace", String(options.paceMs));
  const child = startProcess(process.execPath, args, { cwd: run.folder, stdio: ["ignore", "pipe", "pipe"] });
  const ended = exitOf(child).catch((error: unknown) => error);
  let output = "";
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk));
  const port = await new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`The simulator ended with ${code}:\n${output}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk;
      const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (found) resolve(Number(found));
    });
  });
  return {
    port,
    ended,
    requests: () => (existsSync(log) ? readLines(log) : []),
    stop: () => stopProcess(child),
  };
}

function readLines(log: string): LogEntry[] {
  return readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LogEntry);
}
