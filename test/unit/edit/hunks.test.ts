import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { textChange } from "../../../src/edit/hunks.ts";

describe("hunks of a change", () => {
  it("shows three lines around, with their numbers", () => {
    const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    assert.deepEqual(textChange(before, before.replace("5", "five")), {
      added: 1,
      removed: 1,
      truncated: false,
      hunks: [
        {
          oldStart: 2,
          newStart: 2,
          lines: [
            { sign: " ", text: "2" },
            { sign: " ", text: "3" },
            { sign: " ", text: "4" },
            { sign: "-", text: "5" },
            { sign: "+", text: "five" },
            { sign: " ", text: "6" },
            { sign: " ", text: "7" },
            { sign: " ", text: "8" },
          ],
        },
      ],
    });
  });

  it("has no line for a missing final newline, nor carriage returns", () => {
    const { hunks } = textChange("a\r\nb", "a\r\nc");
    assert.deepEqual(hunks[0]?.lines, [
      { sign: " ", text: "a" },
      { sign: "-", text: "b" },
      { sign: "+", text: "c" },
    ]);
  });

  it("cuts what is too large and says so, but counts it all", () => {
    const change = textChange("", "x\n".repeat(5_000));
    assert.equal(change.added, 5_000);
    assert.equal(change.truncated, true);
    assert.equal(change.hunks[0]?.lines.length, 600);
    assert.equal(textChange("", `${"y".repeat(5_000)}\n`).hunks[0]?.lines[0]?.text.length, 1_001);
  });

  it("does not think long about two large different texts", () => {
    const text = (seed: number) => Array.from({ length: 30_000 }, (_, i) => `${(i * seed) % 7919} ${i}`).join("\n");
    const start = performance.now();
    const change = textChange(`same\n${text(3)}`, `same\n${text(5)}`);
    assert.ok(performance.now() - start < 2_000);
    assert.equal(change.hunks[0]?.lines[0]?.text, "same");
    assert.ok(change.added > 20_000 && change.added <= 30_000);
  })
    .timeout(10_000)
    .retries(2);
});
