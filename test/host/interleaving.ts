import { join } from "node:path";
import { createEditorFiles } from "../../src/host/files.ts";
import { createFiles } from "../../src/node/files.ts";
import type { EditorTask } from "../deep/editorJob.ts";
import { seeded } from "../deep/random.ts";
import { type Interleaved, nothing, Scene } from "./interleavingScene.ts";

export interface InterleavingOptions {
  readonly runs: number;
  readonly seed: number;
}

/** Each run on a file of its own in the folder, with the next seed. */
export async function interleaveAll({ runs, seed }: InterleavingOptions, folder: string): Promise<Interleaved> {
  const files = createEditorFiles(createFiles({ roots: () => [{ name: "w", path: folder }] }));
  const sum = nothing();
  for (let run = 0; run < runs; run++) {
    const random = seeded(seed + run);
    const encoding = random.pick(["utf8", "utf8", "utf8bom", "gbk"]);
    const ending = random.pick(["\n", "\r\n"]);
    const scene = await Scene.open({ path: join(folder, `f${run}.ts`), files, random, encoding, ending });
    const { problems, ...counts } = await scene.play();
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) sum[key] += counts[key];
    sum.problems.push(...problems.map((problem) => `seed ${seed + run}: ${problem}`));
  }
  return sum;
}

/** For test/deep/editorJob.ts. */
export function run({ input, folder }: EditorTask<InterleavingOptions>): Promise<Interleaved> {
  return interleaveAll(input, folder);
}
