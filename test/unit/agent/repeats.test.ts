import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createChat } from "../../../src/agent/chat.ts";
import { RepeatWatch } from "../../../src/agent/repeats.ts";
import { seeded } from "../../deep/random.ts";
import { brief } from "./brief.ts";
import { recordedDeps, scriptedModel } from "./fakes.ts";

/** Repeats of the passage when it was seen, or undefined. Comes in pieces of `piece`. */
function seenAfter(passage: string, before = "", piece = 7): number | undefined {
  const watch = new RepeatWatch();
  const text = before + passage.repeat(1_803);
  for (let at = 0; at < text.length; at += piece) {
    if (watch.push(text.slice(at, at + piece))) return Math.ceil((at + piece - before.length) / passage.length);
  }
  return undefined;
}

function isLoop(text: string): boolean {
  return new RepeatWatch().push(text);
}

const SENTENCE = "Wait, let me check the file once more before I change anything in it.\n";

describe("a passage that repeats", () => {
  it("is seen by its 20th time, from 60 to 2,000 characters", () => {
    const words = "The quick brown fox jumps over the lazy dog while nobody watches; ";
    for (const length of [60, 61, 99, 150, 151, 400, 1_000, 1_999, 2_000]) {
      let passage = "";
      for (let i = 0; passage.length < length; i++) passage += `${i} ${words}`;
      const times = seenAfter(passage.slice(0, length), "Some honest text before it. ".repeat(3));
      assert.ok(times !== undefined && times <= 20, `${length}: ${times}`);
    }
  });

  it("is seen when it is short, after about 1,200 characters", () => {
    for (const passage of ["Let me think again. ", "Hmm, wait. Actually no. "]) {
      const times = seenAfter(passage);
      assert.ok(times !== undefined && times * passage.length < 1_300, `${times}`);
    }
  });

  it("is seen in Chinese, and however it is cut into pieces", () => {
    const passage = "等等，我再检查一遍这个文件里的函数定义，然后再决定怎么修改它，不能遗漏任何调用的地方。";
    const times = [1, 3, 64, 5_000].map((piece) => seenAfter(passage, "好的。", piece));
    assert.ok(times.every((count) => count !== undefined));
    assert.ok((times[0] ?? 99) <= 28);
  });

  it("is seen when something else stood between, from its new beginning", () => {
    const watch = new RepeatWatch();
    assert.equal(watch.push(SENTENCE.repeat(10)), false);
    assert.equal(watch.push("But now something else entirely happens here, and it goes on for a while."), false);
    assert.equal(watch.push(SENTENCE.repeat(10)), false);
    assert.equal(watch.push(SENTENCE.repeat(10)), true);
  });

  it("is not seen before it is one: seven times a long passage", () => {
    const passage = Array.from({ length: 40 }, (_, i) => `line ${i} of a block that was shown again`).join("\n");
    assert.equal(isLoop(passage.repeat(7)), false);
    assert.equal(isLoop(passage.repeat(9)), true);
  });

  const honest: readonly (readonly [string, string])[] = [
    ["a rule of dashes", "-".repeat(4_000)],
    ["an empty table", "| --- | --- | --- | --- |\n|     |     |     |     |\n".repeat(80)],
    ["a table of zeros", `${"0x00, ".repeat(16)}\n`.repeat(64)],
    ["a table with n/a", "| n/a | n/a | n/a | n/a | n/a |\n".repeat(60)],
    ["a list of numbers", Array.from({ length: 3_000 }, (_, i) => `${i}, `).join("")],
    [
      "a list with a counter",
      Array.from({ length: 500 }, (_, i) => `- Step ${i}: check the file and run the tests\n`).join(""),
    ],
    ["closing brackets", "        }\n      }\n    }\n  }\n}\n".repeat(60)],
    [
      "code with like lines",
      Array.from(
        { length: 400 },
        (_, i) => `  expect(parse("case ${i * 7919}")).toEqual({ id: ${i}, ok: true });\n`,
      ).join(""),
    ],
    ["indentation", `${" ".repeat(60)}x\n`.repeat(200)],
    ["a few repeated lines", SENTENCE.repeat(6)],
  ];
  for (const [name, text] of honest) {
    it(`is not ${name}`, () => {
      assert.equal(isLoop(text), false);
    });
  }

  it("is a loop even when it says nothing, once there is no end to it", () => {
    assert.equal(isLoop("-".repeat(40_000)), true);
    assert.equal(isLoop("no ".repeat(20_000)), true);
  });

  it("is not in 2 MB of random words", () => {
    const random = seeded(7);
    const words = Array.from({ length: 40 }, () => Math.floor(random.below(1e9)).toString(36));
    const watch = new RepeatWatch();
    for (let size = 0; size < 2_000_000; ) {
      const piece = `${random.pick(words)} `;
      size += piece.length;
      assert.equal(watch.push(piece), false);
    }
  });

  for (const kind of ["reasoning_content", "content"] as const) {
    it(`ends the answer in ${kind} and the task with it`, async () => {
      const chunks = Array.from({ length: 1_803 }, () => ({ choices: [{ delta: { [kind]: SENTENCE } }] }));
      const model = scriptedModel([{ chunks }]);
      const { deps, events, messages } = recordedDeps(model, []);
      const end = await createChat(deps, { head: { system: "s", tools: [] }, messages: [], turn: 0 }).send("go", {
        signal: new AbortController().signal,
        model: "mimo-v2.6-pro",
        thinking: true,
      });
      assert.deepEqual([end.outcome, end.error?.reason], ["failed", "repetition"]);
      const deltas = events.filter((event) => event.type.endsWith("_delta")).length;
      assert.ok(deltas <= 20, `${deltas}`);
      assert.deepEqual(brief(events).slice(-2), ["1 error repetition", "1 end failed"]);
      assert.equal(messages.length, 1);
    });
  }
});
