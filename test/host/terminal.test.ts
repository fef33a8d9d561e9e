import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { StoppedError } from "../../src/agent/errors.ts";
import { mirrorBackground } from "../../src/host/background.ts";
import { mirrorShell } from "../../src/host/shell.ts";
import { createBackground } from "../../src/node/background.ts";
import { createShell } from "../../src/node/shell.ts";
import { heldAgainstPipes } from "../deep/terminalWorker.ts";
import { allGone, pidsIn, STUBBORN } from "../unit/node/processes.ts";

/** Of the campaign `npm run test:deep -- terminal`. */
const SAMPLE = { count: 25, seed: 7 };
const MODES = ["managed", "shellIntegration"] as const;

function temporary(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "terminal-")));
}

/** Of chats that other tests have left open. */
let others: ReadonlySet<vscode.Terminal> = new Set();
const tabs = () => vscode.window.terminals.filter((terminal) => !others.has(terminal));

function noteOthers(): void {
  others = new Set(vscode.window.terminals);
}

/** Tabs close a moment after they were told to. */
async function allClosed(): Promise<void> {
  for (let i = 0; i < 200 && tabs().length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(
    tabs().map(({ name }) => name),
    [],
  );
}

for (const mode of MODES) {
  describe(`commands in a terminal, ${mode}`, () => {
    let shell: ReturnType<typeof mirrorShell>;
    before(noteOthers);
    afterEach(async () => {
      shell.dispose();
      await allClosed();
    });

    const open = () => {
      shell = mirrorShell(createShell({ shell: "/bin/bash", input: "person" }), { mode: () => mode });
    };
    const run = (
      command: string,
      extra: { cwd?: string; onWaiting?: (prompt?: string) => void; signal?: AbortSignal } = {},
    ) => {
      const { cwd = "/", onWaiting = () => {}, signal = new AbortController().signal } = extra;
      return shell.run({ command, cwd, timeoutMs: 20_000, callId: "c1" }, { onOutput: () => {}, onWaiting, signal });
    };

    it("varied ones end and print as in a pipe", async function () {
      this.timeout(60_000);
      open();
      const folder = temporary();
      const { families, wrong } = await heldAgainstPipes({ mode, ...SAMPLE }, folder);
      rmSync(folder, { recursive: true, force: true });
      assert.ok(families > 20);
      assert.deepEqual(wrong, []);
    });

    it("a prompt is noticed and answered", async () => {
      open();
      const waited: (string | undefined)[] = [];
      const result = await run("printf 'Go on? [y/N] '; read x; echo \"said $x\"", {
        onWaiting: (prompt) => {
          waited.push(prompt);
          if (prompt !== undefined) assert.equal(shell.input("c1", "yes"), true);
        },
      });
      assert.deepEqual(waited, ["Go on? [y/N] ", undefined]);
      assert.match(result.output, /^Go on\? \[y\/N\] (yes\n)?said yes\n$/);
      assert.equal(result.exitCode, 0);
    });

    it("a tree of three that ignores SIGTERM is gone within 3 s of a stop, and the next command runs", async () => {
      open();
      const cwd = temporary();
      const stop = new AbortController();
      const running = run(STUBBORN, { cwd, signal: stop.signal });
      const pids = await pidsIn(join(cwd, "pids"), 3);
      stop.abort();
      const { exitCode } = await running;
      assert.equal(exitCode, undefined);
      assert.ok(await allGone(pids, 3_000), "some process is left");
      assert.equal((await run("echo next")).output, "next\n");
      rmSync(cwd, { recursive: true, force: true });
    });

    it("has a tab in sight that is used again", async () => {
      open();
      await run("true");
      const [first] = tabs();
      await run("true");
      assert.deepEqual([tabs().length, tabs()[0] === first], [1, true]);
      assert.equal(shell.reveal(), true);
    });
  });
}

describe("the user's own shell", () => {
  let shell: ReturnType<typeof mirrorShell>;
  before(noteOthers);
  afterEach(async () => {
    shell.dispose();
    await allClosed();
  });
  const open = () => {
    shell = mirrorShell(createShell({ shell: "/bin/bash", input: "person" }), { mode: () => "shellIntegration" });
  };
  const run = (command: string) =>
    shell.run(
      { command, cwd: "/", timeoutMs: 20_000, callId: "c1" },
      { onOutput: () => {}, signal: new AbortController().signal },
    );

  it("its variables and aliases are there, and a command leaves it as it was", async () => {
    open();
    assert.equal((await run("tty > /dev/null && echo a tty")).output, "a tty\n");
    const [terminal] = tabs();
    terminal?.sendText("alias greet='echo hello'; MINE=1; cd /usr");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal((await run("greet $MINE; pwd; cd /tmp; MINE=2; exit 3")).exitCode, 3);
    assert.equal((await run("greet $MINE")).output, "hello 1\n");
  });

  it("a command whose terminal is closed, or whose shell is killed, ends", async () => {
    open();
    const closed = run("echo begun; sleep 60");
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    tabs()[0]?.dispose();
    assert.equal((await closed).exitCode, undefined);
    const killed = await run("echo x; kill -9 $$; sleep 60");
    assert.equal(killed.exitCode, undefined);
    assert.equal((await run("echo again")).output, "again\n");
  });

  it("a stop before it begins opens no tab, and what cannot begin keeps no tab to itself", async () => {
    open();
    const command = { command: "echo begun", cwd: "/", timeoutMs: 20_000, callId: "c1" };
    const stopped = await shell.run(command, { onOutput: () => {}, signal: AbortSignal.abort() });
    assert.deepEqual([stopped.output, stopped.exitCode, tabs().length], ["", undefined, 0]);
    await run("true");
    await assert.rejects(run("echo \0"), /could not be started/);
    assert.equal((await run("echo next")).output, "next\n");
    assert.equal(tabs().length, 1);
    await assert.rejects(shell.start(command, { onOutput: () => {}, signal: AbortSignal.abort() }), StoppedError);
  });

  it("what runs in the background has a tab of its own", async () => {
    open();
    const background = mirrorBackground(createBackground({ shell }));
    const { id } = await background.start({ command: "echo up; sleep 60", cwd: "/", callId: "b1" });
    await background.read(id, { waitMs: 5_000, signal: new AbortController().signal });
    assert.equal((await run("echo beside")).output, "beside\n");
    assert.equal(tabs().length, 2);
    const { state } = await background.stop(id);
    assert.equal(state.running, false);
    background.dispose();
  });
});
