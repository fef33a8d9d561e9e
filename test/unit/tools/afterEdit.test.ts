import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { StoppedError } from "../../../src/agent/errors.ts";
import type { Diagnostic, Diagnostics, Place } from "../../../src/agent/ports.ts";
import type { ToolEnv } from "../../../src/agent/tool.ts";
import { watchEdit } from "../../../src/tools/afterEdit.ts";

const place: Place = { path: "/w/a.ts", shown: "a.ts", inside: true, kind: "file" };
const live = () => new AbortController().signal;
/** Nothing else of the surroundings is touched. */
const envWith = (diagnostics: Diagnostics | undefined) => ({ diagnostics }) as unknown as ToolEnv;

const reporting = (news: (signal: AbortSignal) => Promise<readonly Diagnostic[]>, log: string[] = []) =>
  envWith({
    read: () => Promise.reject(new Error("not asked for")),
    watch: (places) => {
      log.push(`watch ${places.map(({ shown }) => shown)}`);
      return {
        news: ({ signal }) => {
          log.push("news");
          return news(signal);
        },
      };
    },
  });

const edited = (intended: string, text = intended) => ({
  place,
  intended,
  written: { text, version: "v", bytes: text.length, encoding: "utf8" },
});

const problem = (line: number, rest: Partial<Diagnostic> = {}): Diagnostic => ({
  shown: "a.ts",
  line,
  column: 2,
  severity: "error",
  message: "Cannot find name 'x'.",
  source: "ts",
  code: "2304",
  ...rest,
});

describe("what an edit brought about", () => {
  const after = (intended: string, text: string) =>
    watchEdit(envWith(undefined), [place]).report([edited(intended, text)], { signal: live() });

  it("is nothing to talk about where there is no editor, or no news", async () => {
    assert.equal(await after("a\n", "a\n"), "");
    const log: string[] = [];
    const watch = watchEdit(
      reporting(async () => [problem(1, { severity: "hint" }), problem(1, { severity: "info" })], log),
      [place],
    );
    assert.deepEqual(log, ["watch a.ts"]);
    assert.equal(await watch.report([], { signal: live() }), "");
    assert.deepEqual(log, ["watch a.ts"]);
    assert.equal(await watch.report([edited("a")], { signal: live() }), "");
    assert.deepEqual(log, ["watch a.ts", "news"]);
  });

  it("names new problems by line, and not too many", async () => {
    const some = watchEdit(
      reporting(async () => [problem(12), problem(3, { severity: "warning" })]),
      [place],
    );
    assert.equal(
      await some.report([edited("a")], { signal: live() }),
      "New problems:\na.ts:12:2 error ts(2304) Cannot find name 'x'.\na.ts:3:2 warning ts(2304) Cannot find name 'x'.",
    );
    const many = watchEdit(
      reporting(async () => Array.from({ length: 14 }, (_, i) => problem(i))),
      [place],
    );
    const lines = (await many.report([edited("a")], { signal: live() })).split("\n");
    assert.deepEqual([lines.length, lines.at(-1)], [12, "[4 more; see get_diagnostics]"]);
  });

  it("a stop or a failure of the editor does not undo the edit's success", async () => {
    const stop = new AbortController();
    const stopped = watchEdit(
      reporting((signal) => {
        stop.abort();
        return Promise.reject(signal.aborted ? new StoppedError() : new Error("no"));
      }),
      [place],
    );
    assert.equal(await stopped.report([edited("a")], { signal: stop.signal }), "");
    const log: string[] = [];
    assert.equal(
      await watchEdit(
        reporting(async () => [problem(1)], log),
        [place],
      ).report([edited("a")], stop),
      "",
    );
    assert.deepEqual(log, ["watch a.ts"]);
    const failing = watchEdit(
      reporting(() => Promise.reject(new Error("gone"))),
      [place],
    );
    assert.equal(await failing.report([edited("a")], { signal: live() }), "");
  });

  it("shows what the editor made of it on save", async () => {
    const text = (...lines: string[]) => lines.map((line) => `${line}\n`).join("");
    assert.equal(
      await after(text("a", "b ( )", "c"), text("a", "b();", "c")),
      "The editor changed a.ts on save. It now reads:\n[lines 2-2]\nb();\n[end]",
    );
    // Neighbouring changes are one passage, lines that only went are shown by those around them.
    assert.equal(
      await after(text("1", "2", "3", "4", "5", "6", "7", "8", "9"), text("x", "2", "y", "4", "5", "6", "7", "9")),
      "The editor changed a.ts on save. It now reads:\n[lines 1-3]\nx\n2\ny\n[end]\n[lines 7-8]\n7\n9\n[end]",
    );
    assert.equal(await after("a", ""), "The editor left a.ts empty on save.");
  });

  it("says little where only white space at the end changed", async () => {
    const words =
      "The editor changed white space at line ends or at the end of a.ts on save; the rest is as you wrote it.";
    assert.equal(await after("a  \nb\t\nc", "a\nb\nc\n"), words);
    assert.equal(await after("a\nb\n\n\n", "a\nb\n"), words);
    assert.equal(await after("a\r\nb\r\n", "a\nb\n"), words);
    // Here the lines below moved.
    assert.match(await after("a\n\n\nb\n", "a\n\nb\n"), /^The editor changed a\.ts on save\. It now reads/);
  });

  it("sends the model back to the file when it is all different", async () => {
    const lines = Array.from({ length: 400 }, (_, i) => `call( ${i} )\n`);
    assert.equal(
      await after(lines.join(""), lines.map((line) => line.replaceAll(" ", "")).join("")),
      "The editor changed a.ts in 1 passage on save, from line 1 on. Read it again before you edit it again.",
    );
  });
});
