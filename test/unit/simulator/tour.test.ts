import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { Simulator } from "../../simulator/server.ts";
import { tourScript } from "../../simulator/tour.ts";
import { post, request, withSimulator } from "./client.ts";

const SAMPLE = join(import.meta.dirname, "../../bed/sample");

interface Call {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
}
interface Assistant {
  readonly role: "assistant";
  readonly content: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly Call[];
}

/** Carries out a call in the folder, as plainly as can be. */
function execute(folder: string, call: Call): string {
  const args = JSON.parse(call.function.arguments);
  switch (call.function.name) {
    case "search_text":
      return grep(folder, args.pattern);
    case "read_file":
      return readFileSync(join(folder, args.path), "utf8");
    case "edit_file": {
      const [edit] = args.edits;
      const file = join(folder, args.path);
      const text = readFileSync(file, "utf8");
      assert.equal(text.split(edit.old_text).length, 2, "the tour's edit must match exactly once");
      writeFileSync(file, text.replace(edit.old_text, edit.new_text));
      return `Edited ${args.path}`;
    }
    case "run_command":
      return run(folder, args.command);
    default:
      throw new Error(`The tour called ${call.function.name}.`);
  }
}

function grep(folder: string, pattern: string): string {
  const files = ["src/cart.js", "src/discounts.js", "test/discounts.test.js"];
  return files
    .flatMap((file) => {
      const lines = readFileSync(join(folder, file), "utf8").split("\n");
      return lines.flatMap((line, i) => (line.includes(pattern) ? [`${file}:${i + 1}: ${line}`] : []));
    })
    .join("\n");
}

function run(folder: string, command: string): string {
  // The variable would make the sample's runner believe that it is a part of ours.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  try {
    return execFileSync(command, { cwd: folder, shell: true, encoding: "utf8", env, stdio: "pipe" });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

/** Plays a prompt to its end; `answer` gives the result of a call. */
async function play(
  simulator: Simulator,
  prompt: string,
  answer: (call: Call) => string,
): Promise<{ turns: Assistant[]; results: string[] }> {
  const messages: unknown[] = [{ role: "user", content: prompt }];
  const turns: Assistant[] = [];
  const results: string[] = [];
  for (;;) {
    const response = await post(simulator, request({ stream: false, messages }));
    const message: Assistant = JSON.parse(response.text).choices[0].message;
    turns.push(message);
    if (!message.tool_calls) return { turns, results };
    messages.push(message);
    for (const call of message.tool_calls) {
      const result = answer(call);
      results.push(result);
      messages.push({ role: "tool", tool_call_id: call.id, content: result });
    }
  }
}

async function onSample<T>(run: (simulator: Simulator, folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "tea-cart-"));
  cpSync(SAMPLE, folder, { recursive: true });
  try {
    return await withSimulator({ script: tourScript }, (simulator) => run(simulator, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function names(turns: readonly Assistant[]): string[][] {
  return turns.map((turn) => (turn.tool_calls ?? []).map((call) => call.function.name));
}

describe("the tour", () => {
  it("starts on a sample with exactly one failing test", () => {
    const output = run(SAMPLE, "npm test");
    assert.match(output, /tests 13\b/);
    assert.match(output, /pass 12\b/);
    assert.match(output, /fail 1\b/);
    assert.match(output, /starts at ten packs/);
  }).timeout(20_000);

  for (const [prompt, language] of [
    ["Please fix the failing test", /all 13 tests pass/],
    ["修复失败的测试", /13 个测试现在全部通过/],
  ] as const) {
    it(`fixes the bug: ${prompt}`, async () => {
      await onSample(async (simulator, folder) => {
        const { turns, results } = await play(simulator, prompt, (call) => execute(folder, call));
        assert.deepEqual(names(turns), [
          ["search_text"],
          ["read_file", "read_file"],
          ["edit_file"],
          ["run_command"],
          [],
        ]);
        assert.ok(turns.every((turn) => (turn.reasoning_content ?? "").length > 20));
        assert.match(results.at(-1) ?? "", /pass 13\b[\s\S]*fail 0\b/);
        const last = turns.at(-1)?.content ?? "";
        assert.match(last, language);
        assert.match(last, /\n\|---\|---\|\n/);
        assert.match(last, /```js\n/);
        // The line that it names is the line that it changed.
        assert.match(last, /src\/discounts\.js:9/);
        const line = readFileSync(join(folder, "src/discounts.js"), "utf8").split("\n")[8];
        assert.equal(line, "  const step = STEPS.find((candidate) => packs >= candidate.packs);");

        const again = await play(simulator, prompt, (call) => execute(folder, call));
        assert.deepEqual(names(again.turns), [["search_text"], ["read_file", "read_file"], []]);
        assert.match(again.turns.at(-1)?.content ?? "", /already fixed|已经修好/);
      });
    }).timeout(20_000);
  }

  it("stops honestly when the edit is refused, the tests are refused or still fail, or the sample is not there", async () => {
    await onSample(async (simulator, folder) => {
      const outcome = async (tool: string, result: string) => {
        const { turns } = await play(simulator, "fix it", (call) =>
          call.function.name === tool ? result : execute(folder, { ...call }),
        );
        return turns.at(-1)?.content ?? "";
      };
      assert.match(await outcome("edit_file", "The user refused this call."), /The edit was not made/);
      assert.match(
        await outcome("search_text", "No matches in . (ignored files are left out)."),
        /only plays on the sample/,
      );
      assert.match(await outcome("read_file", "There is no file src/discounts.js."), /only plays on the sample/);
      assert.match(await outcome("run_command", "The user refused this call and said: later"), /was not run/);
      // The edit is in by now, so put the bug back for the last one.
      cpSync(SAMPLE, folder, { recursive: true });
      assert.match(await outcome("run_command", "ℹ fail 2\n[exit 1]"), /did not pass/);
    });
  }).timeout(20_000);

  for (const [prompt, language] of [
    ["What is a monad?", /^This is a simulator: it plays a script, and no model is answering/],
    ["什么是单子？", /^这是模拟器，它只会按脚本演示，没有真正的模型在回答/],
  ] as const) {
    it(`answers other words honestly: ${prompt}`, async () => {
      await withSimulator({ script: tourScript }, async (simulator) => {
        const { turns } = await play(simulator, prompt, () => "");
        assert.deepEqual(names(turns), [[]]);
        assert.match(turns[0]?.content ?? "", language);
      });
    });
  }
});
