import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { foldSession } from "../src/sessions/fold.ts";
import { parseSession } from "../src/sessions/parse.ts";
import type { LogEntry } from "./simulator/log.ts";
import { startSimulator } from "./simulator/server.ts";

interface Sent {
  readonly model: string;
  readonly tools: unknown;
  readonly messages: readonly {
    readonly role: string;
    readonly reasoning_content?: string;
    readonly tool_call_id?: string;
    readonly tool_calls?: readonly { readonly id: string }[];
  }[];
}

/** Log entries of chat requests, in order. */
export function chatRequests(log: readonly LogEntry[]): LogEntry[] {
  return log.filter((entry) => entry.path.endsWith("/chat/completions"));
}

export function readLog(file: string): LogEntry[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LogEntry);
}

/**
 * Holds the log of one chat against the promises: nothing refused, every request the previous one's bytes continued,
 * every call answered, and the reasoning of every turn byte-identical to what the model streamed.
 */
export function auditChat(log: readonly LogEntry[], streamed: readonly string[]): void {
  const entries = chatRequests(log);
  assert.deepEqual(
    entries.filter((entry) => entry.status !== 200).map((entry) => `${entry.n}: ${entry.status}`),
    [],
  );
  for (const [i, entry] of entries.entries()) {
    const before = entries[i - 1];
    // Messages stand last: without its closing "]}" a request is a prefix of all that follow.
    if (before) assert.ok(entry.body.startsWith(before.body.slice(0, -2)), `request ${entry.n} does not continue`);
  }
  const last = JSON.parse(entries.at(-1)?.body ?? "null") as Sent;
  const reasoning = last.messages.filter((m) => m.role === "assistant").map((m) => m.reasoning_content ?? "");
  assert.deepEqual(reasoning, streamed.slice(0, reasoning.length));
  const open = new Set<string>();
  for (const message of last.messages) {
    if (message.role === "tool") assert.ok(open.delete(message.tool_call_id ?? ""), "an orphan tool result");
    else assert.equal(open.size, 0, "an unanswered call");
    for (const call of message.tool_calls ?? []) open.add(call.id);
  }
}

/** Sends every prefix of a stored session that ends before a model's turn to a fresh simulator: none may be refused. */
export async function replaySession(file: string): Promise<number> {
  const session = foldSession(parseSession(readFileSync(file, "utf8")).records);
  assert.ok(session, "not a session file");
  const simulator = await startSimulator({ script: { otherwise: { content: "ok" } } });
  let requests = 0;
  try {
    for (const [end, message] of session.messages.entries()) {
      if (message.role !== "assistant") continue;
      const messages: unknown[] = [{ role: "system", content: session.head.system }, ...session.messages.slice(0, end)];
      const body: unknown = {
        model: session.head.model,
        thinking: { type: "enabled" },
        tools: session.head.tools,
        messages,
      };
      const response: Response = await fetch(`${simulator.url}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      assert.equal(response.status, 200, await response.text());
      requests++;
    }
  } finally {
    await simulator.close();
  }
  return requests;
}
