import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { receive, request, streamed, withSimulator } from "./client.ts";

const TURN = {
  reasoning: "12345678",
  content: "文件已修改",
  calls: [
    { name: "read_fil", arguments: '{"p":1}!' },
    { name: "edit_fil", arguments: '{"p":22}' },
  ],
};

/** Reasoning, content, calls, finish and counted output under a limit. */
async function under(limit: number | null): Promise<unknown[]> {
  return withSimulator({ script: { turns: [TURN] } }, async (simulator) => {
    const text = (await receive(simulator, { body: request({ max_completion_tokens: limit }) }))?.text ?? "";
    const { reasoning, content, fragments, finish, usage } = streamed(text);
    const calls = fragments.filter((one) => one.id).map((one) => argumentsOf(one.index));
    return [reasoning, content, calls, finish, usage?.completion_tokens];

    function argumentsOf(index: number | undefined): string {
      return fragments
        .filter((one) => one.index === index)
        .map((one) => one.function.arguments)
        .join("");
    }
  });
}

describe("max_completion_tokens", () => {
  it("cuts the answer where its tokens end: reasoning first, then text, then calls", async () => {
    // 8 + 15 + 16 + 16 bytes at 4 a token.
    assert.deepEqual(await under(1), ["1234", "", [], "length", 1]);
    assert.deepEqual(await under(2), ["12345678", "", [], "length", 2]);
    // Within a character of three bytes: it is left out.
    assert.deepEqual(await under(3), ["12345678", "文", [], "length", 3]);
    assert.deepEqual(await under(7), ["12345678", "文件已修改", [], "length", 6]);
    assert.deepEqual(await under(9), ["12345678", "文件已修改", ['{"p":'], "length", 9]);
    assert.deepEqual(await under(13), ["12345678", "文件已修改", ['{"p":1}!', '{"p":'], "length", 13]);
  });

  it("leaves an answer alone that fits", async () => {
    const whole = ["12345678", "文件已修改", ['{"p":1}!', '{"p":22}'], "tool_calls", 14];
    assert.deepEqual(await under(14), whole);
    assert.deepEqual(await under(131_072), whole);
    assert.deepEqual(await under(null), whole);
  });
});
