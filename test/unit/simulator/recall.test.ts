import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { post, request, withSimulator } from "./client.ts";

const TURN = { reasoning: "because", content: "I look.", calls: [{ name: "read_file", arguments: '{"path": "a"}' }] };
const USER = { role: "user", content: "hi" };

describe("the simulator notes in its log", () => {
  async function second(change: (assistant: Record<string, unknown>, user: Record<string, unknown>) => void) {
    return withSimulator({ script: { turns: [TURN, { content: "done" }] }, keep: true }, async (simulator) => {
      const first = await post(simulator, request({ stream: false, messages: [USER] }));
      const assistant = JSON.parse(first.text).choices[0].message;
      const user = { ...USER };
      change(assistant, user);
      const answer = { role: "tool", tool_call_id: assistant.tool_calls[0].id, content: "text" };
      await post(simulator, request({ messages: [user, assistant, answer] }));
      const [one, two] = simulator.requests;
      assert.equal(one?.continues, undefined);
      return { id: assistant.tool_calls[0].id, status: two?.status, continues: two?.continues, altered: two?.altered };
    });
  }

  it("nothing about a history that came back as it was", async () => {
    const { id: _, ...noted } = await second(() => {});
    assert.deepEqual(noted, { status: 200, continues: true, altered: undefined });
  });

  it("which calls came back changed", async () => {
    const changes: ((assistant: Record<string, unknown>) => void)[] = [
      (assistant) => Object.assign(assistant, { reasoning_content: "because " }),
      (assistant) => Object.assign(assistant, { content: "I look" }),
      (assistant) => {
        const [call] = assistant.tool_calls as { function: { arguments: string } }[];
        if (call) call.function.arguments = '{"path":"a"}';
      },
    ];
    for (const change of changes) {
      const { id, altered } = await second(change);
      assert.deepEqual(altered, [id]);
    }
  });

  it("that a request does not continue the one before", async () => {
    const { continues } = await second((_, user) => Object.assign(user, { content: "hi!" }));
    assert.equal(continues, false);
  });
});
