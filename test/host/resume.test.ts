import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import * as vscode from "vscode";
import type { AgentEvent } from "../../src/agent/events.ts";
import type { Message } from "../../src/agent/message.ts";
import { type ChatWorld, type OpenChat, openChat } from "../../src/host/openChat.ts";
import { workspaceRoots } from "../../src/host/workspace.ts";
import { parseBaseUrl } from "../../src/mimo/endpoints.ts";
import { type Simulator, startSimulator } from "../simulator/server.ts";

const MODEL = "mimo-v2.6-pro";
/** What a careless store would change: astral characters, separators, escapes, a lone surrogate, trailing space. */
const REASONING = 'think 😀 \u2028 "quoted" \\ back \t tab \ud83d lone ';

describe("a chat that is closed and opened again", () => {
  let folder: string;
  let simulator: Simulator;
  let open: OpenChat | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "resume-"));
  });
  afterEach(async () => {
    await open?.close();
    open = undefined;
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  async function opened(emit: (event: AgentEvent) => void = () => {}): Promise<OpenChat> {
    const resolved = parseBaseUrl(simulator.url);
    assert.ok(resolved.ok);
    const world: ChatWorld = {
      roots: workspaceRoots,
      trusted: () => true,
      mode: () => "all",
      target: async () => ({ state: "ready", endpoint: resolved.endpoint, key: undefined }),
      processFolder: join(folder, "processes"),
      appRoot: vscode.env.appRoot,
      idleMs: () => 90_000,
      approver: { ask: async () => ({ decision: "deny" }) },
      user: { ask: async () => "as you like" },
      queued: () => undefined,
      emit,
      planned: () => {},
      waiting: () => {},
      changed: () => {},
      terminal: () => "managed",
      checkpointFolder: join(folder, "checkpoints"),
      checkpointBytes: () => 50_000_000,
      log: { info() {}, warn() {}, error: console.error, show() {}, dispose() {} },
    };
    return openChat(world, { path: join(folder, "chat.jsonl"), model: MODEL, missing: "create" });
  }

  function send(chat: OpenChat, text: string, signal = new AbortController().signal) {
    return chat.chat.send(text, { signal, model: MODEL, thinking: true });
  }

  it("sends byte-exact continuations, also over a stop in the middle of a command", async () => {
    const step = (n: number) => ({
      reasoning: `${REASONING}${n}`,
      content: n % 3 === 0 ? "" : `step ${n}`,
      calls: [{ name: "read_file", arguments: `{ "path" :"package.json", "start":${n + 1}${n % 2 === 0 ? " " : ""}}` }],
    });
    simulator = await startSimulator({
      keep: true,
      script: {
        turns: [
          ...Array.from({ length: 12 }, (_, n) => step(n)),
          {
            reasoning: `${REASONING}stop`,
            calls: [{ name: "run_command", arguments: { command: "echo begun; sleep 60" } }],
          },
          ...Array.from({ length: 12 }, (_, n) => step(n + 20)),
          { reasoning: `${REASONING}end`, content: "done" },
        ],
      },
    });
    const controller = new AbortController();
    open = await opened((event) => {
      if (event.type === "tool_output") controller.abort();
    });
    assert.equal((await send(open, "first", controller.signal)).outcome, "stopped");
    const before = open.chat.messages;
    await open.close();

    open = await opened();
    assert.deepEqual(open.chat.messages, before);
    assert.equal((await send(open, "second")).outcome, "done");

    const bodies = simulator.requests.map(({ body }) => String(body));
    assert.equal(bodies.length, 26);
    assert.deepEqual(
      simulator.requests.map(({ status }) => status),
      bodies.map(() => 200),
    );
    for (const [i, body] of bodies.slice(1).entries()) {
      const earlier = bodies[i] ?? "";
      assert.ok(
        body.startsWith(earlier.slice(0, earlier.lastIndexOf("]}"))),
        `request ${i + 2} continues request ${i + 1}`,
      );
    }
    const last: Message[] = JSON.parse(bodies.at(-1) ?? "").messages;
    const reasoning = last.flatMap((message) => (message.role === "assistant" ? [message.reasoning_content] : []));
    const expected = [...Array(12).keys(), "stop", ...Array.from({ length: 12 }, (_, n) => n + 20)];
    assert.deepEqual(
      reasoning,
      expected.map((n) => `${REASONING}${n}`),
    );
  });

  it("answers the calls of a process that was killed, once, and draws what was said", async () => {
    simulator = await startSimulator({
      keep: true,
      script: {
        turns: [
          { reasoning: "r", calls: [{ name: "run_command", arguments: { command: "sleep 60" } }] },
          { content: "on" },
        ],
      },
    });
    const controller = new AbortController();
    const called = new Promise<void>((resolve) => {
      void opened((event) => {
        if (event.type === "tool_call") resolve();
      }).then((chat) => {
        open = chat;
        void send(chat, "first", controller.signal);
      });
    });
    await called;
    const path = join(folder, "chat.jsonl");
    const text = readFileSync(path, "utf8");
    controller.abort();
    await open?.close();

    // As the killed process would have left it, with its last line torn.
    writeFileSync(path, `${text}{"type":"event","at":"2026`);
    open = await opened();
    assert.deepEqual(
      open.history.map(({ type }) => type),
      ["user", "reasoning_delta", "tool_call", "usage", "tool_result", "end"],
    );
    assert.equal((await send(open, "second")).outcome, "done");
    const messages: Message[] = JSON.parse(String(simulator.requests.at(-1)?.body)).messages;
    assert.equal(messages.filter(({ role }) => role === "tool").length, 1);
    await open.close();
    open = await opened();
    assert.equal(open.chat.messages.filter(({ role }) => role === "tool").length, 1);
  });
});
