import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { type Chat, createChat, type TaskEnd } from "../../src/agent/chat.ts";
import type { AgentEvent } from "../../src/agent/events.ts";
import { SYSTEM_PROMPT } from "../../src/agent/prompt.ts";
import { wireTools } from "../../src/agent/tool.ts";
import { createPolicy } from "../../src/approval/policy.ts";
import { createMimoModel } from "../../src/mimo/client.ts";
import { parseBaseUrl } from "../../src/mimo/endpoints.ts";
import { openSessionFile } from "../../src/node/sessionFile.ts";
import { foldSession } from "../../src/sessions/fold.ts";
import { SESSION_VERSION } from "../../src/sessions/format.ts";
import { journalTo } from "../../src/sessions/journal.ts";
import { parseSession } from "../../src/sessions/parse.ts";
import { allTools } from "../../src/tools/all.ts";
import { FAULTS, type PlatformFault, passing } from "../faults.ts";
import type { ScriptInput } from "../simulator/script.ts";
import { type Simulator, startSimulator } from "../simulator/server.ts";
import { fakeTimer, openGate } from "./agent/fakes.ts";
import { temporaryFolder } from "./node/temporary.ts";
import { workbench } from "./tools/bench.ts";

const TASK = "看看 README, 🙂 and say what it is";
const ANSWER = { reasoning: "I have read it.", content: "It is a test." };
/** Short enough to wait for, long enough for a busy machine to send a frame in between. */
const IDLE_MS = 400;

interface Played {
  readonly end: TaskEnd;
  readonly events: readonly AgentEvent[];
  /** What the session's file holds. */
  readonly folded: NonNullable<ReturnType<typeof foldSession>>;
  readonly chat: Chat;
  readonly simulator: Simulator;
}

async function play(
  fault: PlatformFault,
  turns: ScriptInput["turns"],
  otherwise?: ScriptInput["otherwise"],
): Promise<Played> {
  const simulator = await startSimulator({
    script: { turns, ...(otherwise && { otherwise }) },
    keep: true,
  });
  const resolved = parseBaseUrl(simulator.url);
  assert.ok(resolved.ok);
  const { env } = workbench({ "README.md": "# A test\n" });
  const tools = allTools(env);
  const path = join(temporaryFolder(), "session.jsonl");
  const file = await openSessionFile(path);
  const clock = { now: () => new Date() };
  const head = { system: SYSTEM_PROMPT, tools: wireTools(tools) };
  const at = clock.now().toISOString();
  file.append({ v: SESSION_VERSION, type: "session", id: "s", at, workspace: [], model: "mimo-v2.6-pro", ...head });
  const events: AgentEvent[] = [];
  const chat = createChat(
    {
      model: createMimoModel({
        endpoint: resolved.endpoint,
        key: async () => (fault.planOnly ? "tp-00000000" : undefined),
        idleMs: IDLE_MS,
        commentIdleMs: IDLE_MS * 2,
      }),
      tools,
      env,
      policy: createPolicy({ mode: () => "ask", trusted: () => true }),
      approver: { ask: async () => ({ decision: "deny" }) },
      clock,
      timer: fakeTimer(),
      gate: openGate(),
      facts: { read: async () => new Map([["folder", "app"]]) },
      instructions: async () => "",
      journal: journalTo((record) => file.append(record), clock),
      emit: (event) => events.push(event),
      planned: () => {},
      price: () => 1,
      newId: randomUUID,
    },
    { head, messages: [], turn: 0 },
  );
  const end = await send(chat, TASK);
  await file.sync();
  const folded = foldSession(parseSession(readFileSync(path, "utf8")).records);
  assert.ok(folded);
  return { end, events, folded, chat, simulator };
}

function send(chat: Chat, text: string): Promise<TaskEnd> {
  return chat.send(text, { signal: new AbortController().signal, model: "mimo-v2.6-pro", thinking: true });
}

/** The task's text is kept, and the chat goes on from the file as from memory without a refused request. */
async function survives({ chat, folded, simulator }: Played): Promise<void> {
  try {
    const [user] = folded.messages;
    assert.ok(user?.role === "user" && typeof user.content === "string" && user.content.endsWith(TASK));
    assert.deepEqual(folded.messages, chat.messages);
    assert.deepEqual(folded.repairs, []);
    const before = simulator.requests.length;
    const next = await send(chat, "Go on.");
    assert.equal(next.outcome, "done", next.error?.message);
    assert.deepEqual(
      simulator.requests.slice(before).map(({ status }) => status),
      simulator.requests.slice(before).map(() => 200),
    );
  } finally {
    await simulator.close();
  }
}

function reasonsOf(events: readonly AgentEvent[], type: "retry" | "error" | "notice"): string[] {
  return events.flatMap((event) => (event.type === type ? [event.reason] : []));
}

describe("every fault of the platform has a visible outcome, and loses nothing", () => {
  for (const fault of FAULTS) {
    const { becomes } = fault;
    switch (becomes.kind) {
      case "final":
        it(`${fault.name}: ${becomes.reason}`, async () => {
          const played = await play(fault, [fault.turn, ANSWER, ANSWER]);
          assert.equal(played.end.outcome, "failed");
          assert.deepEqual(reasonsOf(played.events, "error"), [becomes.reason]);
          assert.deepEqual(reasonsOf(played.events, "retry"), []);
          assert.equal(played.end.error?.detail, becomes.detail);
          assert.notEqual(played.end.error?.message, "");
          await survives(played);
        });
        break;
      case "retried":
        it(`${fault.name}: asked again (${becomes.reason}), and the task goes on`, async () => {
          const played = await play(fault, [passing(fault, 1), ANSWER, ANSWER]);
          assert.deepEqual(reasonsOf(played.events, "retry"), [becomes.reason]);
          assert.equal(played.end.outcome, "done");
          const [first, second] = played.simulator.requests;
          assert.equal(second?.body, first?.body);
          await survives(played);
        });
        it(`${fault.name}: ${becomes.reason} when it stays`, async () => {
          const faulty = Array.from({ length: becomes.retries + 1 }, () => fault.turn);
          const played = await play(fault, [...faulty, ANSWER, ANSWER]);
          assert.deepEqual(reasonsOf(played.events, "retry"), Array(becomes.retries).fill(becomes.reason));
          assert.deepEqual(reasonsOf(played.events, "error"), [becomes.reason]);
          assert.equal(played.end.outcome, "failed");
          assert.equal(played.simulator.requests.length, becomes.retries + 1);
          await survives(played);
        });
        break;
      case "mended":
        it(`${fault.name}: the task goes on`, async () => {
          const played = await play(fault, [fault.turn], ANSWER);
          assert.equal(played.end.outcome, "done", played.end.error?.message);
          assert.deepEqual(reasonsOf(played.events, "notice"), becomes.notice === undefined ? [] : [becomes.notice]);
          const results = played.events.filter((event) => event.type === "tool_result");
          assert.ok(results.length > 0, "the call was answered");
          await survives(played);
        });
        break;
    }
  }

  it("says when the platform is willing to be asked again", async () => {
    const fault = FAULTS.find(({ name }) => name === "429 with Retry-After of an hour");
    assert.ok(fault);
    const began = Date.now();
    const { events, simulator } = await play(fault, [fault.turn]);
    await simulator.close();
    const error = events.find((event) => event.type === "error");
    const left = Date.parse(error?.retryAt ?? "") - began;
    assert.ok(left > 3_590_000 && left < 3_700_000, `${left} ms`);
  });
});
