import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentEvent } from "../../src/agent/events.ts";
import type { Message } from "../../src/agent/message.ts";
import { foldSession } from "../../src/sessions/fold.ts";
import type { SessionRecord } from "../../src/sessions/format.ts";
import { type ParsedSession, parseSession } from "../../src/sessions/parse.ts";

const ROOT = join(import.meta.dirname, "../..");

/** The command line as it is shipped, or as it stands in the sources: the samples need no build. */
export const BUILT = join(ROOT, "dist/headless.mjs");
export const SOURCE = join(ROOT, "src/headless/main.ts");

export interface RunOptions {
  readonly program: string;
  readonly url: string;
  readonly folder: string;
  readonly session: string;
  readonly task: string;
  /** Sees the process and every whole line of its output as it comes. */
  readonly onStart?: (child: ChildProcess) => void;
  readonly onLine?: (line: string, child: ChildProcess) => void;
}

export interface FinishedRun {
  /** null when a signal ended it. */
  readonly code: number | null;
  /** What it acknowledged: events in whole lines. */
  readonly events: readonly AgentEvent[];
  readonly err: string;
}

/** One task of the real headless runner as a process of its own, in its own home. */
export function runHeadless(options: RunOptions): Promise<FinishedRun> {
  const { program, url, folder, session, task, onStart, onLine } = options;
  if (!existsSync(program)) throw new Error(`${program} is not there: run "npm run build" first.`);
  const { MIMO_API_KEY: _, ...inherited } = process.env;
  const args = ["--base-url", url, "--workspace", folder, "--approve", "all", "--json", "--session", session, task];
  const child = spawn(process.execPath, ["--no-warnings", program, ...args], {
    env: { ...inherited, HOME: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const events: AgentEvent[] = [];
  let rest = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      events.push(JSON.parse(line));
      onLine?.(line, child);
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, events, err }));
  });
}

export function newFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "mimo-deep-")));
}

export interface StoredSession {
  readonly text: string;
  readonly parsed: ParsedSession;
  readonly messages: readonly Message[];
}

export function readStored(session: string): StoredSession {
  const text = existsSync(session) ? readFileSync(session, "utf8") : "";
  const parsed = parseSession(text);
  return { text, parsed, messages: foldSession(parsed.records)?.messages ?? [] };
}

/** What was acknowledged, in events and in requests: how much of it, and what of it is not in the file. */
export function heldAgainst(
  { parsed, messages }: StoredSession,
  told: { readonly events: readonly AgentEvent[]; readonly bodies: readonly string[] },
): { readonly acknowledged: number; readonly lost: readonly string[] } {
  const kept = keptOf(parsed.records);
  const events = told.events.map(nameOf).filter((name) => name !== undefined);
  const stored = messages.map((message) => JSON.stringify(message));
  const unsent = told.bodies.filter((body) => {
    const [, ...sent] = (JSON.parse(body) as { messages: unknown[] }).messages;
    return sent.some((message, i) => JSON.stringify(message) !== stored[i]);
  });
  const lost = [...events.filter((name) => !kept.has(name)), ...unsent.map((body) => `a request: ${body}`)];
  return { acknowledged: events.length + told.bodies.length, lost };
}

function keptOf(records: readonly SessionRecord[]): ReadonlySet<string> {
  const kept = new Set<string>();
  for (const record of records) {
    if (record.type === "event") kept.add(JSON.stringify(record.event));
    else if (record.type === "message" && record.message.role === "assistant") {
      for (const { id, function: f } of record.message.tool_calls ?? [])
        kept.add(`call ${id} ${f.name} ${f.arguments}`);
    } else if (record.type === "message" && record.message.role === "tool") {
      kept.add(`result ${record.message.tool_call_id} ${record.message.content}`);
    }
  }
  return kept;
}

/** How an event is to be found in the file. undefined for what is shown only: it is kept as a part of something else. */
function nameOf(event: AgentEvent): string | undefined {
  switch (event.type) {
    case "reasoning_delta":
    case "content_delta":
    case "tool_output":
      return undefined;
    case "tool_call":
      return `call ${event.id} ${event.name} ${event.arguments}`;
    case "tool_result":
      return `result ${event.id} ${event.text}`;
    default:
      // What the runner itself says comes before the first turn and is no part of the session.
      return event.turn === 0 ? undefined : JSON.stringify(event);
  }
}
