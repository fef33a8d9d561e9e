import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import { StoppedError, ToolError } from "../../../src/agent/errors.ts";
import type { BackgroundState } from "../../../src/agent/ports.ts";
import { backgroundLine, createBackground, type NodeBackground, withBackground } from "../../../src/node/background.ts";
import { createShell } from "../../../src/node/shell.ts";
import { allGone, pidsIn, STUBBORN, wait } from "./processes.ts";
import { temporaryFolder } from "./temporary.ts";

const never = new AbortController().signal;
const state = (id: string, command: string, rest: Partial<BackgroundState> = {}): BackgroundState => ({
  id,
  command,
  running: true,
  exitCode: undefined,
  signal: undefined,
  ...rest,
});

describe("background commands", function () {
  this.timeout(20_000);
  let background: NodeBackground;
  afterEach(() => background.dispose());

  function create() {
    background = createBackground({ shell: createShell({ shell: "/bin/bash" }) });
    const start = (command: string, cwd = "/") => background.start({ command, cwd, callId: "c" });
    const read = (id: string, waitMs = 0, signal = never) => background.read(id, { waitMs, signal });
    return { background, start, read };
  }

  /** Everything until the end. */
  async function rest(id: string): Promise<{ output: string; state: BackgroundState }> {
    let output = "";
    for (;;) {
      const piece = await background.read(id, { waitMs: 5_000, signal: never });
      output += piece.output;
      if (!piece.state.running) return { output, state: piece.state };
    }
  }

  it("runs on beside, gives what is new each time, and remembers the end", async () => {
    const { start, read } = create();
    const command = "echo one; read line < go; echo two; exit 3";
    const cwd = temporaryFolder();
    await start("mkfifo go", cwd).then(({ id }) => rest(id));
    assert.deepEqual(await start(command, cwd), state("bg2", command));
    assert.deepEqual(await read("bg2", 5_000), { output: "one\n", state: state("bg2", command) });
    assert.deepEqual(await read("bg2"), { output: "", state: state("bg2", command) });
    await start("echo now > go", cwd);
    const ended = state("bg2", command, { running: false, exitCode: 3 });
    assert.deepEqual(await rest("bg2"), { output: "two\n", state: ended });
    assert.deepEqual(await read("bg2", 5_000), { output: "", state: ended });
    assert.deepEqual(background.list()[1], ended);
  });

  it("waits for news no longer than it is told, and not at all for a stopped task", async () => {
    const { start, read } = create();
    await start("sleep 30");
    const begun = performance.now();
    assert.equal((await read("bg1", 300)).output, "");
    const took = performance.now() - begun;
    assert.ok(took >= 290 && took < 2_000, `${took} ms`);
    const stop = new AbortController();
    const reading = read("bg1", 60_000, stop.signal);
    stop.abort();
    await assert.rejects(reading, StoppedError);
    await assert.rejects(read("bg1", 0, AbortSignal.abort()), StoppedError);
    assert.equal(background.list()[0]?.running, true);
  });

  it("what a stopped reader waited for is there for the next", async () => {
    const { start, read } = create();
    await start("sleep 0.3; echo late; sleep 30");
    const stop = new AbortController();
    const reading = read("bg1", 60_000, stop.signal);
    await wait(400);
    stop.abort();
    await reading.catch(() => {});
    const { output } = await read("bg1", 5_000);
    assert.ok(output === "late\n" || output === "", output);
  });

  it("a piece of news is whole, and a flood does not hold it back", async () => {
    const { start, read } = create();
    await start("for i in 1 2 3; do echo $i; sleep 0.03; done; sleep 30");
    assert.equal((await read("bg1", 5_000)).output, "1\n2\n3\n");
    await start("yes");
    const begun = performance.now();
    const { output, state } = await read("bg2", 30_000);
    assert.ok(performance.now() - begun < 5_000);
    assert.match(output, /^y\ny\n.*lines \(\d+ bytes\) left out.*\ny\n$/s);
    assert.ok(output.length < 31_000);
    assert.equal(state.running, true);
  });

  it("stops the whole tree within 3 s and gives its last words", async () => {
    const { start } = create();
    const cwd = temporaryFolder();
    await start(STUBBORN, cwd);
    const pids = await pidsIn(join(cwd, "pids"), 3);
    await wait(200);
    const begun = performance.now();
    const { output, state } = await background.stop("bg1");
    assert.ok(performance.now() - begun < 3_200, `${performance.now() - begun} ms`);
    assert.equal(output, "deep 2\ndeep 1\ndeep 0\n");
    assert.equal(state.running, false);
    assert.ok(await allGone(pids, 500));
    assert.deepEqual(await background.stop("bg1"), { output: "", state });
  });

  it("a server that was put behind the shell counts as running and is stopped", async () => {
    const { start, read } = create();
    const cwd = temporaryFolder();
    const command = "(echo up; echo $BASHPID > pids; exec sleep 30) & exit 0";
    await start(command, cwd);
    const pids = await pidsIn(join(cwd, "pids"), 1);
    await wait(400);
    assert.deepEqual(await read("bg1"), { output: "up\n", state: state("bg1", command) });
    await background.stop("bg1");
    assert.ok(await allGone(pids, 500));
    assert.equal(background.list()[0]?.running, false);
  });

  it("runs at most eight at once, and forgets what has long ended", async () => {
    const { start, read } = create();
    for (let i = 0; i < 25; i++) await start("true").then(({ id }) => rest(id));
    await Promise.all(Array.from({ length: 8 }, () => start("sleep 30")));
    await assert.rejects(start("sleep 30"), (error: unknown) => {
      assert.ok(error instanceof ToolError);
      assert.match(error.message, /^8 commands run in the background already \(bg26, .*bg33\)\. Stop one/);
      return true;
    });
    assert.equal(background.list().length, 28);
    await assert.rejects(read("bg1"), (error: unknown) => {
      assert.ok(error instanceof ToolError);
      assert.match(error.message, /^There is no background command bg1;.* There are: bg6, bg7, /);
      return true;
    });
    await background.stop("bg30");
    await start("sleep 30");
  });

  it("ends with its chat, and starts nothing afterwards", async () => {
    const { start } = create();
    const cwd = temporaryFolder();
    await start("trap '' TERM HUP INT; echo $$ >> pids; sleep 30 & echo $! >> pids; wait", cwd);
    const pids = await pidsIn(join(cwd, "pids"), 2);
    background.dispose();
    assert.ok(await allGone(pids, 1_000));
    await assert.rejects(start("true"), ToolError);
  });

  it("says what cannot start, and then nothing is there", async () => {
    const { start } = create();
    await assert.rejects(start("true", "/no/such/folder"), ToolError);
    assert.deepEqual(background.list(), []);
  });

  it("shows a face everything and the end, and leaves the output to the model", async () => {
    const { start } = create();
    const { id } = await start("echo one; sleep 0.2; printf two; exit 2");
    const seen: string[] = [];
    const end = new Promise<BackgroundState>((resolve) => {
      background.watch(id, { onOutput: (text) => seen.push(text), onEnd: resolve });
    });
    assert.equal((await end).exitCode, 2);
    assert.equal(seen.join(""), "one\ntwo");
    assert.equal((await rest(id)).output, "one\ntwo");
    const again = new Promise<BackgroundState>((resolve) => {
      background.watch(id, { onOutput: () => {}, onEnd: resolve });
    });
    assert.equal((await again).running, false);
    await start("echo unread; sleep 30");
    await wait(300);
    await background.end("bg2");
    assert.equal((await rest("bg2")).output, "unread\n");
  });
});

describe("background commands in one line", () => {
  it("is a fact like the others", async () => {
    const facts = { read: async () => new Map([["Folder", "/w"]]) };
    const read = (states: readonly BackgroundState[]) =>
      withBackground(facts, { list: () => states }).read({ signal: never });
    assert.deepEqual([...(await read([]))], [["Folder", "/w"]]);
    const line = ["Background commands", "bg1 running (make)"];
    assert.deepEqual([...(await read([state("bg1", "make")]))], [["Folder", "/w"], line]);
  });

  it("names what runs and what ended last", () => {
    assert.equal(backgroundLine([]), undefined);
    const states = [
      ...[1, 2, 3].map((n) => state(`bg${n}`, "true", { running: false, exitCode: 0 })),
      state("bg4", "npm run dev\n  --port 1"),
      state("bg5", "x".repeat(70), { running: false, signal: "SIGTERM" }),
      state("bg6", "make", { running: false, exitCode: 2 }),
    ];
    assert.equal(
      backgroundLine(states),
      `bg3 ended, exit 0 (true); bg4 running (npm run dev --port 1); bg5 ended by SIGTERM (${"x".repeat(60)}…); bg6 ended, exit 2 (make)`,
    );
  });
});
