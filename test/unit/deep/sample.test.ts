import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { histories } from "../../deep/histories.ts";
import { streams } from "../../deep/streams.ts";

/** Seeded samples of the long campaigns, so that a campaign that breaks is seen at once. */
describe("campaign samples", () => {
  it("streams", async () => {
    const figures = await streams({ runs: 600, seed: 20_261_121 });
    assert.equal(figures.find((figure) => figure.name === "wrong messages")?.value, 0);
  }).timeout(60_000);

  it("histories", async () => {
    const figures = await histories({ runs: 60, seed: 20_261_121 });
    // Everything that the campaign is about has happened in its sample too.
    const missed = figures.filter(
      ({ bound, better, value }) => bound !== undefined && better === "higher" && value < bound,
    );
    const broken = figures.filter(({ bound, better, value }) => bound === 0 && better === "lower" && value > 0);
    assert.deepEqual([missed, broken], [[], []]);
  }).timeout(120_000);
});
