import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Cart } from "../src/cart.js";

describe("cart", () => {
  it("adds up its lines and the delivery", () => {
    const cart = new Cart();
    cart.add("sencha", 2);
    cart.add("assam");
    assert.equal(cart.subtotal, 2420);
    assert.equal(cart.total, 2910);
  });

  it("puts packs of one tea into one line", () => {
    const cart = new Cart();
    cart.add("assam");
    cart.add("assam", 2);
    assert.equal(cart.lines.length, 1);
    assert.equal(cart.lines[0].packs, 3);
  });

  it("delivers large orders free of charge", () => {
    const cart = new Cart();
    cart.add("jasmine", 4);
    assert.equal(cart.delivery, 0);
  });

  it("costs nothing when it is empty", () => {
    assert.equal(new Cart().total, 0);
  });

  it("writes a receipt", () => {
    const cart = new Cart();
    cart.add("oolong", 12);
    assert.equal(
      cart.receipt(),
      ["12 x Tie Guan Yin Oolong (-10 %): 135.00", "Delivery: 0.00", "Total: 135.00"].join("\n"),
    );
  });

  it("refuses teas and amounts that there are not", () => {
    const cart = new Cart();
    assert.throws(() => cart.add("cocoa"), RangeError);
    assert.throws(() => cart.add("assam", 0), RangeError);
  });
});
