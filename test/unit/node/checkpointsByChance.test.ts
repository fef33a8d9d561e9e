import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { type Random, seeded } from "../../deep/random.ts";
import { type Bed, bedIn, everything } from "./checkpointBed.ts";
import { temporaryFolder } from "./temporary.ts";

const RUNS = 25;
const NAMES = ["a", "b", "c", "d"];

/** A path up to three deep among a few names, so that files, folders and links often meet. */
function somePath(random: Random): string {
  return Array.from({ length: 1 + random.below(3) }, () => random.pick(NAMES)).join("/");
}

/** What a command may do. Most of it fails on what is there, as commands do. */
function upset(folder: string, random: Random): void {
  const path = join(folder, somePath(random));
  const other = join(folder, somePath(random));
  try {
    switch (random.below(8)) {
      case 0:
        rmSync(path, { recursive: true });
        break;
      case 1:
        renameSync(path, other);
        break;
      case 2:
        symlinkSync(somePath(random), path);
        break;
      case 3:
        mkdirSync(path, { recursive: true });
        break;
      case 4:
        if (lstatSync(path).isFile()) chmodSync(path, random.below(2) === 0 ? 0o755 : 0o640);
        break;
      default:
        if (existsSync(path) && !lstatSync(path).isFile()) return;
        writeFileSync(path, `${random.below(1_000)}`.repeat(random.below(50)));
    }
  } catch {
    // Nothing there, or something else.
  }
}

async function work(bed: Bed, random: Random): Promise<void> {
  bed.checkpoints.beginCall(`call-${random.below(1e9)}`);
  if (random.below(3) === 0) {
    const paths = readdirSync(bed.folder).filter((name) => lstatSync(join(bed.folder, name)).isFile());
    const [path = "new"] = paths;
    await bed.tool([path], () => writeFileSync(join(bed.folder, path), `tool ${random.below(1_000)}`));
    return;
  }
  const end = await bed.checkpoints.runningCommand();
  for (let i = random.below(12); i >= 0; i--) upset(bed.folder, random);
  await end();
}

describe("checkpoints, by chance", () => {
  it("whatever commands and tools do, every message's state comes back, and every restore can be taken back", async function () {
    this.timeout(60_000);
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = seeded(seed);
      const folder = temporaryFolder({ "a/b/c": "1", "a/d": "2", b: "3" });
      let bed = bedIn(folder);
      const states: Record<string, string>[] = [];
      for (let step = 0; step < 12; step++) {
        const at = `seed ${seed}, step ${step}`;
        const what = random.below(6);
        if (what <= 3 || states.length === 0) {
          states.push(everything(folder));
          await bed.checkpoints.beginMessage(states.length);
          for (let i = random.below(3); i >= 0; i--) await work(bed, random);
        } else if (what === 4) {
          await bed.checkpoints.close();
          bed = bed.again();
        } else {
          const before = everything(folder);
          const message = 1 + random.below(states.length);
          assert.deepEqual((await bed.checkpoints.restore(message)).missing, [], at);
          assert.deepEqual(everything(folder), states[message - 1], at);
          assert.deepEqual((await bed.checkpoints.compare(message)).files, [], at);
          if (random.chance(0.5)) continue;
          await bed.checkpoints.undoRestore();
          assert.deepEqual(everything(folder), before, at);
        }
      }
      assert.deepEqual(bed.problems, []);
    }
  });
});
