import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { events, post, request, withSimulator } from "./client.ts";

interface Chunk {
  readonly id: string;
  readonly object: string;
  readonly choices: readonly {
    readonly delta: {
      readonly role?: string;
      readonly content?: string;
      readonly reasoning_content?: string;
      readonly tool_calls?: readonly {
        readonly index: number;
        readonly id?: string;
        readonly function: { readonly name: string | null; readonly arguments: string };
      }[];
    };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: unknown;
}

const TURN = {
  reasoning: "思考 🙂 and a good deal of reasoning text",
  content: "An answer that takes more than one chunk.",
  calls: [
    { name: "read_file", arguments: { path: "src/a file with a long name.ts" } },
    { name: "edit_file", arguments: '{"path": "raw, spaced"  }' },
  ],
};

describe("the simulator streams", () => {
  it("in the platform's chunk form", async () => {
    await withSimulator({ script: { turns: [TURN] } }, async (simulator) => {
      const { text } = await post(simulator, request());
      assert.ok(text.startsWith(": PROCESSING\n\n"));
      const all = events(text);
      assert.equal(all.at(-1), "[DONE]");
      const chunks = all.slice(0, -1) as Chunk[];
      assert.deepEqual([...new Set(chunks.map((chunk) => chunk.object))], ["chat.completion.chunk"]);
      assert.equal(new Set(chunks.map((chunk) => chunk.id)).size, 1);
      const last = chunks.at(-1);
      assert.deepEqual(last?.choices, []);
      assert.deepEqual(Object.keys(last?.usage ?? {}), [
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "prompt_tokens_details",
        "completion_tokens_details",
      ]);

      const choices = chunks.slice(0, -1).map((chunk) => chunk.choices[0]);
      const deltas = choices.map((choice) => choice?.delta ?? {});
      assert.deepEqual(deltas[0], { role: "assistant", content: "" });
      assert.equal(deltas.map((delta) => delta.reasoning_content ?? "").join(""), TURN.reasoning);
      assert.equal(deltas.map((delta) => delta.content ?? "").join(""), TURN.content);
      const kinds = deltas.slice(1, -1).map((delta) => Object.keys(delta)[0]);
      assert.deepEqual(
        kinds.filter((kind, index) => kind !== kinds[index - 1]),
        ["reasoning_content", "content", "tool_calls"],
      );
      assert.deepEqual(
        choices.map((choice) => choice?.finish_reason).filter((reason) => reason !== null),
        ["tool_calls"],
      );
      assert.equal(choices.at(-1)?.finish_reason, "tool_calls");
    });
  });

  it("id and name with a call's first fragment only, arguments in several", async () => {
    await withSimulator({ script: { turns: [TURN] } }, async (simulator) => {
      const chunks = events((await post(simulator, request())).text).slice(0, -1) as Chunk[];
      const fragments = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
      for (const [index, expected] of [
        [0, '{"path":"src/a file with a long name.ts"}'],
        [1, '{"path": "raw, spaced"  }'],
      ] as const) {
        const [first, ...rest] = fragments.filter((fragment) => fragment.index === index);
        assert.match(first?.id ?? "", /^call_[0-9a-f]{24}$/);
        assert.equal(first?.function.name, TURN.calls[index]?.name);
        assert.ok(rest.length >= 2);
        assert.ok(rest.every((fragment) => fragment.id === undefined && fragment.function.name === null));
        assert.equal(rest.map((fragment) => fragment.function.arguments).join(""), expected);
      }
      assert.equal(new Set(fragments.flatMap((fragment) => fragment.id ?? [])).size, 2);
    });
  });

  it("gives the same answer whole when it is not asked to stream", async () => {
    await withSimulator({ script: { turns: [TURN] } }, async (simulator) => {
      const response = await post(simulator, request({ stream: false }));
      const answer = JSON.parse(response.text);
      assert.equal(response.type, "application/json");
      assert.equal(answer.object, "chat.completion");
      const { message, finish_reason } = answer.choices[0];
      assert.deepEqual(
        [message.role, message.content, message.reasoning_content, finish_reason],
        ["assistant", TURN.content, TURN.reasoning, "tool_calls"],
      );
      assert.deepEqual(
        message.tool_calls.map((call: { function: unknown }) => call.function),
        [
          { name: "read_file", arguments: '{"path":"src/a file with a long name.ts"}' },
          { name: "edit_file", arguments: '{"path": "raw, spaced"  }' },
        ],
      );
    });
  });

  it("no reasoning when thinking is off", async () => {
    await withSimulator({ script: { turns: [TURN] } }, async (simulator) => {
      const { text } = await post(simulator, request({ thinking: { type: "disabled" } }));
      assert.ok(!text.includes("reasoning_content"));
    });
  });

  it("a comment now and then in a long answer", async () => {
    await withSimulator({ script: { turns: [{ content: "word ".repeat(400) }] } }, async (simulator) => {
      const { text } = await post(simulator, request());
      assert.equal(text.split(": PROCESSING\n\n").length - 1, 4);
    });
  });
});
