import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  baselineOf,
  carriedOver,
  compareTexts,
  hunkId,
  keepHunks,
  type ReviewTexts,
  undoHunks,
} from "../../../src/edit/review.ts";
import { type Random, seeded } from "../../deep/random.ts";

const RUNS = 500;

/** As "Undo all" does it: what the person touched stays. */
function undoAll(texts: ReviewTexts) {
  const comparison = compareTexts(texts);
  const untouched = comparison.hunks.filter(({ touched }) => !touched);
  return { ...undoHunks(comparison, untouched), left: comparison.hunks.length - untouched.length };
}

function texts(before: string, after: string, now = after): ReviewTexts {
  return { before, after, now };
}

describe("review of a text", () => {
  it("a hunk has its places in all three texts", () => {
    const { hunks } = compareTexts(texts("a\nb\nc\nd\n", "a\nB1\nB2\nc\n", "mine\na\nB1\nB2\nc\n"));
    assert.deepEqual(hunks, [
      { beforeStart: 1, beforeEnd: 2, afterStart: 1, afterEnd: 3, nowStart: 2, nowEnd: 4, touched: false },
      { beforeStart: 3, beforeEnd: 4, afterStart: 4, afterEnd: 4, nowStart: 5, nowEnd: 5, touched: false },
    ]);
  });

  it("one hunk is undone, the other and what the user wrote stay", () => {
    const given = texts("a\nb\nc\nd\ne\n", "A\nb\nc\nD\ne\n", "A\nb\nmine\nc\nD\ne\n");
    const comparison = compareTexts(given);
    assert.deepEqual(undoHunks(comparison, comparison.hunks.slice(0, 1)), {
      after: "a\nb\nc\nD\ne\n",
      now: "a\nb\nmine\nc\nD\ne\n",
    });
    assert.equal(baselineOf(comparison), "a\nb\nmine\nc\nd\ne\n");
  });

  it("one hunk is kept, the other is still there to be undone", () => {
    const given = texts("a\nb\nc\n", "A\nb\nC\n");
    const comparison = compareTexts(given);
    const before = keepHunks(comparison, comparison.hunks.slice(1));
    assert.equal(before, "a\nb\nC\n");
    assert.equal(undoAll({ ...given, before }).now, "a\nb\nC\n");
  });

  it("a hunk that the user has edited is left by undo, and counts as kept when the agent goes on", () => {
    const given = texts("a\nb\nc\n", "a\nB\nB2\nc\n", "a\nB\nmine\nc\n");
    assert.deepEqual(undoAll(given), { after: given.after, now: given.now, left: 1 });
    assert.equal(carriedOver(compareTexts(given)), given.now);
    assert.equal(baselineOf(compareTexts(given)), given.before);
  });

  it("a hunk that the user has edited is undone when it is asked for", () => {
    const comparison = compareTexts(texts("a\nb\nc\n", "a\nB\nB2\nc\n", "a\nB\nmine\nc\nd\n"));
    assert.equal(undoHunks(comparison, comparison.hunks).now, "a\nb\nc\nd\n");
  });

  it("what the user has put back by hand is no hunk", () => {
    assert.deepEqual(compareTexts(texts("a\nb\nc\nd\n", "a\nB\nc\nD\n", "a\nb\nc\nD\n")).hunks.length, 1);
    assert.deepEqual(compareTexts(texts("a\nb\n", "a\nB\n", "a\nb\n")).hunks, []);
    assert.deepEqual(compareTexts(texts("a\nb\n", "b\n", "a\nb\n")).hunks, []);
  });

  it("a last line without an ending never runs into what the user wrote after it", () => {
    assert.equal(undoAll(texts("a\nb", "a\nb\nc\n", "a\nb\nc\nmine\n")).now, "a\nb\nmine\n");
    assert.equal(undoAll(texts("a\r\nb", "a\r\nB\r\n", "a\r\nB\r\nmine")).now, "a\r\nb\r\nmine");
    assert.equal(undoAll(texts("a\nb", "a\nb\nc\n")).now, "a\nb");
  });

  it("a text to which the editor gave one line ending has no other hunks for it", () => {
    const given = texts("a\r\nb\nc\n", "a\r\nB\nc\n", "a\r\nB\r\nc\r\nmine\r\n");
    const comparison = compareTexts(given);
    assert.equal(comparison.hunks.length, 1);
    assert.deepEqual(undoHunks(comparison, comparison.hunks), {
      after: "a\r\nb\nc\n",
      now: "a\r\nb\r\nc\r\nmine\r\n",
    });
    assert.equal(keepHunks(comparison, comparison.hunks), given.after);
  });

  it("a change of line endings alone is a change of the agent's", () => {
    const given = texts("a\nb\n", "a\r\nb\r\n");
    assert.equal(compareTexts(given).hunks.length, 1);
    assert.equal(undoAll(given).now, "a\nb\n");
  });

  it("by chance: edits apart from each other are told apart, whatever is undone or kept", () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = seeded(seed);
      const { before, after, now, mine, edits } = editsApart(random);
      const said = `seed ${seed}`;
      const comparison = compareTexts({ before, after, now });
      assert.equal(comparison.hunks.length, edits, said);
      assert.ok(
        comparison.hunks.every(({ touched }) => !touched),
        said,
      );
      assert.equal(baselineOf(comparison), mine, said);
      assert.equal(carriedOver(comparison), mine, said);
      assert.deepEqual(undoAll({ before, after, now }), { after: before, now: mine, left: 0 }, said);

      // Some are kept, the rest undone: neither order of the two matters, and the kept ones stay.
      const kept = comparison.hunks.filter(() => random.chance(0.5));
      const others = comparison.hunks.filter((hunk) => !kept.includes(hunk));
      const keptFirst = undoAll({ before: keepHunks(comparison, kept), after, now });
      const undone = undoHunks(comparison, others);
      assert.equal(keptFirst.now, undone.now, said);
      assert.equal(keptFirst.left, 0, said);
      const rest = compareTexts({ before, ...undone });
      assert.deepEqual(rest.hunks.length, kept.length, said);
      assert.deepEqual(undoAll({ before: keepHunks(rest, rest.hunks), ...undone }).now, undone.now, said);
    }
  });

  it("by chance: whatever the user writes anywhere survives undoing and going on", () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = seeded(10_000 + seed);
      const before = poorLines(random);
      const after = edited(before, random, "agent");
      const now = edited(after, random, "mine");
      const given = texts(before.join(""), after.join(""), now.join(""));
      const said = `seed ${seed}`;
      const written = now.filter((line) => line.startsWith("mine"));
      const mineIn = (text: string) => text.split(/(?<=\n)/).filter((line) => line.startsWith("mine"));
      const comparison = compareTexts(given);
      assert.deepEqual(mineIn(undoAll(given).now), written, said);
      assert.deepEqual(mineIn(carriedOver(comparison)), written, said);
      assert.equal(keepHunks(comparison, comparison.hunks).includes("mine"), false, said);
      assert.equal(undoAll(texts(given.before, given.after)).now, given.before, said);
      assert.deepEqual(compareTexts(texts(given.after, given.after, given.now)).hunks, [], said);
      assert.equal(carriedOver(compareTexts(texts(given.after, given.after, given.now))), given.now, said);
    }
  });

  it("by chance: hunks kept one by one in any order leave nothing", () => {
    for (let seed = 1; seed <= RUNS / 5; seed++) {
      const random = seeded(20_000 + seed);
      const given = editsApart(random);
      let { before } = given;
      for (let turns = 0; ; turns++) {
        const comparison = compareTexts({ ...given, before });
        if (comparison.hunks.length === 0) break;
        assert.ok(turns < given.edits, `seed ${seed}`);
        assert.equal(new Set(comparison.hunks.map(hunkId)).size, comparison.hunks.length);
        before = keepHunks(comparison, [random.pick(comparison.hunks)]);
      }
      assert.equal(before, given.after, `seed ${seed}`);
    }
  });
});

/** Edits of both sides with an untouched line between any two, in a text whose lines all differ. */
function editsApart(random: Random) {
  let number = 0;
  const endings = random.pick([["\n"], ["\r\n"], ["\n", "\r\n"]]);
  const line = (name: string) => `${name} ${number++}${random.pick(endings)}`;
  const lines = (name: string, most: number) => Array.from({ length: random.below(most) + 1 }, () => line(name));
  const all = { before: [] as string[], after: [] as string[], now: [] as string[], mine: [] as string[] };
  const add = (before: string[], after: string[], now: string[], mine: string[]) => {
    all.before.push(...before);
    all.after.push(...after);
    all.now.push(...now);
    all.mine.push(...mine);
  };
  let edits = 0;
  for (let parts = random.below(12) + 1; parts > 0; parts--) {
    const same = lines("same", 4);
    add(same, same, same, same);
    const old = random.chance(0.7) ? lines("old", 3) : [];
    const fresh = old.length === 0 || random.chance(0.7) ? lines("new", 3) : [];
    if (random.chance(0.5)) {
      add(old, fresh, fresh, old);
      edits++;
    } else add(old, old, fresh, fresh);
  }
  const last = lines("end", 2);
  if (random.chance(0.3)) last.push("no ending");
  add(last, last, last, last);
  const text = (list: readonly string[]) => list.join("");
  return { before: text(all.before), after: text(all.after), now: text(all.now), mine: text(all.mine), edits };
}

/** Lines that stand in many places, so that nobody can tell which of them stayed. */
function poorLines(random: Random): string[] {
  return Array.from({ length: random.below(25) }, () => `${random.pick(["", "}", "x", "y();", "  return"])}\n`);
}

let written = 0;
function edited(lines: readonly string[], random: Random, name: string): string[] {
  const result = [...lines];
  for (let edits = random.below(6); edits > 0; edits--) {
    const at = random.below(result.length + 1);
    const fresh = Array.from({ length: random.below(3) }, () =>
      random.chance(0.6) ? `${name} ${written++}\n` : `${random.pick(["", "}", "x"])}\n`,
    );
    result.splice(at, random.below(4), ...fresh);
  }
  return result;
}
