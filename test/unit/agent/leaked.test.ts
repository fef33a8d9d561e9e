import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createChat } from "../../../src/agent/chat.ts";
import { findLeak } from "../../../src/agent/leaked.ts";
import { wireTools } from "../../../src/agent/tool.ts";
import { allTools } from "../../../src/tools/all.ts";
import { brief } from "./brief.ts";
import { answer, noteTools, recordedDeps, scriptedModel } from "./fakes.ts";

const TOOLS = wireTools(allTools({}));
const block = (name: string, values: Record<string, string>) =>
  `<tool_call>\n<function=${name}>\n${Object.entries(values)
    .map(([key, value]) => `<parameter=${key}>${value}</parameter>\n`)
    .join("")}</function>\n</tool_call>`;
const READ = block("read_file", { path: "a.ts", start: "3" });
const read = { name: "read_file", arguments: '{"path":"a.ts","start":3}' };

function calls(text: string) {
  const leak = findLeak(text, TOOLS);
  return leak.kind === "calls" ? leak.calls : leak.kind;
}

describe("calls that came as text", () => {
  it("are read from the end, one or several, with prose before them", () => {
    for (const text of [READ, `Let me look.\n\n${READ}\n`, `Let me look.${READ}  \n\n`, READ.replaceAll("\n", "")]) {
      assert.deepEqual(calls(text), [read], text);
    }
    const list = block("list_files", {});
    assert.deepEqual(calls(`Two:\n${READ}\n${list}${READ}`), [read, { name: "list_files", arguments: "{}" }, read]);
  });

  it("have their values unescaped once and made what the schema wants", () => {
    const edits = JSON.stringify([{ old_text: 'if (a < b && c > "d")', new_text: "</parameter>", replace_all: true }]);
    const escaped = edits.replace(
      /[&<>"]/g,
      (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c] ?? c,
    );
    const text = block("edit_file", { path: "a&amp;lt;b&#39;&#x4e2d;.ts", edits: escaped });
    assert.deepEqual(calls(text), [
      { name: "edit_file", arguments: JSON.stringify({ path: "a&lt;b'中.ts", edits: JSON.parse(edits) }) },
    ]);
    assert.deepEqual(
      [
        { path: "12", start: "x" },
        { path: "true", start: "1.5" },
        { path: " a ", start: " 7 ", unknown: "7", __proto__: "" },
      ].map((values) => calls(block("read_file", values))),
      [
        [{ name: "read_file", arguments: '{"path":"12","start":"x"}' }],
        [{ name: "read_file", arguments: '{"path":"true","start":"1.5"}' }],
        [{ name: "read_file", arguments: '{"path":" a ","start":7,"unknown":"7"}' }],
      ],
    );
    assert.deepEqual(
      calls("<tool_call><function=read_file><parameter=__proto__>1</parameter></function></tool_call>"),
      [{ name: "read_file", arguments: '{"__proto__":"1"}' }],
    );
  });

  it("keep every byte of a text value", () => {
    const content = "\n  first\n```js\n\tlast &amp; least\n```\n\n";
    assert.deepEqual(calls(block("write_file", { path: "x", content })), [
      { name: "write_file", arguments: JSON.stringify({ path: "x", content: content.replace("&amp;", "&") }) },
    ]);
  });

  for (const [name, text] of [
    ["prose", "All done."],
    ["nothing", ""],
    ["followed by prose", `${READ}\nThat is what I would do.`],
    ["in a fence", `The markup:\n\`\`\`xml\n${READ}\n\`\`\``],
    ["in a fence that stays open", `The markup:\n~~~\n${READ}\n`],
    ["in a longer fence", `\`\`\`\`\n\`\`\`\n${READ}`],
    ["the name of the tag", "The model writes <tool_call> before a call, and `</tool_call>` after it."],
    ["the name of the tag at the end", "A call begins with <tool_call>"],
    ["inline code", `Like \`${block("list_files", {})}\`.`],
    ["some other markup", "<function=read_file> is how a function begins"],
    ["a comparison", "a <t"],
  ] as const) {
    it(`are not: ${name}`, () => {
      assert.equal(calls(text), "none");
    });
  }

  it("are calls behind a fence that was closed", () => {
    assert.deepEqual(calls(`\`\`\`xml\n${READ}\n\`\`\`\nNow:\n${READ}`), [read]);
  });

  it("are never taken for an answer when they cannot be read", () => {
    for (const text of [
      READ.replace("</tool_call>", ""),
      READ.replace("<parameter=start>3</parameter>", "start: 3"),
      READ.replace("read_file", "no_such_tool"),
      `${READ}\n${block("no_such_tool", {})}`,
      `${READ.replace("</function>", "")}\n${READ}`,
      READ.replace("</parameter>", ""),
      READ.replace("<parameter=start>", "<parameter=path>"),
      'Let me.\n<tool_call>\n{"name":"read_file","arguments":{"path":"a.ts"}}\n</tool_call>',
      "text\n</function>\n</tool_call>",
      "Let me look.\n\n<tool_call>",
      "Let me look.\n\n<tool_ca",
    ]) {
      assert.equal(calls(text), "unreadable", text);
    }
  });

  it("are unreadable wherever the text is cut off within them, and prose before that", () => {
    const before = "Let me look.\n";
    const text = `${before}${READ}`;
    for (let end = before.length + 6; end < text.length; end++) {
      assert.equal(calls(text.slice(0, end)), "unreadable", text.slice(0, end));
    }
    for (let end = 0; end < before.length + 6; end++) assert.equal(calls(text.slice(0, end)), "none");
  });

  it("are looked for in time that grows with the text only", () => {
    const n = 40_000;
    const hostile = [
      "<tool_call>\n".repeat(n),
      "<tool_call>\n<function=a>\n<parameter=b>".repeat(n),
      `<tool_call><function=a>${"<parameter=k><tool_call><function=a><parameter=k>x</parameter>".repeat(n)}`,
      `${"<tool_call> ".repeat(n)}</tool_call>`,
      "</tool_call>".repeat(n),
      "```\n".repeat(n) + "<tool_call>".repeat(n),
      `<tool_call>${" ".repeat(n * 10)}x`,
      `${READ}x`.repeat(n / 10),
    ];
    // A square of these sizes would take minutes; mocha's limit is what fails then.
    for (const text of hostile) findLeak(text, TOOLS);
  }).timeout(5_000);
});

describe("a chat whose model writes its calls as text", () => {
  const head = { system: "s", tools: wireTools(noteTools([])) };
  const start = { head, messages: [], turn: 0 };
  const options = () => ({ signal: new AbortController().signal, model: "mimo-v2.6-pro", thinking: true });
  const look = block("look", { id: "a", ms: "0" });

  for (const [where, said, finish] of [
    ["content", { reasoning: "hm", content: `Looking.\n${look}\n` }, "stop"],
    ["content, announced as calls", { reasoning: "hm", content: look }, "tool_calls"],
    ["reasoning", { reasoning: `I should look.\n${look}`, content: "\n" }, "stop"],
  ] as const) {
    it(`runs them: in ${where}`, async () => {
      const notes: string[] = [];
      const model = scriptedModel([answer({ ...said, finish }), answer({ content: "ok" })]);
      const { deps, events, messages } = recordedDeps(model, noteTools(notes));
      assert.deepEqual(await createChat(deps, start).send("go", options()), { outcome: "done" });
      const id = "call_000000000000000000000001";
      assert.deepEqual(messages.slice(1, 3), [
        {
          role: "assistant",
          content: said.content,
          reasoning_content: said.reasoning,
          tool_calls: [{ id, type: "function", function: { name: "look", arguments: '{"id":"a","ms":0}' } }],
        },
        { role: "tool", tool_call_id: id, content: "result a" },
      ]);
      assert.deepEqual(
        brief(events).filter((line) => !line.includes("delta") && line.startsWith("1")),
        ["1 usage", "1 notice leaked_calls", `1 tool_call ${id} look`, `1 tool_result ${id} ok result a`],
      );
      assert.ok(model.requests[1]?.startsWith(model.requests[0]?.slice(0, model.requests[0].lastIndexOf("]")) ?? "?"));
    });
  }

  it("asks for them as for any other", async () => {
    const notes: string[] = [];
    const act = block("act", { id: "a" });
    const model = scriptedModel([answer({ content: act }), answer({ content: "ok" })]);
    const { deps, events } = recordedDeps(model, noteTools(notes), {
      verdict: "ask",
      answer: async () => ({ decision: "deny" }),
    });
    await createChat(deps, start).send("go", options());
    assert.ok(brief(events).some((line) => line.endsWith("denied The user refused this call.")));
    assert.deepEqual(notes, []);
  });

  it("leaves text alone beside real calls, and an answer that only thinks of them", async () => {
    const notes: string[] = [];
    const model = scriptedModel([
      answer({ content: look, calls: [{ id: "r", name: "look", arguments: '{"id":"real"}' }] }),
      answer({ reasoning: look, content: "Done." }),
    ]);
    const { deps, events } = recordedDeps(model, noteTools(notes));
    assert.deepEqual(await createChat(deps, start).send("go", options()), { outcome: "done" });
    assert.deepEqual(notes, ["start real", "end real"]);
    assert.ok(!brief(events).some((line) => line.includes("notice")));
  });

  it("fails visibly on markup that cannot be read, on announced calls that never came, and on nothing at all", async () => {
    for (const said of [
      { content: look.slice(0, -3) },
      { reasoning: look.slice(0, -3) },
      { content: "I will.", finish: "tool_calls" },
      {},
    ]) {
      const model = scriptedModel([answer({ finish: "stop", ...said })]);
      const { deps, messages } = recordedDeps(model, noteTools([]));
      const end = await createChat(deps, start).send("go", options());
      assert.deepEqual([end.outcome, end.error?.reason], ["failed", "malformed"], JSON.stringify(said));
      assert.equal(messages.length, 1);
    }
  });
});
