import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ScriptInput } from "../../simulator/script.ts";
import { type Fragment, post, receive, request, type Streamed, streamed, withSimulator } from "./client.ts";

const CALLS = [
  { id: "call_a", name: "read_file", arguments: '{"path":"a-long-name.ts"}' },
  { id: "call_b", name: "edit_file", arguments: '{"path":"b"}' },
];

type Turn = NonNullable<ScriptInput["turns"]>[number];

async function play(turn: Turn, changes: Parameters<typeof request>[0] = {}): Promise<Streamed> {
  return withSimulator({ script: { turns: [turn] } }, async (simulator) =>
    streamed((await receive(simulator, { body: request(changes) }))?.text ?? ""),
  );
}

async function fragmentsOf(
  variant: string | string[],
  more: Record<string, unknown> = {},
): Promise<readonly Fragment[]> {
  const answer = await play({ calls: CALLS, fault: { kind: "fragments", variant, ...more } });
  assert.equal(answer.finish, "tool_calls");
  return answer.fragments;
}

const A = { index: 0, id: "call_a", type: "function" };
const B = { index: 1, id: "call_b", type: "function" };

function part(index: number, text: string): Fragment {
  return { index, function: { name: null, arguments: text } };
}

function head(call: { index: number; id: string; type: string }, name: string): Fragment {
  return { ...call, function: { name, arguments: "" } };
}

const A_HEAD = head(A, "read_file");
const B_HEAD = head(B, "edit_file");
const A_PARTS = [part(0, '{"path":"a-long-'), part(0, 'name.ts"}')];
const B_PARTS = [part(1, '{"path":"b"}')];
const PLAIN = [A_HEAD, ...A_PARTS, B_HEAD, ...B_PARTS];

function without(key: "index" | "id", list: readonly Fragment[]): Fragment[] {
  return list.map(({ [key]: _, ...rest }) => rest);
}

describe("tool call fragments", () => {
  it("come one call after the other when nothing is wrong", async () => {
    assert.deepEqual((await play({ calls: CALLS })).fragments, PLAIN);
  });

  it("reordered: take turns, the last call first", async () => {
    const expected = [B_HEAD, A_HEAD, ...B_PARTS, ...A_PARTS];
    assert.deepEqual(await fragmentsOf("reordered"), expected);
    assert.deepEqual((await play({ calls: CALLS, fault: { kind: "fragments" } })).fragments, expected);
    assert.deepEqual((await play({ calls: CALLS, fault: "reordered" })).fragments, expected);
  });

  it("without ids, without indices", async () => {
    assert.deepEqual(await fragmentsOf("id_less"), without("id", PLAIN));
    assert.deepEqual(await fragmentsOf("index-less"), without("index", PLAIN));
    assert.deepEqual(await fragmentsOf(["id_less", "index_less"]), without("index", without("id", PLAIN)));
  });

  it("with ids and names that are empty, null or late", async () => {
    const [first, second] = A_PARTS;
    const [last] = B_PARTS;
    assert.ok(first && second && last);
    assert.deepEqual(await fragmentsOf("empty_id"), [
      A_HEAD,
      { ...first, id: "" },
      { ...second, id: "" },
      B_HEAD,
      { ...last, id: "" },
    ]);
    const nulls = { id: null, type: null };
    assert.deepEqual(await fragmentsOf("null_named"), [
      A_HEAD,
      { ...first, ...nulls },
      { ...second, ...nulls },
      B_HEAD,
      { ...last, ...nulls },
    ]);
    const late = (call: typeof A, name: string): Fragment[] => [
      { ...call, function: { name: null, arguments: "" } },
      { index: call.index, function: { name, arguments: "" } },
    ];
    assert.deepEqual(await fragmentsOf("late_name"), [
      ...late(A, "read_file"),
      ...A_PARTS,
      ...late(B, "edit_file"),
      ...B_PARTS,
    ]);
  });

  it("with one index or one id for all, or the id every time", async () => {
    assert.deepEqual(
      await fragmentsOf("reused_index"),
      PLAIN.map((fragment) => ({ ...fragment, index: 0 })),
    );
    const ids = (await fragmentsOf("same_id")).flatMap((fragment) => fragment.id ?? []);
    assert.deepEqual(ids, ["call_5a5a5a5a5a5a5a5a5a5a5a5a", "call_5a5a5a5a5a5a5a5a5a5a5a5a"]);
    const repeated = [
      ...["", '{"path":"a-long-', 'name.ts"}'].map((text) => ({
        ...A,
        function: { name: "read_file", arguments: text },
      })),
      ...["", '{"path":"b"}'].map((text) => ({ ...B, function: { name: "edit_file", arguments: text } })),
    ];
    assert.deepEqual(await fragmentsOf("repeated_id"), repeated);
  });

  it("whole, or a character at a time", async () => {
    assert.deepEqual(await fragmentsOf("whole"), [
      { ...A, function: { name: "read_file", arguments: CALLS[0]?.arguments } },
      { ...B, function: { name: "edit_file", arguments: CALLS[1]?.arguments } },
    ]);
    const single = await fragmentsOf("single");
    assert.ok(single.every((fragment) => fragment.function.arguments.length <= 1));
    assert.equal(
      single
        .filter((fragment) => fragment.index === 0)
        .map((fragment) => fragment.function.arguments)
        .join(""),
      CALLS[0]?.arguments,
    );
  });

  it("cut: the last call's arguments end at a byte, and never within a character", async () => {
    const text = '{"path":"文件"}';
    for (const [at, expected] of [
      [0, ""],
      [9, '{"path":"'],
      [11, '{"path":"'],
      [12, '{"path":"文'],
      [1000, text],
    ] as const) {
      const calls = [
        { name: "read_file", arguments: "{}" },
        { name: "read_file", arguments: text },
      ];
      const { fragments, finish } = await play({ calls, fault: { kind: "fragments", variant: "cut", at } });
      const last = fragments.filter((fragment) => fragment.index === 1);
      assert.equal(last.map((fragment) => fragment.function.arguments).join(""), expected);
      assert.equal(finish, "tool_calls");
    }
  });
});

describe("the simulated model goes wrong", () => {
  const MARKUP =
    "<tool_call>\n<function=edit_file>\n" +
    "<parameter=path>a &lt;b&gt; &amp; &quot;c&quot;.ts</parameter>\n" +
    "<parameter=start>3</parameter>\n" +
    "<parameter=edits>[{&quot;old_text&quot;:&quot;x&quot;}]</parameter>\n" +
    "</function>\n</tool_call>";
  const LEAKING = {
    reasoning: "Think.",
    content: "I edit.",
    calls: [
      { name: "edit_file", arguments: { path: 'a <b> & "c".ts', start: 3, edits: [{ old_text: "x" }] } },
      { name: "stop", arguments: "{}" },
    ],
  };
  const SECOND = "\n<tool_call>\n<function=stop>\n</function>\n</tool_call>";

  it("leak: calls as markup in the text or in the reasoning", async () => {
    const { usage: _, ...inContent } = await play({ ...LEAKING, fault: { kind: "leak" } });
    assert.deepEqual(inContent, {
      reasoning: "Think.",
      content: `I edit.\n${MARKUP}${SECOND}`,
      fragments: [],
      finish: "stop",
    });
    const { usage: __, ...inReasoning } = await play({
      ...LEAKING,
      content: "",
      fault: { kind: "leak", where: "reasoning" },
    });
    assert.deepEqual(inReasoning, {
      reasoning: `Think.\n${MARKUP}${SECOND}`,
      content: "",
      fragments: [],
      finish: "stop",
    });
  });

  it("leak: unfinished, and not into reasoning that there is not", async () => {
    const calls = LEAKING.calls.slice(0, 1);
    const cut = await play({ calls, fault: { kind: "leak", unfinished: true } });
    assert.equal(cut.content, MARKUP.slice(0, MARKUP.indexOf("\n</function>")));
    const quiet = await play(
      { calls, fault: { kind: "leak", where: "reasoning" } },
      { thinking: { type: "disabled" } },
    );
    assert.deepEqual([quiet.reasoning, quiet.fragments.length > 1, quiet.finish], ["", true, "tool_calls"]);
  });

  it("flood: the same calls over and over, with ids of their own", async () => {
    const calls = [
      { id: "call_x", name: "read_file", arguments: { path: "{n}.ts" } },
      { name: "list_files", arguments: "{}" },
    ];
    const { fragments } = await play({ calls, fault: { kind: "flood" } });
    const heads = fragments.filter((fragment) => fragment.id);
    assert.equal(heads.length, 120);
    assert.equal(new Set(heads.map((fragment) => fragment.id)).size, 120);
    assert.deepEqual(
      fragments
        .filter((fragment) => fragment.index === 118)
        .map((fragment) => [fragment.function.name, fragment.function.arguments]),
      [
        ["read_file", ""],
        [null, '{"path":"119.ts"'],
        [null, "}"],
      ],
    );
    const few = await play({ calls, fault: { kind: "flood", count: 3 } });
    assert.equal(few.fragments.filter((fragment) => fragment.id).length, 3);
  });

  it("repeats: one passage many times, in the reasoning or the text", async () => {
    const { reasoning, finish } = await play({ reasoning: "Hm. ", fault: { kind: "repeats" } });
    assert.equal(reasoning, `Hm. ${"Wait, let me look at that file once more before I go on. ".repeat(1803)}`);
    assert.equal(finish, "stop");
    const text = await play({
      finish: "repetition_truncation",
      fault: { kind: "repeats", where: "content", passage: "ab ", count: 4 },
    });
    assert.deepEqual([text.content, text.finish], ["ab ab ab ab ", "repetition_truncation"]);
  });

  it("repetition_truncation: as the finish reason", async () => {
    const { content, finish } = await play({ content: "again", fault: { kind: "repetition_truncation" } });
    assert.deepEqual([content, finish], ["again", "repetition_truncation"]);
  });

  it("and is charged for what it said", async () => {
    const script: ScriptInput = { turns: [{ content: "x", fault: { kind: "repeats", count: 100, passage: "four" } }] };
    await withSimulator({ script }, async (simulator) => {
      await post(simulator, request());
      assert.equal(simulator.account().output, 101);
    });
  });
});
