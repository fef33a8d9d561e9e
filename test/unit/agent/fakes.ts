import * as z from "zod";
import type { ChatDeps } from "../../../src/agent/chat.ts";
import { StoppedError, ToolError } from "../../../src/agent/errors.ts";
import type { AgentEvent } from "../../../src/agent/events.ts";
import type { Cut, Journal } from "../../../src/agent/logbook.ts";
import type { Message } from "../../../src/agent/message.ts";
import type {
  ApprovalAnswer,
  Background,
  ChatChunk,
  ChatModel,
  ChatRequest,
  Place,
  RequestGate,
  Timer,
  Verdict,
  WebSource,
} from "../../../src/agent/ports.ts";
import type { AnyTool, Tool } from "../../../src/agent/tool.ts";

/** One scripted answer: chunks, or an error to throw after them. */
export interface Scripted {
  readonly chunks: readonly ChatChunk[];
  readonly error?: Error;
  /** Never ends by itself. */
  readonly hangs?: boolean;
}

export function answer(options: {
  reasoning?: string;
  content?: string;
  calls?: readonly { id: string; name: string; arguments: string }[];
  finish?: string | null;
  sources?: readonly WebSource[];
}): Scripted {
  const chunks: ChatChunk[] = [];
  if (options.sources) chunks.push({ choices: [{ delta: { sources: options.sources } }] });
  if (options.reasoning !== undefined) chunks.push({ choices: [{ delta: { reasoning_content: options.reasoning } }] });
  if (options.content !== undefined) chunks.push({ choices: [{ delta: { content: options.content } }] });
  for (const [index, { id, ...fn }] of (options.calls ?? []).entries()) {
    chunks.push({ choices: [{ delta: { tool_calls: [{ index, id, function: fn }] } }] });
  }
  const finish = options.finish === undefined ? (options.calls ? "tool_calls" : "stop") : options.finish;
  if (finish !== null) chunks.push({ choices: [{ delta: {}, finish_reason: finish }] });
  chunks.push({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 10 } });
  return { chunks };
}

/** Plays scripted answers in order and keeps the requests as the bytes they would be. */
export function scriptedModel(script: readonly Scripted[]): ChatModel & { readonly requests: string[] } {
  const requests: string[] = [];
  return {
    requests,
    async *stream(request: ChatRequest, { signal }) {
      const turn = script[requests.length];
      requests.push(JSON.stringify(request));
      if (!turn) throw new Error("the script has no more answers");
      for (const chunk of turn.chunks) yield chunk;
      if (turn.hangs) {
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
        return;
      }
      if (turn.error) throw turn.error;
    },
  };
}

export function place(path: string): Place {
  return { path, shown: path, inside: true, kind: "file" };
}

/** Waits for nothing and keeps what it was asked to wait; at `stopAt` (from 1) the user stops instead. */
export function fakeTimer(stop?: { readonly at: number; readonly controller: AbortController }): Timer & {
  readonly waits: number[];
} {
  const waits: number[] = [];
  return {
    waits,
    async wait(ms, { signal }) {
      waits.push(ms);
      if (waits.length === stop?.at) stop.controller.abort();
      if (signal.aborted) throw new StoppedError();
    },
  };
}

/** Lets everybody in and counts them; always the same place in the window. */
export function openGate(spread = 0.5): RequestGate & { readonly entered: () => number } {
  let entered = 0;
  return {
    entered: () => entered,
    async enter({ signal }) {
      if (signal.aborted) throw new StoppedError();
      entered++;
    },
    spread: async () => spread,
  };
}

/** Runs nothing. */
export const noBackground: Background = {
  start: () => Promise.reject(new ToolError("not in this test")),
  read: () => Promise.reject(new ToolError("not in this test")),
  stop: () => Promise.reject(new ToolError("not in this test")),
  list: () => [],
};

/** Tools that note when they start and end. */
export function noteTools(notes: string[]): AnyTool[] {
  const make = (name: string, readOnly: boolean): Tool<{ id: string; ms: number }> => ({
    name,
    description: name,
    schema: z.strictObject({ id: z.string(), ms: z.number().default(0) }),
    readOnly,
    plan: async ({ id, ms }, run) => ({
      actions: readOnly ? [{ kind: "read", place: place(id) }] : [{ kind: "command", command: id, cwd: place("/w") }],
      run: async () => {
        notes.push(`start ${id}`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          run.signal.addEventListener("abort", () => {
            clearTimeout(timer);
            resolve();
          });
        });
        notes.push(`end ${id}`);
        if (id.startsWith("bad")) throw new ToolError(`${id} failed`);
        return `result ${id}`;
      },
    }),
  });
  return [make("look", true), make("act", false)] as unknown as AnyTool[];
}

export interface Recorded {
  readonly deps: ChatDeps;
  readonly events: AgentEvent[];
  readonly messages: Message[];
  readonly kept: AgentEvent[];
  readonly cuts: Cut[];
}

export function recordedDeps(
  model: ChatModel,
  tools: readonly AnyTool[],
  options: {
    verdict?: Verdict["verdict"];
    answer?: (signal: AbortSignal) => Promise<ApprovalAnswer>;
    facts?: () => Map<string, string>;
    instructions?: string;
    timer?: Timer;
    gate?: RequestGate;
    queued?: ChatDeps["queued"];
  } = {},
): Recorded {
  const events: AgentEvent[] = [];
  const messages: Message[] = [];
  const kept: AgentEvent[] = [];
  const cuts: Cut[] = [];
  let id = 0;
  const journal: Journal = {
    message: (message) => messages.push(message),
    cut: (cut) => cuts.push(cut),
    usage: () => {},
    event: (event) => kept.push(event),
  };
  const granted = new Set<string>();
  const never = () => Promise.reject(new Error("not in this test"));
  const deps: ChatDeps = {
    model,
    tools,
    env: {
      files: { locate: never, read: never, readPart: never, write: never },
      tree: { createFolder: never, move: never, remove: never, filesIn: never },
      search: { text: never, files: never, list: never },
      shell: { name: "bash", run: never },
      background: noBackground,
      seen: new Map(),
    },
    policy: {
      judge: (action) => ({
        verdict: granted.has(action.kind) ? "allow" : (options.verdict ?? "allow"),
        reason: "the test says so",
      }),
      grant: (action) => granted.add(action.kind),
    },
    approver: { ask: (_, { signal }) => options.answer?.(signal) ?? Promise.resolve({ decision: "once" }) },
    clock: { now: () => new Date("2026-11-21T10:00:00Z") },
    timer: options.timer ?? fakeTimer(),
    gate: options.gate ?? openGate(),
    facts: { read: async () => options.facts?.() ?? new Map() },
    instructions: async () => options.instructions ?? "",
    journal,
    emit: (event) => events.push(event),
    planned: () => {},
    ...(options.queued ? { queued: options.queued } : {}),
    price: (_, usage) => usage.prompt + usage.output,
    newId: () => `q${++id}`,
  };
  return { deps, events, messages, kept, cuts };
}
