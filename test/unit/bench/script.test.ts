import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { FOLLOW_UP, FOLLOW_UP_CALLS, TASK, taskScript, writeWorkspace } from "../../bench/script.ts";
import type { ScriptInput } from "../../simulator/script.ts";
import { startSimulator } from "../../simulator/server.ts";

const LIMIT = join(import.meta.dirname, "../../bench/limit.ts");

interface Sent {
  readonly messages: readonly {
    readonly role: string;
    readonly content: string;
    readonly reasoning_content?: string;
  }[];
}

function limit(url: string, folder: string, task: string): Promise<number | null> {
  const args = [LIMIT, "--base-url", url, "--workspace", folder, "--session", join(folder, "session.json"), task];
  return new Promise((done) => spawn(process.execPath, args, { stdio: "ignore" }).on("exit", done));
}

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "bench-script-"));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the benchmark's task", () => {
  it("is a repository of 24 modules that run", async () => {
    await inFolder(async (folder) => {
      writeWorkspace(folder);
      const files = readdirSync(join(folder, "src"));
      assert.equal(files.length, 24);
      for (const file of [files[0], files[23]]) {
        const source = join(folder, "src", file ?? "");
        execFileSync(process.execPath, ["--input-type=module", "--check"], { input: readFileSync(source) });
      }
    });
  }).timeout(10_000);

  it("asks the same work of both dialects", () => {
    const [one, other] = (["limit", "agent"] as const).map((dialect) => taskScript({ calls: 10, dialect }).turns ?? []);
    assert.equal(one?.length, 10 + 1 + FOLLOW_UP_CALLS + 1);
    assert.deepEqual(
      one?.map((turn) => turn.reasoning),
      other?.map((turn) => turn.reasoning),
    );
    const names = (turns: ScriptInput["turns"]) => turns?.slice(0, 5).map((turn) => turn.calls?.[0]?.name);
    assert.deepEqual(names(one), ["read_file", "bash", "read_file", "edit_file", "bash"]);
    assert.deepEqual(names(other), ["read_file", "run_command", "read_file", "edit_file", "run_command"]);
    assert.deepEqual(other?.[8]?.calls?.[0]?.arguments, {
      path: "src/module01.js",
      edits: [{ old_text: "export const revision = 1;", new_text: "export const revision = 2;" }],
    });
  });

  it("is carried out by the limit without a refusal, append-only, over a restart, at 480 tokens a turn", async () => {
    await inFolder(async (folder) => {
      writeWorkspace(folder);
      const simulator = await startSimulator({ script: taskScript({ calls: 130, dialect: "limit" }), keep: true });
      assert.deepEqual(
        [await limit(simulator.url, folder, TASK), await limit(simulator.url, folder, FOLLOW_UP)],
        [0, 0],
      );
      await simulator.close();
      const { requests } = simulator;
      assert.equal(requests.length, 130 + 1 + FOLLOW_UP_CALLS + 1);
      assert.deepEqual([...new Set(requests.map((entry) => entry.status))], [200]);

      const sent = requests.map((entry): Sent => JSON.parse(entry.body));
      sent.forEach((request, i) => {
        const before = sent[i - 1]?.messages ?? [];
        assert.deepEqual(request.messages.slice(0, before.length), before);
      });
      const results = sent.at(-1)?.messages.filter((message) => message.role === "tool") ?? [];
      assert.equal(results.filter((result) => result.content === "ok").length, 27);
      // The 24 modules were edited in turn, so the first three have their third revision.
      assert.match(readFileSync(join(folder, "src/module02.js"), "utf8"), /revision = 3;/);
      assert.match(readFileSync(join(folder, "src/module03.js"), "utf8"), /revision = 2;/);

      const prompt = requests.map((entry) => entry.usage?.prompt_tokens ?? 0);
      const perTurn = ((prompt[130] ?? 0) - (prompt[0] ?? 0)) / 130;
      assert.ok(Math.abs(perTurn - 480) < 10, `${perTurn} tokens a turn`);
      const output = requests.slice(0, 130).map((entry) => entry.usage?.completion_tokens ?? 0);
      assert.deepEqual([...new Set(output)], [75]);
    });
  }).timeout(60_000);
});
