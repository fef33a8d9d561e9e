import { spawnSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { createBlobStore } from "../../../src/node/blobStore.ts";
import type { FileStep } from "../../../src/node/changeRecorder.ts";
import { createCheckpoints } from "../../../src/node/checkpoints.ts";
import type { CheckpointOptions, Checkpoints } from "../../../src/node/checkpointsTypes.ts";
import { createWorkspaceScan, type ScanOptions } from "../../../src/node/workspaceScan.ts";
import { temporaryFolder } from "./temporary.ts";

/** Everything below a folder: content, mode, where links lead. */
export function everything(folder: string, inner = ""): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name of readdirSync(join(folder, inner)).sort()) {
    const path = inner === "" ? name : `${inner}/${name}`;
    const stats = lstatSync(join(folder, path));
    const mode = (stats.mode & 0o777).toString(8);
    if (stats.isSymbolicLink()) all[path] = `-> ${readlinkSync(join(folder, path))}`;
    else if (stats.isDirectory()) Object.assign(all, { [`${path}/`]: "" }, everything(folder, path));
    else all[path] = `${mode} ${readFileSync(join(folder, path)).toString("latin1")}`;
  }
  return all;
}

export interface Bed {
  readonly folder: string;
  readonly storage: string;
  readonly checkpoints: Checkpoints;
  readonly steps: FileStep[];
  readonly problems: unknown[];
  /** As a call of run_command does. */
  command(script: string, callId?: string): Promise<void>;
  /** As a call of a tool that changes these files does. */
  tool(paths: readonly string[], work: () => void, callId?: string): Promise<void>;
  /** The same chat in another window. */
  again(): Bed;
}

export interface BedOptions {
  readonly storage?: string;
  readonly scan?: Partial<ScanOptions>;
  readonly checkpoints?: Partial<CheckpointOptions>;
}

export function bedIn(folder: string, options: BedOptions = {}): Bed {
  const { storage = temporaryFolder() } = options;
  const store = createBlobStore(join(storage, "blobs"), { maxBytes: 50_000_000 });
  const roots = () => [folder];
  const problems: unknown[] = [];
  const checkpoints = createCheckpoints({
    journal: join(storage, "chat.checkpoints"),
    store,
    scan: createWorkspaceScan({ roots, store, freshMs: 0, ...options.scan }),
    roots,
    onProblem: (error) => problems.push(error),
    now: () => new Date("2026-01-02T03:04:05Z"),
    ...options.checkpoints,
  });
  const steps: FileStep[] = [];
  checkpoints.onStep((step) => steps.push(step));
  return {
    folder,
    storage,
    checkpoints,
    steps,
    problems,
    async command(script, callId = "command") {
      checkpoints.beginCall(callId);
      const end = await checkpoints.runningCommand();
      const { status, stderr } = spawnSync("bash", ["-ec", script], { cwd: folder, encoding: "utf8" });
      await end();
      if (status !== 0) throw new Error(stderr);
    },
    async tool(paths, work, callId = "tool") {
      checkpoints.beginCall(callId);
      const end = await checkpoints.changing(paths.map((path) => ({ path: join(folder, path), bytes: undefined })));
      try {
        work();
      } finally {
        await end();
      }
    },
    again: () => bedIn(folder, { ...options, storage }),
  };
}
