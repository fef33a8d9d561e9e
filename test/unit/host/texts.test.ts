import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { textChange } from "../../../src/edit/hunks.ts";
import { changedSpan } from "../../../src/host/changedSpan.ts";
import { applyHunks } from "../../../src/host/hunkText.ts";

/** Small and seeded, so that a failure can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function someText(next: () => number, pieces: readonly string[]): string {
  return Array.from({ length: Math.floor(next() * 40) }, () => pieces[Math.floor(next() * pieces.length)]).join("");
}

describe("applyHunks", () => {
  it("gives the text after, from the text before and its hunks", () => {
    const next = random(7);
    for (let i = 0; i < 500; i++) {
      const before = someText(next, ["a\n", "b\n", "c\n", "\n"]);
      const after = someText(next, ["a\n", "b\n", "d\n", "\n"]);
      assert.equal(applyHunks(before, textChange(before, after).hunks), after, JSON.stringify([before, after]));
    }
  });
});

describe("changedSpan", () => {
  it("turns the one text into the other and cuts no pair", () => {
    const next = random(11);
    const pieces = ["a", "b", "\r\n", "\n", "\r", "😀", "😁", "中"];
    for (let i = 0; i < 2000; i++) {
      const before = someText(next, pieces);
      const after = someText(next, pieces);
      const { start, end, text } = changedSpan(before, after);
      assert.equal(before.slice(0, start) + text + before.slice(end), after);
      for (const edge of [start, end]) {
        assert.ok(!(before[edge - 1] === "\r" && before[edge] === "\n"), JSON.stringify([before, after]));
        assert.ok(!/[\udc00-\udfff]/.test(before[edge] ?? ""), JSON.stringify([before, after]));
      }
    }
  });

  it("is as short as it can be", () => {
    assert.deepEqual(changedSpan("one two three", "one 2 three"), { start: 4, end: 7, text: "2" });
    assert.deepEqual(changedSpan("same", "same"), { start: 4, end: 4, text: "" });
  });
});
