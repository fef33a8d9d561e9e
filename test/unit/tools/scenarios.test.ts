import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { readScenario, runScenario, scenarioNames, type Tree } from "./editScenarios.ts";

const names = scenarioNames();

describe("edit scenarios", () => {
  it("are 150 or more, 30 or more of them refusals, numbered without a gap, no name twice", () => {
    assert.deepEqual(
      names.map((name) => name.slice(0, 4)),
      names.map((_, index) => `${String(index + 1).padStart(3, "0")}_`),
    );
    assert.equal(new Set(names.map((name) => name.slice(4))).size, names.length);
    const refusals = names.filter((name) => readScenario(name).words.kind === "refusal");
    assert.ok(names.length >= 150, `${names.length} scenarios`);
    assert.ok(refusals.length >= 30, `${refusals.length} refusals`);
  });

  for (const name of names) {
    it(name.replaceAll("_", " "), async () => {
      const scenario = readScenario(name);
      const { words } = scenario;
      const outcome = await runScenario(scenario);
      assert.equal(outcome.refused, words.kind === "refusal", outcome.words);
      assert.deepEqual(legible(outcome.after), legible(scenario.expected));
      if (!holdsReplacement(scenario.input)) assert.ok(!holdsReplacement(outcome.after), "U+FFFD was written");
      assert.deepEqual(legible(outcome.planned), legible(scenario.input), "written before it was approved");
      const silent = changed(scenario.input, outcome.after).filter((path) => !outcome.declared.has(path));
      assert.deepEqual(silent, [], "written without being declared");
      assert.doesNotMatch(outcome.words, /^The tool failed/);
      if (words.kind === "plain") assert.match(outcome.words, PLAIN);
      else assert.equal(`${outcome.words}\n`, words.text);
    });
  }
});

const NOTHING = Buffer.alloc(0);

/** A success without remarks. */
const PLAIN = /^(Edited|Replaced|Created) \S+[^\n]*( \(\+\d+ -\d+\)| \(\d+ lines?\))\.$/;

/** UTF-8 as text, everything else byte by byte: equal exactly where the bytes are. */
function legible(tree: Tree) {
  return Object.fromEntries(
    Object.entries(tree).map(([path, bytes]) => {
      const text = bytes.toString("utf8");
      return [path, Buffer.from(text).equals(bytes) ? { text } : { latin1: bytes.toString("latin1") }];
    }),
  );
}

function changed(before: Tree, after: Tree): string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...paths].filter((path) => !before[path]?.equals(after[path] ?? NOTHING) || !after[path]);
}

function holdsReplacement(tree: Tree): boolean {
  const forms = [Buffer.from("\u{fffd}"), Buffer.from("\u{fffd}", "utf16le"), Buffer.from([0xff, 0xfd])];
  return Object.values(tree).some((bytes) => forms.some((form) => bytes.includes(form)));
}
