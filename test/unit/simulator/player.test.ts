import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { LogEntry } from "../../simulator/log.ts";
import type { ScriptInput } from "../../simulator/script.ts";
import { startSimulator } from "../../simulator/server.ts";
import { call, post, request, withSimulator } from "./client.ts";

const DONE = { role: "tool", tool_call_id: "call_1", content: "all good" };

function user(content: string): unknown {
  return { role: "user", content };
}

function calling(): unknown {
  return { role: "assistant", content: "", reasoning_content: "", tool_calls: [call("call_1")] };
}

async function said(script: ScriptInput, messages: unknown[]): Promise<string> {
  return withSimulator({ script }, async (simulator) => {
    const response = await post(simulator, request({ stream: false, messages }));
    return JSON.parse(response.text).choices[0].message.content;
  });
}

describe("the simulated model", () => {
  it("plays its turns in order and then says that there are no more", async () => {
    const script = { turns: [{ content: "one" }, { content: "two" }] };
    await withSimulator({ script }, async (simulator) => {
      const seen: string[] = [];
      for (let i = 0; i < 3; i++) {
        const response = await post(simulator, request({ stream: false }));
        seen.push(JSON.parse(response.text).choices[0].message.content);
      }
      assert.deepEqual(seen, [
        "one",
        "two",
        "This is a simulator. Its script of 2 turns has been played to the end; no model wrote this.",
      ]);
    });
    assert.equal(await said({}, [user("你好")]), "这是模拟器。它的脚本共 0 轮，已经全部演完；这段话不是模型写的。");
  });

  const SCENES: ScriptInput = {
    scenes: [
      {
        when: "fix",
        turns: [
          { content: "first" },
          {
            content: "second",
            instead: [
              { matches: "refused", turn: { content: "refused, then" } },
              { lacks: "good", turn: { content: "not good" } },
            ],
          },
        ],
      },
    ],
    turns: [{ content: "a turn" }],
    otherwise: { content: "otherwise" },
  };

  it("plays a scene by the user's last words and the answers since", async () => {
    assert.equal(await said(SCENES, [user("Fix it")]), "first");
    assert.equal(await said(SCENES, [user("Fix it"), calling(), DONE]), "second");
    assert.equal(await said(SCENES, [user("hello"), calling(), DONE, user("FIX it again")]), "first");
    assert.equal(await said(SCENES, [user("fix it"), calling(), DONE, user("and now?")]), "a turn");
  });

  it("does not take the editor's facts for the user's words", async () => {
    const context = "<context>\nfolder: /home/u/fixtures\n</context>\n\n";
    assert.equal(await said(SCENES, [user(`${context}hello`)]), "a turn");
    assert.equal(await said(SCENES, [user(`${context}fix`)]), "first");
    // A message of facts alone is no new task.
    assert.equal(await said(SCENES, [user("fix"), calling(), DONE, user(context)]), "second");
    assert.equal(await said(SCENES, [user([{ type: "text", text: "fix" }] as never)]), "first");
  });

  it("says something else after results that call for it", async () => {
    const after = (content: string) => said(SCENES, [user("fix"), calling(), { ...DONE, content }]);
    assert.equal(await after("The user refused this call."), "refused, then");
    assert.equal(await after("bad"), "not good");
  });

  it("falls back to `otherwise` once the turns are used up", async () => {
    await withSimulator({ script: SCENES }, async (simulator) => {
      const ask = async () =>
        JSON.parse((await post(simulator, request({ stream: false }))).text).choices[0].message.content;
      assert.deepEqual([await ask(), await ask(), await ask()], ["a turn", "otherwise", "otherwise"]);
    });
  });

  it("is told what is wrong with a script", async () => {
    const broken = { turns: [{ contents: "x" }] } as unknown as ScriptInput;
    await assert.rejects(startSimulator({ script: broken }), /The script cannot be played:[\s\S]*contents/);
    await assert.rejects(startSimulator({ script: { scenes: [{ when: "(", turns: [{}] }] } }), /regular expression/);
  });
});

describe("the request log", () => {
  it("has a line for every request, with its raw body and no header", async () => {
    const folder = mkdtempSync(join(tmpdir(), "simulator-log-"));
    const log = join(folder, "log.jsonl");
    try {
      await withSimulator({ log, keep: true }, async (simulator) => {
        const raw = `{"model": "mimo-v2.6-pro",  "messages":[{"role":"user","content":"\\u4f60好"}]}`;
        await post(simulator, raw, { authorization: "Bearer sk-never-in-a-log" });
        await post(simulator, "nonsense");
        await (await fetch(`${simulator.url}/models`)).text();
        const lines = readFileSync(log, "utf8").trimEnd().split("\n");
        const entries: LogEntry[] = lines.map((line) => JSON.parse(line));
        assert.deepEqual(entries, simulator.requests);
        assert.deepEqual(
          entries.map(({ n, path, status, body }) => ({ n, path, status, body })),
          [
            { n: 1, path: "/v1/chat/completions", status: 200, body: raw },
            { n: 2, path: "/v1/chat/completions", status: 400, body: "nonsense" },
            { n: 3, path: "/v1/models", status: 200, body: "" },
          ],
        );
        assert.deepEqual(Object.keys(entries[1] ?? {}), ["n", "at", "path", "status", "afterMs", "body"]);
        assert.ok(!lines.join().includes("never-in-a-log"));
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is not kept in memory unasked", async () => {
    await withSimulator({}, async (simulator) => {
      await post(simulator, request());
      assert.deepEqual(simulator.requests, []);
    });
  });
});
