import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { streams } from "../../deep/streams.ts";

/** Seeded samples of the long campaigns, so that a campaign that breaks is seen at once. */
describe("campaign samples", () => {
  it("streams", async () => {
    const figures = await streams({ runs: 600, seed: 20_261_121 });
    assert.equal(figures.find((figure) => figure.name === "wrong messages")?.value, 0);
  }).timeout(60_000);
});
