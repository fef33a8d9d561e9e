import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import * as vscode from "vscode";
import { mirrorBackground } from "../../src/host/background.ts";
import { createBackground } from "../../src/node/background.ts";

const never = new AbortController().signal;

async function until(test: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 10_000;
  while (!test() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(test(), what);
}

const tabs = () => vscode.window.terminals.map(({ name }) => name).filter((name) => /^MiMo bg\d/.test(name));

describe("commands in the background, in the editor", () => {
  let background: ReturnType<typeof mirrorBackground>;
  afterEach(() => background.dispose());

  const start = (command: string, callId: string) => background.start({ command, cwd: "/", callId });
  const stateOf = (id: string) => background.list().find((state) => state.id === id);

  it("each has a tab of its own, which stays when it has ended and can be brought up", async () => {
    background = mirrorBackground(createBackground());
    await start("echo one; sleep 60", "c1");
    await start("echo two\nexit 3", "c2");
    await until(() => tabs().length === 2, "two tabs");
    assert.deepEqual(tabs().sort(), ["MiMo bg1: echo one; sleep 60", "MiMo bg2: echo two exit 3"]);
    await until(() => stateOf("bg2")?.running === false, "bg2 ends");
    assert.equal(stateOf("bg2")?.exitCode, 3);
    assert.deepEqual(
      [background.reveal("c2"), background.reveal("c1"), background.reveal("other")],
      [true, true, false],
    );
    await until(() => vscode.window.activeTerminal?.name.startsWith("MiMo bg1") === true, "bg1's tab is brought up");
    assert.equal(tabs().length, 2);
  });

  it("closing the tab ends the command, and the model still reads what it printed", async () => {
    background = mirrorBackground(createBackground());
    await start("echo begun; sleep 60", "c1");
    await until(() => tabs().length === 1, "a tab");
    await new Promise((resolve) => setTimeout(resolve, 500));
    vscode.window.terminals.find(({ name }) => name.startsWith("MiMo bg1"))?.dispose();
    await until(() => stateOf("bg1")?.running === false, "the command ends");
    assert.equal(background.reveal("c1"), false);
    const { output, state } = await background.read("bg1", { waitMs: 0, signal: never });
    assert.deepEqual([output, state.running], ["begun\n", false]);
  });

  it("ended tabs do not pile up, and all close with the chat", async () => {
    background = mirrorBackground(createBackground());
    await start("sleep 60", "c0");
    for (let i = 1; i <= 8; i++) {
      const { id } = await start(`echo ${i}`, `c${i}`);
      await until(() => stateOf(id)?.running === false, `${id} ends`);
    }
    await until(() => tabs().length === 6, "one that runs and five that have ended");
    assert.ok(tabs().includes("MiMo bg1: sleep 60"));
    background.dispose();
    await until(() => tabs().length === 0, "no tab is left");
    await until(() => stateOf("bg1")?.running === false, "the command ends with the chat");
  });
});
