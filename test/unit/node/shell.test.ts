import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { ToolError } from "../../../src/agent/errors.ts";
import { windowsProgram } from "../../../src/node/executables.ts";
import { createShell } from "../../../src/node/shell.ts";
import { cmdShell, commandEnvironment, powerShell, shellProgram, takesInput } from "../../../src/node/shellProgram.ts";
import { allGone, pidsIn, STUBBORN, wait } from "./processes.ts";
import { temporaryFolder } from "./temporary.ts";

const shell = createShell({ shell: "/bin/bash" });

interface Extra {
  readonly cwd?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onOutput?: (text: string) => void;
}

function run(command: string, extra: Extra = {}) {
  const { cwd = "/", timeoutMs = 20_000, signal = new AbortController().signal, onOutput = () => {} } = extra;
  return shell.run({ command, cwd, timeoutMs, callId: "c" }, { onOutput, signal });
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now();
  return { value: await work, ms: performance.now() - start };
}

describe("shell", function () {
  this.timeout(20_000);
  // Some of it measures time, on machines that may be busy.
  this.retries(2);

  it("gives both streams in the order they came, and the exit code", async () => {
    const command = "for i in 1 2 3; do echo out $i; echo err $i >&2; done; exit 7";
    assert.deepEqual(await run(command), {
      output: "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n",
      exitCode: 7,
      signal: undefined,
      timedOut: false,
    });
  });

  it("takes any syntax of the shell", async () => {
    const command = "cat <<'END'\nit's \"$HOME\" `x`\nEND\necho a \\\n  b; arr=(1 2); echo $arr";
    assert.equal((await run(command)).output, 'it\'s "$HOME" `x`\na b\n1\n');
    const broken = await run("if then");
    assert.match(broken.output, /syntax error/);
    assert.notEqual(broken.exitCode, 0);
  });

  it("runs in the folder, without input, without our key", async () => {
    const cwd = temporaryFolder();
    process.env.MIMO_API_KEY = "sk-secret";
    try {
      const { output } = await run('pwd; cat; echo "key=$MIMO_API_KEY"; tty', { cwd });
      assert.equal(output, `${cwd}\nkey=\nnot a tty\n`);
    } finally {
      delete process.env.MIMO_API_KEY;
    }
    const env = commandEnvironment({ MIMO_API_KEY: "k", VSCODE_IPC_HOOK: "x", ELECTRON_RUN_AS_NODE: "1", HOME: "/h" });
    assert.deepEqual(Object.keys(env).sort(), ["GIT_PAGER", "GIT_TERMINAL_PROMPT", "HOME", "PAGER", "TERM"]);
  });

  it("shows output while it runs", async () => {
    const pieces: string[] = [];
    const running = run("echo first; sleep 1; echo second", { onOutput: (text) => pieces.push(text) });
    for (let i = 0; i < 100 && pieces.length === 0; i++) await wait(10);
    assert.deepEqual(pieces, ["first\n"]);
    await running;
    assert.equal(pieces.join(""), "first\nsecond\n");
  });

  it("hands over what was printed within 300 ms of a stop, and ends the tree within 3 s", async () => {
    const cwd = temporaryFolder();
    const stop = new AbortController();
    const running = run(STUBBORN, { cwd, signal: stop.signal });
    const pids = await pidsIn(join(cwd, "pids"), 3);
    await wait(100);
    const stopped = performance.now();
    stop.abort();
    const result = await running;
    assert.ok(performance.now() - stopped < 300, `${performance.now() - stopped} ms`);
    assert.deepEqual(result, {
      output: "deep 2\ndeep 1\ndeep 0\n",
      exitCode: undefined,
      signal: undefined,
      timedOut: false,
    });
    assert.ok(await allGone(pids, 3_000), "some process is left");
    assert.ok(performance.now() - stopped < 3_000);
  });

  it("ends the tree at the timeout", async () => {
    const cwd = temporaryFolder();
    const { value, ms } = await timed(run(STUBBORN, { cwd, timeoutMs: 500 }));
    assert.equal(value.timedOut, true);
    assert.equal(value.exitCode, undefined);
    assert.match(value.output, /^deep 2/);
    assert.ok(ms < 3_000, `${ms} ms`);
    assert.ok(await allGone(await pidsIn(join(cwd, "pids"), 3), 1_000));
  });

  it("a polite command has its moment to clean up", async () => {
    const stop = new AbortController();
    const running = run("trap 'echo cleaned; exit 0' TERM; echo ready; while :; do sleep 0.05; done", {
      signal: stop.signal,
    });
    await wait(500);
    stop.abort();
    assert.match((await running).output, /^ready\n(Terminated\n)?cleaned\n$/);
  });

  it("does not wait for a process in the background, and ends it", async () => {
    const cwd = temporaryFolder();
    const { value, ms } = await timed(run("sleep 30 & echo $! > pids; echo started", { cwd }));
    assert.equal(value.exitCode, 0);
    assert.match(value.output, /^started\n\n\[processes left in the background were ended/);
    assert.ok(ms < 1_500, `${ms} ms`);
    assert.ok(await allGone(await pidsIn(join(cwd, "pids"), 1), 3_000));
    assert.equal((await run("true & wait; echo fine")).output, "fine\n");
  });

  it("says when it was ended by a signal or could not start", async () => {
    const killed = await run("kill -9 $$");
    assert.deepEqual([killed.exitCode, killed.signal], [undefined, "SIGKILL"]);
    await assert.rejects(run("true", { cwd: "/no/such/folder" }), ToolError);
    assert.deepEqual((await run("echo x", { signal: AbortSignal.abort() })).exitCode, undefined);
  });

  it("keeps head and tail of a flood, and stops it at once", async () => {
    const flood = await run("seq 1 400000");
    assert.match(flood.output, /^1\n2\n.*lines \(\d+ bytes\) left out.*\n399999\n400000\n$/s);
    const stop = new AbortController();
    const running = run("yes", { signal: stop.signal });
    await wait(300);
    stop.abort();
    const { ms } = await timed(running);
    assert.ok(ms < 300, `${ms} ms`);
  });

  it("bears 100 MB in one line without an end, and what is no text", async () => {
    const { value, ms } = await timed(run("head -c 100000000 /dev/zero | tr '\\0' x"));
    assert.match(value.output, /^x{10000}\n\[… 99970000 bytes left out[^\n]*\]\nx{20000}$/);
    assert.equal(value.exitCode, 0);
    assert.ok(ms < 10_000, `${ms} ms`);
    const binary = await run("echo before; head -c 300000 /bin/sh; echo; echo after; printf 'caf\\xe9'");
    assert.match(binary.output, /^before\n/);
    assert.match(binary.output, /\[binary data: left out\]/);
    assert.match(binary.output, /\nafter\ncafé$/);
    assert.ok(!/\uFFFD{4}/.test(binary.output));
  });

  it("waits for a command that has closed its output, and gets what is printed last", async () => {
    const { value, ms } = await timed(run("echo begun; exec >&- 2>&-; sleep 0.5; exit 4"));
    assert.deepEqual(value, { output: "begun\n", exitCode: 4, signal: undefined, timedOut: false });
    assert.ok(ms >= 500);
    const last = await run("head -c 60000 /dev/zero | tr '\\0' y; printf end");
    assert.ok(last.output.endsWith("yend"));
  });

  it("a command that reads a pipe nobody writes to ends at the timeout", async () => {
    const cwd = temporaryFolder();
    const { output, timedOut } = await run("mkfifo pipe; echo waits; cat pipe", { cwd, timeoutMs: 400 });
    assert.deepEqual([output, timedOut], ["waits\n", true]);
  });

  it("says in words what cannot be run at all", async () => {
    const told = (words: RegExp) => (error: unknown) => error instanceof ToolError && words.test(error.message);
    await assert.rejects(run(`: ${"x".repeat(200_000)}`), told(/too long for the system; write it into a script/));
    await assert.rejects(run("echo \0"), told(/could not be started: it holds a NUL character/));
  });

  it("ends what runs when its owner ends, also what left the group", async () => {
    const cwd = temporaryFolder();
    const own = createShell({ shell: "/bin/bash" });
    const running = own.run(
      {
        command: "echo $$ >> pids; setsid bash -c 'echo $$ >> pids; sleep 30' & wait",
        cwd,
        timeoutMs: 20_000,
        callId: "c",
      },
      { onOutput: () => {}, signal: new AbortController().signal },
    );
    const pids = await pidsIn(join(cwd, "pids"), 2);
    own.dispose();
    assert.equal((await running).signal, "SIGKILL");
    assert.ok(await allGone(pids, 1_000));
  });

  it("ends what left the group and has no parent any more, when it is stopped", async () => {
    const cwd = temporaryFolder();
    const stop = new AbortController();
    const away = "trap '' TERM HUP; echo $$ >> pids; while :; do sleep 1; done";
    const command = `(setsid bash -c "${away.replaceAll("$", "\\$")}" & ); sleep 30`;
    const running = run(command, { cwd, signal: stop.signal });
    const pids = await pidsIn(join(cwd, "pids"), 1);
    stop.abort();
    await running;
    assert.ok(await allGone(pids, 3_000));
  });

  it("is quick", async () => {
    const times: number[] = [];
    for (let i = 0; i < 15; i++) times.push((await timed(run("true"))).ms);
    times.sort((a, b) => a - b);
    assert.ok((times[7] ?? 0) < 100, `median ${times[7]} ms`);
  });
});

describe("a shell that a person can type into", function () {
  this.timeout(30_000);
  const own = createShell({ shell: "/bin/bash", input: "person" });
  const asked = (command: string, answer: (prompt: string) => void, timeoutMs = 20_000) => {
    const waited: (string | undefined)[] = [];
    const running = own.run(
      { command, cwd: "/", timeoutMs, callId: "c1" },
      {
        onOutput: () => {},
        onWaiting: (prompt) => {
          waited.push(prompt);
          if (prompt !== undefined) answer(prompt);
        },
        signal: new AbortController().signal,
      },
    );
    return { running, waited };
  };

  it("notices a prompt, and hands it the answer", async () => {
    const { running, waited } = asked("read -p 'Name? ' x; echo \"hello $x\"; exit 5", () => {
      assert.equal(own.input("other", "nobody"), false);
      assert.equal(own.input("c1", "Ann"), true);
    });
    const { output, exitCode, waitedFor } = await running;
    // Without a tty bash prints no prompt: that it reads is seen all the same.
    assert.deepEqual([output, exitCode, waitedFor], ["hello Ann\n", 5, undefined]);
    assert.deepEqual(waited, ["", undefined]);
    assert.equal(own.input("c1", "too late"), false);
  });

  it("hands it one line, in which nothing is a key", async () => {
    const script =
      'process.stdin.once("data", (data) => { console.log(JSON.stringify(String(data))); process.exit(); })';
    const { running } = asked(`${process.execPath} -e '${script}'`, () => own.input("c1", "a\tb\x03\x1b[A\r\ncd /"));
    assert.equal((await running).output, `${JSON.stringify("a\tb[A cd /\n")}\n`);
  });

  it("sees that it is read also by a program that waits for several things", async () => {
    const script = 'process.stdin.on("data", (data) => { console.log("got " + data); process.exit(3); })';
    const { running, waited } = asked(`${process.execPath} -e '${script}'`, () => own.input("c1", "typed"));
    const { output, exitCode } = await running;
    assert.deepEqual([output, exitCode, waited], ["got typed\n\n", 3, ["", undefined]]);
  });

  it("says what it waited for when its time is over", async () => {
    const { running } = asked("printf 'Overwrite? [y/N] '; read x", () => {}, 3_500);
    const result = await running;
    assert.deepEqual([result.timedOut, result.waitedFor, result.exitCode], [true, "Overwrite? [y/N] ", undefined]);
  });

  it("Ctrl+C interrupts, and the end of the input ends what reads it", async () => {
    const interrupted = asked("trap 'echo caught; exit 9' INT; read x", () => own.inputOf("c1")?.interrupt());
    assert.deepEqual([(await interrupted.running).output, (await interrupted.running).exitCode], ["caught\n", 9]);
    const closed = asked("cat; echo end", () => own.inputOf("c1")?.close());
    assert.equal((await closed.running).output, "end\n");
  });

  it("programs that search their input instead of the folder find it ended", () => {
    const closed = ["rg TODO", "cd x && rg -n a", "/usr/bin/ag x", "echo a; ack b", "time rg x"];
    const open = ["npm install", "grep -r x .", "echo merge", "cargo run", "cat rgb.txt", "./pack x"];
    assert.deepEqual([...closed, ...open].filter(takesInput), open);
  });

  it("100 MB of output add at most 50 MB of memory", async () => {
    const folder = temporaryFolder();
    const script = `
import { createOutputFiles } from "${import.meta.resolve("../../../src/node/outputFiles.ts")}";
import { createShell } from "${import.meta.resolve("../../../src/node/shell.ts")}";
const shell = createShell({ shell: "/bin/bash", outputs: createOutputFiles({ folder: ${JSON.stringify(folder)} }) });
const run = (command) => shell.run({ command, cwd: "/", timeoutMs: 60000, callId: "c" }, { onOutput() {}, signal: new AbortController().signal });
await run("seq 1 100000");
const before = process.memoryUsage().rss;
let most = before;
const timer = setInterval(() => { most = Math.max(most, process.memoryUsage().rss); }, 5);
const result = await run("yes 'a line of output, with some words in it' | head -c 100000000");
clearInterval(timer);
console.log(JSON.stringify({ added: most - before, whole: result.wholeOutput, exitCode: result.exitCode }));`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    const { added, whole, exitCode } = JSON.parse(stdout);
    assert.deepEqual([whole, exitCode, statSync(join(folder, "c2.txt")).size], ["output://c2.txt", 0, 100_000_000]);
    assert.ok(added <= 50_000_000, `${added} bytes`);
  });
});

describe("shell programs", () => {
  it("those of Windows are never looked for in a workspace", () => {
    assert.equal(windowsProgram("chcp.com", { SystemRoot: "D:\\W" }), "D:\\W\\System32\\chcp.com");
    assert.equal(windowsProgram("taskkill.exe", {}), "C:\\Windows\\System32\\taskkill.exe");
  });

  it("takes shells of the known kind only", () => {
    if (process.platform === "win32") return;
    assert.equal(shellProgram("/bin/sh", {}).name, "sh");
    assert.equal(shellProgram(undefined, { SHELL: "/usr/bin/fish" }).name, "bash");
    assert.equal(shellProgram("bash", { SHELL: "/bin/bash" }).name, "bash");
    assert.equal(shellProgram("/no/such/zsh", {}).name, "bash");
  });

  it("gives cmd one line, its quotes as they stand", () => {
    const program = cmdShell("C:\\Windows\\System32\\cmd.exe");
    const argv = ["C:\\Windows\\System32\\cmd.exe", "/d", "/s", "/c", '"chcp 65001>nul & dir "a b""'];
    assert.deepEqual([program.name, program.argv('dir "a b"')], ["cmd", argv]);
  });

  it("gives PowerShell the command without any quoting", () => {
    const program = powerShell("C:\\pwsh.exe");
    const argv = program.argv('Write-Output "it\'s"\nexit 3');
    assert.equal(program.name, "pwsh");
    const script = Buffer.from(argv.at(-1) ?? "", "base64").toString("utf16le");
    assert.ok(script.includes('\nWrite-Output "it\'s"\nexit 3\n'));
  });
});
