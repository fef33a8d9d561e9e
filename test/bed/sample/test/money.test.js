import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatCents, parseCents } from "../src/money.js";

describe("money", () => {
  it("writes cents with two places", () => {
    assert.equal(formatCents(1234), "12.34");
    assert.equal(formatCents(5), "0.05");
    assert.equal(formatCents(-250), "-2.50");
  });

  it("reads what it wrote", () => {
    for (const cents of [0, 5, 99, 100, 1234, -250]) assert.equal(parseCents(formatCents(cents)), cents);
  });

  it("refuses what is no amount", () => {
    assert.throws(() => parseCents("12,34"), TypeError);
  });
});
