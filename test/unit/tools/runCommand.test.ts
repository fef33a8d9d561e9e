import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { Shell, ShellResult } from "../../../src/agent/ports.ts";
import { toolNamed, workbench } from "./bench.ts";

describe("run_command, of what the shell says", () => {
  const RESULT: ShellResult = { output: "", exitCode: undefined, signal: undefined, timedOut: true };
  const shellOf = (result: Partial<ShellResult>, prompts: readonly (string | undefined)[] = []): Shell => ({
    name: "fake",
    run: async (_command, { onWaiting }) => {
      for (const prompt of prompts) onWaiting?.(prompt);
      return { ...RESULT, ...result };
    },
  });
  const call = (shell: Shell, args: object = {}) =>
    workbench({}, { shell }).call("run_command", { command: "x", ...args });

  it("a command that waited for input is not to be run like that again", async () => {
    assert.equal(
      await call(shellOf({ output: "Overwrite? [y/N] ", waitedFor: "Overwrite? [y/N] " })),
      'Overwrite? [y/N] \n[timed out after 120 s, waiting for input at "Overwrite? [y/N]" that nobody gave: run it with flags or input that answer it, such as --yes]',
    );
    assert.equal(
      await call(shellOf({ waitedFor: "" }), { timeout: 5 }),
      "(no output)\n[timed out after 5 s, waiting for input that nobody gave: run it with flags or input that answer it, such as --yes]",
    );
    assert.equal(await call(shellOf({ output: "a\n" })), "a\n[timed out after 120 s]");
  });

  it("says to the faces that it waits and goes on", async () => {
    const { env } = workbench({}, { shell: shellOf({ exitCode: 0, timedOut: false }, ["Name: ", undefined]) });
    const waited: (string | undefined)[] = [];
    const run = {
      env,
      callId: "c",
      signal: new AbortController().signal,
      output: () => {},
      waiting: (prompt: string | undefined) => waited.push(prompt),
    };
    const plan = await toolNamed("run_command").plan({ command: "x" }, run);
    assert.equal(await plan.run(), "(no output)");
    assert.deepEqual(waited, ["Name: ", undefined]);
  });
});

describe("run_command, of a patch", () => {
  const command = "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a.ts\n@@\n-one\n+1\n*** End Patch\nEOF";

  it("is an edit, judged and done as one", async () => {
    const { folder, plan } = workbench({ "a.ts": "one\n" });
    const { actions, run } = await plan("run_command", { command });
    assert.deepEqual(
      actions.map((action) => action.kind === "write" && [action.change.kind, action.place.shown]),
      [["edit", "a.ts"]],
    );
    assert.equal(await run(), "Edited a.ts: 1 place (+1 -1).");
    assert.equal(readFileSync(join(folder, "a.ts"), "utf8"), "1\n");
  });

  it("stays a command where it does anything else, elsewhere or beside the chat", async () => {
    const { plan } = workbench({ "a.ts": "one\n", "sub/a.ts": "one\n" });
    const wanted = [
      { command: `${command}\nrm -rf x` },
      { command: `cd sub && ${command}` },
      { command, cwd: "sub" },
      { command, background: true },
    ];
    for (const args of wanted) {
      const { actions } = await plan("run_command", args);
      assert.deepEqual(
        actions.map((action) => action.kind === "command" && action.command),
        [args.command],
      );
    }
  });
});
