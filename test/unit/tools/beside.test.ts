import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { StoppedError, ToolError } from "../../../src/agent/errors.ts";
import type { Diagnostic, UserQuestion } from "../../../src/agent/ports.ts";
import { EVERYTHING, type Workbench, workbench } from "./bench.ts";

const toolError = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ToolError, String(error));
  assert.match(error.message, words);
  return true;
};

describe("commands in the background", function () {
  this.timeout(20_000);
  let bench: Workbench;
  afterEach(() => bench.background.dispose());

  it("start as an approved command, are read and are stopped", async () => {
    bench = workbench({ "sub/x": "" });
    const { folder, plan, call } = bench;
    const args = { command: "pwd; read x < ../pipe; echo $x; sleep 60", cwd: "sub", background: "true" };
    await call("run_command", { command: "mkfifo pipe" });
    const { actions, run } = await plan("run_command", args);
    const cwd = { path: `${folder}/sub`, shown: "sub", inside: true, kind: "folder" };
    assert.deepEqual(actions, [{ kind: "command", command: args.command, cwd }]);
    assert.deepEqual(bench.background.list(), []);
    assert.equal(await run(), `${folder}/sub\n[bg1 is running in the background]`);
    assert.equal(await call("read_output", { id: "bg1" }), "(no new output)\n[bg1 is running in the background]");
    await call("run_command", { command: "echo more > pipe" });
    assert.equal(await call("read_output", { id: "bg1", wait: "5" }), "more\n[bg1 is running in the background]");
    assert.deepEqual((await plan("stop_command", { id: "bg1" })).actions, []);
    assert.equal(await call("stop_command", { id: "bg1" }), "[bg1 was stopped]");
    assert.match(await call("stop_command", { id: "bg1" }), /^\[bg1 has ended: (exit 143|ended by SIGTERM)\]$/);
    assert.match(await call("read_output", { id: "bg1", wait: 60 }), /^\(no new output\)\n\[bg1 has ended: /);
    await assert.rejects(call("read_output", { id: "bg7" }), toolError(/no background command bg7;.*There are: bg1/));
    await assert.rejects(call("stop_command", { id: "bg7" }), toolError(/no background command bg7/));
  });

  it("that fail at once are told of at once", async () => {
    bench = workbench();
    assert.equal(
      await bench.call("run_command", { command: "printf 'no port'; exit 2", background: true }),
      "no port\n[bg1 has ended: exit 2]",
    );
    assert.equal(await bench.call("run_command", { command: "true", background: true }), "[bg2 has ended: exit 0]");
  });

  it("go on when the task is stopped, and the model is told their id", async () => {
    bench = workbench();
    const stop = new AbortController();
    const { run } = await bench.plan("run_command", { command: "sleep 60", background: true }, stop.signal);
    const running = run();
    setTimeout(() => stop.abort(), 200);
    assert.equal(await running, "[bg1 is running in the background]");
    assert.equal(bench.background.list()[0]?.running, true);
    const reading = (await bench.plan("read_output", { id: "bg1", wait: 60 }, AbortSignal.timeout(200))).run();
    await assert.rejects(reading, StoppedError);
    assert.equal(bench.background.list()[0]?.running, true);
  });
});

describe("ask_user", () => {
  it("gives the user's own words", async () => {
    const asked: UserQuestion[] = [];
    const user = {
      ask: async (question: UserQuestion) => {
        asked.push(question);
        return "the second, but in blue";
      },
    };
    const { plan } = workbench({}, { user });
    const { actions, run } = await plan("ask_user", { question: " Which? ", options: '["a", "b", "a"]' });
    assert.deepEqual([actions, asked], [[], []]);
    assert.equal(await run(), "the second, but in blue");
    assert.deepEqual(asked, [{ callId: "c", question: "Which?", options: ["a", "b"] }]);
    await assert.rejects(workbench().plan("ask_user", { question: "Which?" }), toolError(/^Nobody is here/));
  });
});

describe("update_todos", () => {
  const todo = (text: string, status: string) => ({ text, status });

  it("takes the whole list, at most one of it active", async () => {
    const { call, plan } = workbench();
    const todos = [todo("a", "done"), todo("b", "active"), todo("c", "pending")];
    assert.deepEqual((await plan("update_todos", { todos })).actions, []);
    assert.equal(await call("update_todos", { todos }), "1 of 3 done.");
    assert.equal(await call("update_todos", { todos: [] }), "Cleared.");
    await assert.rejects(
      call("update_todos", { todos: [todo("a", "active"), todo("b", "active")] }),
      toolError(/^2 to-dos are active; only one may be/),
    );
  });
});

describe("get_diagnostics", () => {
  const problem = (rest: Partial<Diagnostic>): Diagnostic => ({
    shown: "a.ts",
    line: 3,
    column: 7,
    severity: "error",
    message: "Cannot find name 'x'.",
    source: "ts",
    code: "2304",
    ...rest,
  });
  const reporting = (found: readonly Diagnostic[]) =>
    workbench({ "src/a.ts": "" }, { diagnostics: { ...EVERYTHING.diagnostics, read: async () => found } });

  it("gives one line a problem, hints left out", async () => {
    const { folder, plan, call } = reporting([
      problem({}),
      problem({ severity: "warning", source: "eslint", code: "", message: "Two\n  lines" }),
      problem({ severity: "info", source: "", code: "", message: "z".repeat(1_000) }),
      problem({ severity: "hint" }),
    ]);
    const { actions } = await plan("get_diagnostics", { path: "src/a.ts" });
    const place = { path: `${folder}/src/a.ts`, shown: "src/a.ts", inside: true, kind: "file" };
    assert.deepEqual(actions, [{ kind: "read", place }]);
    assert.equal(
      await call("get_diagnostics", {}),
      `a.ts:3:7 error ts(2304) Cannot find name 'x'.\na.ts:3:7 warning eslint Two lines\na.ts:3:7 info ${"z".repeat(400)}…\n`,
    );
  });

  it("claims no more than the editor says", async () => {
    const { call } = reporting([problem({ severity: "hint" })]);
    assert.equal(await call("get_diagnostics", { path: "src/a.ts" }), "The editor reports no problems in src/a.ts.");
    assert.match(
      await call("get_diagnostics", { path: "src" }),
      /no problems below src\. Files that are not open may not/,
    );
    await assert.rejects(call("get_diagnostics", { path: "srk" }), toolError(/^srk does not exist/));
    await assert.rejects(workbench().call("get_diagnostics", {}), toolError(/^No editor is here/));
  });

  it("is capped", async () => {
    const { call } = reporting(Array.from({ length: 250 }, (_, i) => problem({ line: i })));
    const lines = (await call("get_diagnostics", {})).split("\n");
    assert.deepEqual([lines.length, lines.at(-1)], [101, "[more; 250 in all; narrow the path]"]);
  });
});
