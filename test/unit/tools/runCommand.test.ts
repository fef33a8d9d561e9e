import assert from "node:assert/strict";
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
