import * as z from "zod";
import { isAbort, StoppedError, ToolError } from "./errors.ts";
import type { AgentEventBody, ToolStatus } from "./events.ts";
import type { Ruling } from "./governor.ts";
import { type WireToolCall, wellFormed } from "./message.ts";
import type { Action, Approver, Policy, Verdict } from "./ports.ts";
import type { AnyTool, Plan, RunOptions, Tool, ToolEnv } from "./tool.ts";

/** How long a stopped tool may take to hand over what it has, in milliseconds. The user waits for this. */
const STOP_GRACE_MS = 350;

export interface CallResult {
  readonly call: WireToolCall;
  readonly status: ToolStatus;
  /** The tool message's content. Never empty; never half a character, which the platform cannot read. */
  readonly text: string;
}

export interface CallDeps {
  readonly tools: readonly AnyTool[];
  readonly env: ToolEnv;
  readonly policy: Policy;
  readonly approver: Approver;
  readonly emit: (event: AgentEventBody) => void;
  readonly planned: (callId: string, actions: readonly Action[]) => void;
  /** A command seems to wait for input, or goes on (undefined). */
  readonly waiting?: ((callId: string, prompt: string | undefined) => void) | undefined;
  readonly newId: () => string;
  /** Whether a call may run at all. */
  readonly ruling: (callId: string) => Ruling;
}

/**
 * Runs the calls of one answer. Every call gets exactly one result, whatever happens; results are handed to `answered`
 * in the order of the calls, as soon as that order allows. Never throws.
 */
export async function runCalls(
  calls: readonly WireToolCall[],
  deps: CallDeps,
  answered: (result: CallResult) => void,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  const known = new Map(deps.env.seen);
  for (const group of groupsOf(calls, deps.tools)) {
    const running: Promise<CallResult>[] = [];
    for (const call of group) {
      const prepared = await prepare(call, { deps, known }, options.signal);
      running.push("status" in prepared ? Promise.resolve(prepared) : execute(call, prepared, options.signal));
    }
    for (const result of running) answered(await result);
  }
}

/** Neighbouring read-only calls share a group and run side by side; every other call is a group of its own. */
function groupsOf(calls: readonly WireToolCall[], tools: readonly AnyTool[]): WireToolCall[][] {
  const groups: WireToolCall[][] = [];
  let open: WireToolCall[] | undefined;
  for (const call of calls) {
    const readOnly = findTool(tools, call.function.name)?.readOnly === true;
    if (readOnly && open) open.push(call);
    else {
      const group = [call];
      groups.push(group);
      open = readOnly ? group : undefined;
    }
  }
  return groups;
}

function findTool(tools: readonly AnyTool[], name: string): Tool | undefined {
  // Arguments are validated by the tool's own schema before they reach it, which the element type cannot say.
  return tools.find((tool) => tool.name === name) as Tool | undefined;
}

interface Prepared extends RunOptions {
  readonly plan: Plan;
  /** What the call has seen and written counts from here on. */
  readonly done: () => void;
}

interface Answer {
  readonly deps: CallDeps;
  /** The files as the model knew them when it wrote this answer, or has left them by its calls since. What a call reads
   * or is told it does not know before its next answer: no other call of this one was written in the light of it. */
  readonly known: Map<string, string>;
}

/** Validates, plans and gets approval. Nothing has happened when this returns. */
async function prepare(
  call: WireToolCall,
  { deps, known }: Answer,
  signal: AbortSignal,
): Promise<CallResult | Prepared> {
  if (signal.aborted) return stopped(call);
  const ruling = deps.ruling(call.id);
  if (ruling.kind === "answer") return { call, status: ruling.status, text: ruling.text };
  try {
    const tool = findTool(deps.tools, call.function.name);
    if (!tool) throw new ToolError(`There is no tool "${call.function.name}". Tools: ${namesOf(deps.tools)}.`);
    const seen = new Map(known);
    const run = {
      env: { ...deps.env, seen },
      callId: call.id,
      signal,
      output: (text: string) => deps.emit({ type: "tool_output", id: call.id, text }),
      waiting: (prompt: string | undefined) => deps.waiting?.(call.id, prompt),
    };
    const plan = await withGrace(tool.plan(parseArguments(tool, call.function.arguments), run), signal);
    deps.planned(call.id, plan.actions);
    const asked = await approval(call, plan.actions, deps, signal);
    if ("status" in asked) return asked;
    const writes = plan.actions.some(({ kind }) => kind !== "read");
    const before = new Map(known);
    const done = () => {
      for (const all of writes ? [deps.env.seen, known] : [deps.env.seen]) bringUpTo(all, before, seen);
    };
    return { plan, done, ...asked };
  } catch (error) {
    return failed(call, error, signal);
  }
}

async function approval(
  call: WireToolCall,
  actions: readonly Action[],
  deps: CallDeps,
  signal: AbortSignal,
): Promise<CallResult | RunOptions> {
  let chosen: RunOptions = {};
  for (const action of actions) {
    const verdict: Verdict = deps.policy.judge(action);
    if (verdict.verdict === "allow") continue;
    if (verdict.verdict === "deny") return { call, status: "denied", text: `Not allowed: ${verdict.reason}` };
    const id = deps.newId();
    deps.emit({ type: "approval", id, callId: call.id });
    const answer = await deps.approver.ask(
      { id, callId: call.id, tool: call.function.name, action, reason: verdict.reason },
      { signal },
    );
    if (signal.aborted) return stopped(call);
    switch (answer.decision) {
      case "deny":
        return { call, status: "denied", text: refusalText(answer.reason) };
      case "session":
        deps.policy.grant(action);
        break;
      case "once":
        if (answer.hunks?.length === 0) return { call, status: "denied", text: refusalText(undefined) };
        if (answer.hunks && action.kind === "write" && action.change.selectable) {
          chosen = { hunks: new Set(answer.hunks) };
        }
        break;
    }
  }
  return chosen;
}

function refusalText(reason: string | undefined): string {
  const words = reason?.trim();
  return words ? `The user refused this call and said: ${wellFormed(words)}` : "The user refused this call.";
}

/** Makes the same changes that led from `before` to `after`. */
function bringUpTo(seen: Map<string, string>, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  for (const path of before.keys()) if (!after.has(path)) seen.delete(path);
  for (const [path, version] of after) if (before.get(path) !== version) seen.set(path, version);
}

async function execute(call: WireToolCall, { plan, hunks, done }: Prepared, signal: AbortSignal): Promise<CallResult> {
  if (signal.aborted) return stopped(call);
  try {
    const text = await withGrace(plan.run({ hunks }).finally(done), signal);
    if (signal.aborted) return stopped(call, text);
    return { call, status: "ok", text: text === "" ? "(empty)" : wellFormed(text) };
  } catch (error) {
    return failed(call, error, signal);
  }
}

/** Waits for a tool; once the user has stopped, only a moment longer. */
async function withGrace<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  const limit = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => reject(new StoppedError()), STOP_GRACE_MS);
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal.removeEventListener("abort", onAbort);
    // A tool that fails after it was given up has nobody left to tell.
    work.catch(() => {});
  }
}

function stopped(call: WireToolCall, text?: string): CallResult {
  const note = "Stopped by the user.";
  return { call, status: "stopped", text: text ? `${wellFormed(text)}\n[${note}]` : note };
}

function failed(call: WireToolCall, error: unknown, signal: AbortSignal): CallResult {
  if (signal.aborted || isAbort(error)) return stopped(call);
  const message = error instanceof Error ? error.message : String(error);
  const text = error instanceof ToolError && message !== "" ? message : `The tool failed: ${message}`;
  return { call, status: "error", text: wellFormed(text) };
}

function parseArguments(tool: Tool, raw: string): unknown {
  let value: unknown;
  try {
    value = raw.trim() === "" ? {} : JSON.parse(raw);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ToolError(
      `The arguments of ${tool.name} are not valid JSON (${why}). Send them again as one JSON object.`,
    );
  }
  const parsed = tool.schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ToolError(`Wrong arguments for ${tool.name}:\n${z.prettifyError(parsed.error)}`);
}

function namesOf(tools: readonly AnyTool[]): string {
  return tools.flatMap((tool) => (tool.unlisted ? [] : [tool.name])).join(", ");
}
