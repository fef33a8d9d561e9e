import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Diagnostic } from "../../../src/agent/ports.ts";
import { likelyNewDiagnostics, newDiagnostics } from "../../../src/host/newDiagnostics.ts";

const report = (line: number, message: string, rest: Partial<Diagnostic> = {}): Diagnostic => ({
  shown: "a.ts",
  line,
  column: 1,
  severity: "error",
  message,
  source: "ts",
  code: "1",
  ...rest,
});
const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join("");
const brief = (found: readonly Diagnostic[]) => found.map(({ line, message }) => `${line} ${message}`);

describe("reports that came with an edit", () => {
  const texts = { before: lines("a", "b", "c", "d"), after: lines("a", "new", "new 2", "b", "c", "D") };

  it("are those whose words were not on that line before, wherever the line went", () => {
    const before = [report(1, "old"), report(3, "old"), report(4, "old"), report(2, "gone")];
    const after = [
      report(1, "old"),
      report(5, "old"),
      report(2, "old"),
      report(6, "old"),
      report(4, "gone", { severity: "warning" }),
      report(3, "other"),
    ];
    assert.deepEqual(brief(newDiagnostics(before, after, texts)), ["6 old", "4 gone", "3 other"]);
  });

  it("a line that was edited and is still wrong for the same reason is no news", () => {
    assert.deepEqual(newDiagnostics([report(4, "old")], [report(6, "old")], texts), []);
    assert.deepEqual(brief(newDiagnostics([report(4, "old")], [report(6, "old"), report(6, "old")], texts)), ["6 old"]);
    // Mended in one place and broken in another.
    assert.deepEqual(brief(newDiagnostics([report(3, "old")], [report(1, "old")], texts)), ["1 old"]);
  });

  it("without a change of the text the lines count as they are", () => {
    const before = [report(1, "a"), report(2, "a")];
    assert.deepEqual(brief(newDiagnostics(before, [report(2, "a"), report(3, "a")], undefined)), ["3 a"]);
    assert.deepEqual(newDiagnostics(before, [], undefined), []);
  });

  it("line endings are no difference, nor is a final line without one", () => {
    const crlf = { before: "a\r\nb\r\nc", after: "x\na\nb\nc" };
    assert.deepEqual(newDiagnostics([report(3, "old")], [report(4, "old")], crlf), []);
  });
});

describe("reports on a file that nobody had reported on", () => {
  it("are likely new where they are about the edit", () => {
    const texts = {
      before: lines('import { used } from "x";', "function two(a) {}", "two(1);", "used();", "old;", "number;"),
      after: lines("function two(a, b) {}", "two(1);", "used();", "old;", "number;"),
    };
    const after = [
      report(1, "on a changed line", { severity: "warning" }),
      report(2, "Expected 2 arguments, but got 1."),
      report(3, "Cannot find name 'used'."),
      report(3, "Unused 'used'", { column: 5, severity: "warning" }),
      report(4, "Cannot find module 'react'."),
      report(5, "Type 'string' is not assignable to type 'number'."),
    ];
    assert.deepEqual(brief(likelyNewDiagnostics(after, texts)), [
      "1 on a changed line",
      "2 Expected 2 arguments, but got 1.",
      "3 Cannot find name 'used'.",
    ]);
  });
});
