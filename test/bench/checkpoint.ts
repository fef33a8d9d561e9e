import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createBlobStore } from "../../src/node/blobStore.ts";
import { createCheckpoints } from "../../src/node/checkpoints.ts";
import { createWorkspaceScan } from "../../src/node/workspaceScan.ts";
import { seeded } from "../deep/random.ts";
import type { Figure } from "./figures.ts";

const FOLDERS = 400;
const FILES_EACH = 50;
const TURNS = 15;
const REWRITTEN = 10;

/**
 * What checkpoints add to a turn with one command that rewrites ten files, in a workspace of 20,000: the mark at the
 * user's message, the look before the command and the one after it, with nothing of it hidden behind a request.
 */
export async function checkpoint(): Promise<Figure[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mimo-bench-")));
  try {
    const workspace = join(folder, "workspace");
    const paths = fill(workspace);
    const store = createBlobStore(join(folder, "blobs"), { maxBytes: 200_000_000 });
    const roots = () => [workspace];
    // Commands of a turn may come right after one another; here none profits from the look of the one before.
    const scan = createWorkspaceScan({ roots, store, freshMs: 0 });
    const checkpoints = createCheckpoints({ journal: join(folder, "chat.checkpoints"), store, scan, roots });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const firstMs = await turn(checkpoints, 1, []);
    delay.disable();
    const added: number[] = [];
    for (let n = 0; n < TURNS; n++) {
      added.push(await turn(checkpoints, n + 2, paths.slice(n * REWRITTEN, (n + 1) * REWRITTEN)));
    }
    const before = performance.now();
    const { files } = await checkpoints.restore(2);
    const restoreMs = performance.now() - before;
    if (files !== TURNS * REWRITTEN) throw new Error(`${files} files were restored`);
    added.sort((a, b) => a - b);
    const [median = Number.NaN, p95 = Number.NaN] = [added[TURNS >> 1], added[Math.floor(TURNS * 0.95)]];
    const told = { bound: undefined, better: "lower" } as const;
    return [
      {
        name: "checkpoint of 20,000 files, added to a turn after the first",
        value: median,
        unit: "ms",
        bound: 150,
        better: "lower",
      },
      { name: "the same, 95 of 100", value: p95, unit: "ms", ...told },
      { name: "the first, which keeps all contents", value: firstMs, unit: "ms", ...told },
      { name: "longest wait of the thread meanwhile", value: delay.max / 1e6, unit: "ms", ...told },
      { name: "contents", value: sum(paths) / 1e6, unit: "MB", ...told },
      { name: "the same in the store", value: sum(filesIn(join(folder, "blobs"))) / 1e6, unit: "MB", ...told },
      { name: `restore of ${files} files`, value: restoreMs, unit: "ms", ...told },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds that go to checkpoints. */
async function turn(
  checkpoints: ReturnType<typeof createCheckpoints>,
  message: number,
  paths: readonly string[],
): Promise<number> {
  let at = performance.now();
  await checkpoints.beginMessage(message);
  checkpoints.beginCall(`call-${message}`);
  const end = await checkpoints.runningCommand();
  let spent = performance.now() - at;
  for (const path of paths) writeFileSync(path, `// rewritten by turn ${message}\n`);
  at = performance.now();
  await end();
  spent += performance.now() - at;
  return spent;
}

function fill(workspace: string): string[] {
  const random = seeded(7);
  const paths: string[] = [];
  for (let f = 0; f < FOLDERS; f++) {
    const folder = join(workspace, `part${f % 20}`, `package${f}`);
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < FILES_EACH; i++) {
      const lines = Array.from(
        { length: 20 + random.below(100) },
        (_, n) => `export const v${n} = ${random.below(1e9)};\n`,
      );
      const path = join(folder, `file${i}.ts`);
      writeFileSync(path, lines.join(""));
      paths.push(path);
    }
  }
  return paths;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name));
}

function sum(paths: readonly string[]): number {
  return paths.reduce((bytes, path) => bytes + statSync(path).size, 0);
}
