import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { applyEdits } from "../../../src/edit/apply.ts";
import { type Random, seeded } from "../../deep/random.ts";

/** A text of distinct lines with endings, trailing space, indentation and quotes by chance. */
function someFile(random: Random): string[] {
  const pick = <T>(...from: readonly T[]): T => random.pick(from);
  const endings = pick(["\n"], ["\r\n"], ["\n", "\r\n"]);
  const count = 4 + random.below(20);
  return Array.from({ length: count }, (_, i) => {
    const word = pick("alpha", "beta", "gamma", "delta");
    const body = pick(
      `${word}${i} = "${word}";`,
      `call${i}(${pick("“", '"')}${word}${pick("”", '"')})`,
      "",
      `// ${word} ${i}…`,
    );
    const indent = body === "" ? "" : pick("", "  ", "    ", "\t");
    const ending = i === count - 1 ? pick("", endings[0]) : pick(...endings);
    return indent + body + pick("", "", "  ", "\t") + ending;
  });
}

/** As the model may write the same lines: other line breaks, no trailing space, plain quotes. */
function rewritten(text: string, random: Random): string {
  let out = text.replaceAll("\r\n", "\n");
  if (random.chance(0.5)) out = out.replace(/[ \t]+$/gm, "");
  if (random.chance(0.5)) out = out.replaceAll(/[“”]/g, '"').replaceAll("…", "...");
  return out;
}

describe("edits by chance", () => {
  it("change the passage and no byte outside it", () => {
    let applied = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = seeded(seed);
      const lines = someFile(random);
      const from = random.below(lines.length);
      const to = Math.min(lines.length, from + 1 + random.below(4));
      const given = rewritten(lines.slice(from, to).join(""), random);
      // A passage that begins with a break may begin within a line of white space.
      if (given.trim() === "" || given.startsWith("\n")) continue;
      const added = `added${seed};\n`;
      const open = given.endsWith("\n") ? given : `${given}\n`;
      const newText = random.chance(0.5) ? added + given : open + (given.endsWith("\n") ? added : added.trimEnd());
      const text = lines.join("");
      const { text: made, outcomes } = applyEdits(text, [{ oldText: given, newText, all: false }]);
      if (outcomes[0]?.status !== "applied") {
        assert.equal(made, text);
        continue;
      }
      applied++;
      // All the model did was to add one line: without it the file is as it was, to the byte.
      const forms = [new RegExp(`[ \\t]*added${seed};\\r?\\n`), new RegExp(`\\r?\\n[ \\t]*added${seed};`)];
      const without = forms.map((line) => made.replace(line, ""));
      assert.ok(without.includes(text), `seed ${seed}: ${JSON.stringify({ text, given, newText, made })}`);
    }
    assert.ok(applied > 200, `${applied} applied`);
  });

  it("do exactly what replacing by hand does where the passage is there to the byte", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seeded(seed);
      const text = Array.from({ length: 60 }, () => random.pick([..."ab\n cé"])).join("");
      const start = random.below(text.length);
      const passage = text.slice(start, start + 1 + random.below(12));
      const newText = `<${seed}>`;
      const places = text.split(passage).length - 1;
      const again = text.indexOf(passage) !== text.lastIndexOf(passage);
      const { text: made, outcomes } = applyEdits(text, [{ oldText: passage, newText, all: false }]);
      if (again) assert.deepEqual([made, outcomes[0]?.status], [text, "ambiguous"]);
      else
        assert.equal(
          made,
          text.replace(passage, () => (passage.endsWith("\n") ? `${newText}\n` : newText)),
        );
      const all = applyEdits(text, [{ oldText: passage, newText, all: true }]);
      assert.equal(all.text, text.split(passage).join(passage.endsWith("\n") ? `${newText}\n` : newText));
      assert.deepEqual(all.outcomes[0]?.status === "applied" && all.outcomes[0].places, places);
    }
  });
});
