import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { linePrice, volumeDiscount } from "../src/discounts.js";

describe("volume discount", () => {
  it("gives nothing for a few packs", () => {
    assert.equal(volumeDiscount(1), 0);
    assert.equal(volumeDiscount(9), 0);
  });

  it("starts at ten packs", () => {
    assert.equal(volumeDiscount(10), 10);
  });

  it("grows for large orders", () => {
    assert.equal(volumeDiscount(60), 20);
  });

  it("rounds a line once, down", () => {
    assert.equal(linePrice(333, 11), 3296);
  });
});
