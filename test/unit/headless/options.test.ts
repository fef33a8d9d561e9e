import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parseJudgeOptions, parseRunOptions, type RunOptions, UsageError } from "../../../src/headless/options.ts";
import { chooseTarget } from "../../../src/headless/target.ts";

const now = new Date("2026-11-21T10:00:00Z");

describe("headless options", () => {
  it("reads the fixed interface", () => {
    const line =
      "--base-url http://127.0.0.1:1/v1 --model mimo-v2.6-pro --workspace /w --approve edit --context keep " +
      "--session /s.jsonl --max-credits 5 --max-turns 3 --web-search --idle-timeout 20 --image a.png --image b.jpg --json";
    assert.deepEqual(parseRunOptions([...line.split(" "), "fix it"]), {
      task: "fix it",
      baseUrl: "http://127.0.0.1:1/v1",
      model: "mimo-v2.6-pro",
      workspace: "/w",
      approve: "edit",
      context: "keep",
      session: "/s.jsonl",
      maxCredits: 5,
      maxTurns: 3,
      thinking: true,
      webSearch: true,
      idleMs: 20_000,
      images: ["a.png", "b.jpg"],
      json: true,
    });
    const { webSearch, idleMs, images } = parseRunOptions(["x"]) as RunOptions;
    assert.deepEqual([webSearch, idleMs, images], [false, undefined, []]);
    assert.deepEqual(parseJudgeOptions(["--shell", "pwsh", "--mode", "plan", "--workspace", "/w"]), {
      shell: "pwsh",
      workspace: "/w",
      mode: "plan",
    });
  });

  for (const args of [
    [],
    ["--approve", "yes", "task"],
    ["--max-turns", "0", "task"],
    ["--max-credits", "many", "task"],
    ["--unknown", "task"],
    ["--context", "none", "task"],
    ["--idle-timeout", "-1", "task"],
  ]) {
    it(`refuses ${JSON.stringify(args)}`, () => {
      assert.throws(() => parseRunOptions(args), UsageError);
    });
  }

  it("sends a key to the platform or, when named, to this machine, and nowhere else", () => {
    const choose = (baseUrl: string | undefined, key: string | undefined) =>
      chooseTarget({ baseUrl, key, model: undefined, now }).endpoint.baseUrl;
    assert.equal(choose(undefined, "sk-1"), "https://api.xiaomimimo.com/v1");
    assert.equal(choose("http://127.0.0.1:9/v1", "sk-1"), "http://127.0.0.1:9/v1");
    assert.equal(choose("http://127.0.0.1:9/v1", undefined), "http://127.0.0.1:9/v1");
    for (const [baseUrl, key] of [
      [undefined, undefined],
      ["https://api.mimo-v2.com/v1", "sk-1"],
      ["https://api.xiaomimimo.com.evil.example/v1", "tp-1"],
      ["https://api.xiaomimimo.com/v1", "tp-1"],
      ["https://token-plan-cn.xiaomimimo.com/v1", "sk-1"],
      ["http://api.xiaomimimo.com/v1", "sk-1"],
    ] as const) {
      assert.throws(() => choose(baseUrl, key), UsageError, `${baseUrl} ${key}`);
    }
  });

  it("answers a retired model with its successor", () => {
    const target = chooseTarget({ baseUrl: undefined, key: "sk-1", model: "mimo-v2.5-pro", now });
    assert.deepEqual([target.model, target.replaced], ["mimo-v2.6-pro", "mimo-v2.5-pro"]);
  });
});
