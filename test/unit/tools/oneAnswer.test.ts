import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { type CallResult, runCalls } from "../../../src/agent/calls.ts";
import type { ToolEnv } from "../../../src/agent/tool.ts";
import { allTools } from "../../../src/tools/all.ts";
import { EVERYTHING, workbench } from "./bench.ts";

type Call = readonly [name: string, args: unknown];

/** The calls of one answer of the model, through the loop's own calling of tools. */
async function answer(env: ToolEnv, ...calls: readonly Call[]): Promise<readonly string[]> {
  const results: CallResult[] = [];
  const allow = { verdict: "allow" as const, reason: "" };
  await runCalls(
    calls.map(([name, args], i) => ({
      id: `call-${i}`,
      type: "function",
      function: { name, arguments: JSON.stringify(args) },
    })),
    {
      tools: allTools(EVERYTHING),
      env,
      policy: { judge: () => allow, grant: () => {} },
      approver: { ask: () => Promise.reject(new Error("nothing is asked")) },
      emit: () => {},
      planned: () => {},
      newId: () => "id",
      ruling: () => ({ kind: "run" }),
    },
    (result) => results.push(result),
    { signal: new AbortController().signal },
  );
  return results.map(({ status, text }) => `${status}: ${text.split("\n", 1)[0]}`);
}

const read = (path: string): Call => ["read_file", { path }];
const write = (path: string, content: string): Call => ["write_file", { path, content }];
const edit = (path: string, old_text: string, new_text: string): Call => [
  "edit_file",
  { path, edits: [{ old_text, new_text }] },
];

const CHANGED = "a.ts has changed since you last saw it; nothing was edited. It now reads:";

describe("the calls of one answer", () => {
  it("none takes for known what another of them has only just been told", async () => {
    const { folder, env } = workbench({ "a.ts": "one\n" });
    assert.deepEqual(await answer(env, read("a.ts")), ["ok: one"]);
    writeFileSync(join(folder, "a.ts"), "one\ntyped by the user\n");
    assert.deepEqual(await answer(env, edit("a.ts", "one", "1"), write("a.ts", "1\n")), [
      `error: ${CHANGED}`,
      "error: a.ts has changed since you read it. Read it again before you replace it.",
    ]);
    assert.deepEqual(await answer(env, write("a.ts", "1\ntyped by the user\n")), ["ok: Replaced a.ts (+1 -1)."]);
  });

  it("nor what another of them reads", async () => {
    const { folder, env } = workbench({ "a.ts": "never seen\n" });
    assert.deepEqual(await answer(env, read("a.ts"), write("a.ts", "guess\n")), [
      "ok: never seen",
      "error: a.ts exists and you have not read it. Read it first, or use edit_file.",
    ]);
    writeFileSync(join(folder, "a.ts"), "seen\n");
    assert.deepEqual(await answer(env, read("a.ts"), edit("a.ts", "seen", "x")), ["ok: seen", `error: ${CHANGED}`]);
    assert.equal(readFileSync(join(folder, "a.ts"), "utf8"), "seen\n");
  });

  it("what they write themselves they know, under its new name too", async () => {
    const { folder, env } = workbench({ "a.ts": "one\n" });
    assert.deepEqual(
      await answer(
        env,
        write("b.ts", "b\n"),
        edit("b.ts", "b", "B"),
        ["move_path", { from: "b.ts", to: "c.ts" }],
        write("c.ts", "C\n"),
        read("c.ts"),
      ),
      [
        "ok: Created b.ts (1 line).",
        "ok: Edited b.ts: 1 place (+1 -1).",
        "ok: Moved b.ts to c.ts.",
        "ok: Replaced c.ts (+1 -1).",
        "ok: C",
      ],
    );
    assert.deepEqual([...env.seen.keys()], [join(folder, "c.ts")]);
    assert.deepEqual(await answer(env, write("c.ts", "again\n")), ["ok: Replaced c.ts (+1 -1)."]);
  });
});
