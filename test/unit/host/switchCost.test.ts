import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { compact, switchCost } from "../../../src/host/switchCost.ts";

const PRO = { rate: { miss: 300, hit: 2.5, output: 600 } };

describe("switchCost", () => {
  it("is the whole of the cache at the rate of what is new to the other side", () => {
    assert.deepEqual(switchCost(64_000, PRO), { tokens: 64_000, credits: 19_200_000 });
    assert.equal(switchCost(0, PRO), undefined);
    assert.equal(switchCost(64_000, undefined), undefined);
  });
});

describe("compact", () => {
  it("has the units of the language", () => {
    assert.deepEqual(
      [0, 950, 1_234, 48_000, 3_160_000, 1_100_000_000].map((count) => compact(count, "en")),
      ["0", "950", "1.2K", "48K", "3.2M", "1.1B"],
    );
    assert.deepEqual(
      [950, 12_345, 480_000, 110_000_000].map((count) => compact(count, "zh-cn")),
      ["950", "1.2 万", "48 万", "1.1 亿"],
    );
  });

  it("never says a thousand of a unit where there is a larger one", () => {
    assert.deepEqual(
      [compact(999_950, "en"), compact(999_500_000, "en"), compact(99_999_999, "zh-cn")],
      ["1M", "1B", "1 亿"],
    );
  });
});
