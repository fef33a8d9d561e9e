import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import type { AgentEvent } from "../../../src/agent/events.ts";
import { auditChat, chatRequests, replaySession } from "../../audit.ts";
import type { ScriptInput } from "../../simulator/script.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { folderOf, headless } from "./process.ts";

const KEY = "tp-canary0123456789";
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function setup(script: ScriptInput, files: Record<string, string> = {}) {
  const simulator: Simulator = await startSimulator({ script, keep: true });
  undo.push(() => simulator.close());
  const folder = folderOf(files);
  undo.push(() => folder.remove());
  const base = ["--base-url", simulator.url, "--workspace", folder.path];
  return { simulator, folder: folder.path, base };
}

function events(out: string): AgentEvent[] {
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as AgentEvent);
}

const read = (path: string) => ({ name: "read_file", arguments: { path } });
const run = (command: string) => ({ name: "run_command", arguments: { command } });

describe("headless", function () {
  this.timeout(60_000);

  it("does a task: reads, edits, runs, and says so as events", async () => {
    const { simulator, folder, base } = await setup(
      {
        turns: [
          { reasoning: "look", calls: [read("a.js")] },
          {
            reasoning: "fix",
            calls: [{ name: "edit_file", arguments: { path: "a.js", edits: [{ old_text: "1", new_text: "2" }] } }],
          },
          { reasoning: "check", calls: [run("node a.js")] },
          { reasoning: "sure", content: "It prints 2." },
        ],
      },
      { "a.js": "console.log(1)\n" },
    );
    const session = join(folder, "s.jsonl");
    const { code, out, err } = await headless([
      ...base,
      "--approve",
      "all",
      "--json",
      "--session",
      session,
      "fix a.js",
    ]);
    assert.equal(code, 0, err);
    assert.equal(readFileSync(join(folder, "a.js"), "utf8"), "console.log(2)\n");
    const seen = events(out);
    assert.deepEqual(
      seen.filter((event) => event.type === "tool_result").map((event) => event.text.split("\n")[0]),
      ["console.log(1)", "Edited a.js: 1 place (+1 -1).", "2"],
    );
    assert.deepEqual(seen.at(-1)?.type === "end" && seen.at(-1), seen.at(-1));
    assert.equal(seen.filter((event) => event.type === "usage").length, 4);
    auditChat(simulator.requests, ["look", "fix", "check", "sure"]);
    assert.equal(await replaySession(session), 4);
  });

  it("with nobody to ask, ask means no, and the exit code says so", async () => {
    const { folder, base } = await setup({ turns: [{ calls: [run("touch made")] }, { content: "I could not." }] });
    const { code, out } = await headless([...base, "--approve", "ask", "--json", "make it"]);
    assert.equal(code, 3);
    assert.ok(!existsSync(join(folder, "made")));
    const result = events(out).find((event) => event.type === "tool_result");
    assert.ok(result?.type === "tool_result" && result.status === "denied");
  });

  it("keeps reasoning over a stop in the middle of a tool, a kill and resumes, for 30 turns", async () => {
    const reasoning = Array.from({ length: 31 }, (_, i) => `step ${i}: 想 "quoted" \\ \u00e9\n`);
    const turns = reasoning.map((text, i) => {
      if (i === 9) return { reasoning: text, calls: [run("sleep 20"), read("a.txt")] };
      if (i === 19) return { reasoning: text, calls: [read("a.txt"), run("sleep 20")] };
      if (i === 14 || i === 30) return { reasoning: text, content: "Done for now." };
      return { reasoning: text, calls: [i % 3 === 2 ? run(`echo ${i}`) : read("a.txt")] };
    });
    const { simulator, folder, base } = await setup({ turns }, { "a.txt": "hello\n" });
    const session = join(folder, "s.jsonl");
    const args = [...base, "--approve", "all", "--json", "--session", session];
    const endAt = (n: number, signal: NodeJS.Signals) => ({
      onStart: (child: { kill(signal: NodeJS.Signals): boolean }) => {
        const timer = setInterval(() => {
          if (chatRequests(simulator.requests).length < n) return;
          clearInterval(timer);
          setTimeout(() => child.kill(signal), 500);
        }, 20);
        undo.push(() => clearInterval(timer));
      },
    });
    const stopped = await headless([...args, "first task"], endAt(10, "SIGINT"));
    assert.equal(stopped.code, 3);
    assert.equal((await headless([...args, "go on"])).code, 0);
    const killed = await headless([...args, "second task"], endAt(20, "SIGKILL"));
    assert.equal(killed.code, null);
    assert.equal((await headless([...args, "go on again"])).code, 0);
    assert.equal(chatRequests(simulator.requests).length, 31);
    auditChat(simulator.requests, reasoning);
    assert.equal(await replaySession(session), 31);
  });

  it("the key is in no output, session or child process", async () => {
    const { simulator, folder, base } = await setup({
      account: { kind: "plan" },
      turns: [{ calls: [run("env; set; export -p")] }, { content: "x" }],
    });
    const session = join(folder, "s.jsonl");
    const env = { MIMO_API_KEY: KEY };
    const { code, out, err } = await headless([...base, "--approve", "all", "--session", session, "leak it"], { env });
    assert.equal(code, 0, err);
    assert.equal(chatRequests(simulator.requests).length, 2);
    for (const text of [out, err, readFileSync(session, "utf8"), JSON.stringify(simulator.requests)]) {
      assert.ok(!text.includes(KEY));
    }
  });

  it("fails with exit 1 and the reason, and loses nothing", async () => {
    const { folder, base } = await setup({
      turns: [{ fault: { kind: "status", status: 421 } }, { content: "whole" }],
    });
    const session = join(folder, "s.jsonl");
    const args = [...base, "--json", "--session", session];
    const failed = await headless([...args, "say it"]);
    assert.equal(failed.code, 1);
    const error = events(failed.out).find((event) => event.type === "error");
    assert.equal(error?.type === "error" && error.reason, "filter");
    assert.equal((await headless([...args, "again"])).code, 0);
  });

  it("holds its budget of turns", async () => {
    const { base } = await setup({ turns: Array.from({ length: 5 }, () => ({ calls: [run("true")] })) });
    const { code, err } = await headless([...base, "--approve", "all", "--max-turns", "2", "loop"]);
    assert.equal(code, 3);
    assert.match(err, /max_turns/);
  });

  it("says how it is used", async () => {
    assert.equal((await headless(["--help"])).code, 0);
    for (const args of [
      [],
      ["--base-url", "http://example.org", "x"],
      ["--workspace", "/no/such/folder", "--base-url", "http://127.0.0.1:9", "x"],
    ]) {
      const { code, err } = await headless(args);
      assert.equal(code, 2, err);
      assert.match(err, /Usage/);
    }
  });

  it("judges commands and paths", async () => {
    const { path, remove } = folderOf({ "a.txt": "" });
    undo.push(remove);
    const lines = [
      '{"command":"rm -rf /"}',
      '{"path":"a.txt","access":"read"}',
      '{"path":"../x","access":"read"}',
      '{"path":"a.txt","access":"write"}',
      "nonsense",
    ];
    const { out } = await headless(["judge", "--workspace", path], { input: `${lines.join("\n")}\n` });
    const verdicts = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { verdict: string; reason: string });
    assert.deepEqual(
      verdicts.map(({ verdict }) => verdict),
      ["ask", "allow", "ask", "ask", "ask"],
    );
    assert.ok(verdicts.every(({ reason }) => reason.length > 0));
    const separated = await headless(["judge"], { input: `{"command":"echo \u2028"}\r\n{"command":"ls"}` });
    assert.equal(separated.out.trim().split("\n").length, 2, "one verdict a line, whatever stands in its strings");
    const plan = await headless(["judge", "--mode", "plan"], { input: lines.join("\n") });
    assert.equal(plan.out.split("\n")[0], '{"verdict":"deny","reason":"plan mode changes nothing"}');
  });

  it("ends in good order when nobody reads along any more", async () => {
    const loop = "echo begun; while :; do echo on; sleep 0.1; done";
    const { folder, base } = await setup({ turns: [{ reasoning: "r", calls: [run(loop)] }] });
    const session = join(folder, "s.jsonl");
    const { code, err } = await headless([...base, "--approve", "all", "--json", "--session", session, "loop"], {
      onStart: (child) => {
        child.stdout?.on("data", (text: string) => {
          if (text.includes("begun")) child.stdout?.destroy();
        });
      },
    });
    assert.equal(err, "");
    assert.equal(code, 3);
    assert.match(readFileSync(session, "utf8"), /"role":"tool".*Stopped by the user/);
  });
});
