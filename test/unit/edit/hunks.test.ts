import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { textChange, withHunks } from "../../../src/edit/hunks.ts";
import { splitLines } from "../../../src/edit/lineDiff.ts";
import { seeded } from "../../deep/random.ts";

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

describe("taking some hunks of a change", () => {
  const numbers = Array.from({ length: 40 }, (_, i) => `${i + 1}\r\n`).join("");
  const changed = numbers
    .replace("5\r\n", "five\n")
    .replace("20\r\n", "")
    .replace(/40\r\n$/, "40\r\n41");

  it("leaves every byte of the others", () => {
    assert.equal(textChange(numbers, changed).hunks.length, 3);
    assert.equal(withHunks(numbers, changed, new Set([0])), numbers.replace("5\r\n", "five\n"));
    assert.equal(withHunks(numbers, changed, new Set([1, 2])), changed.replace("five\n", "5\r\n"));
    assert.equal(withHunks(numbers, changed, new Set()), numbers);
    assert.equal(withHunks(numbers, changed, new Set([0, 1, 2])), changed);
  });

  it("by chance: all of them are the change, none is nothing, and both ways complete each other", () => {
    const random = seeded(7);
    const some = () => Array.from({ length: random.below(60) }, () => random.pick(["a", "b", "c", "d"]));
    for (let run = 0; run < 300; run++) {
      const [before, after] = [some().join("\n"), some().join("\n")];
      const { hunks } = textChange(before, after);
      const all = new Set(hunks.keys());
      const chosen = new Set([...all].filter(() => random.chance(0.5)));
      assert.equal(withHunks(before, after, all), after);
      assert.equal(withHunks(before, after, new Set()), before);
      const half = withHunks(before, after, chosen);
      const rest = textChange(half, after);
      const { added, removed } = textChange(before, half);
      const left = hunks.filter((_, index) => !chosen.has(index)).flatMap((hunk) => hunk.lines);
      assert.ok(added - removed + rest.added - rest.removed === lineCount(after) - lineCount(before));
      assert.ok(rest.added <= left.filter(({ sign }) => sign === "+").length);
    }
  });
});

function lineCount(text: string): number {
  return splitLines(text).length;
}
