import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Figure } from "../../bench/figures.ts";
import { disk } from "../../deep/disk.ts";
import { SOURCE } from "../../deep/headlessRun.ts";
import { hosts } from "../../deep/hosts.ts";
import { kill } from "../../deep/kill.ts";

/** Figures that are not within their bounds. */
function broken(figures: readonly Figure[]): string[] {
  return figures.flatMap(({ name, value, bound, better }) => {
    const holds = bound === undefined || (better === "lower" ? value <= bound : value >= bound);
    return holds ? [] : [`${name}: ${value}`];
  });
}

describe("samples of the campaigns of storage", function () {
  this.timeout(180_000);

  it("kill", async () => {
    assert.deepEqual(broken(await kill({ runs: 10, seed: 5, program: SOURCE })), []);
  });

  it("hosts", async () => {
    assert.deepEqual(broken(await hosts({ operations: 200, seed: 9, hosts: 3 })), []);
  });

  it("disk", async () => {
    const figures = await disk({ runs: 2, seed: 3, program: SOURCE });
    for (const { name } of figures) if (name.startsWith("left out")) console.log(`      ${name}`);
    assert.deepEqual(broken(figures), []);
  });
});
