import type { AgentErrorOptions, ErrorReason } from "../src/agent/errors.ts";
import type { PlainTurn, ScriptInput } from "./simulator/script.ts";

/**
 * Every way in which the platform is known to fail, and what must become of it: a typed outcome that the user sees.
 * - `final`: the task ends with the error; nothing is tried again.
 * - `retried`: asked again, at most `retries` times; persistent trouble ends the task with the same reason.
 * - `mended`: the task goes on by itself, with a notice where the user should know.
 */
export type Becomes =
  | { readonly kind: "final"; readonly reason: ErrorReason; readonly detail?: AgentErrorOptions["detail"] }
  | { readonly kind: "retried"; readonly reason: ErrorReason; readonly retries: number }
  | { readonly kind: "mended"; readonly notice?: string };

export interface PlatformFault {
  readonly name: string;
  /** Of the turn that fails; it calls `read_file` unless it says otherwise. */
  readonly turn: Turn;
  readonly becomes: Becomes;
  /** Comes from hosts of Token Plans only. */
  readonly planOnly?: true;
}

type Turn = NonNullable<ScriptInput["turns"]>[number];

const RETRIES = 5;
const final = (reason: ErrorReason, detail?: AgentErrorOptions["detail"]): Becomes => ({
  kind: "final",
  reason,
  ...(detail && { detail }),
});
const retried = (reason: ErrorReason, retries = RETRIES): Becomes => ({ kind: "retried", reason, retries });
const mended = (notice?: string): Becomes => ({ kind: "mended", ...(notice && { notice }) });

const READ = { name: "read_file", arguments: { path: "README.md" } };
const SAID = { reasoning: "Let me look at it. ".repeat(8), content: "I read the file first.", calls: [READ] };

function fault(name: string, spec: NonNullable<Turn["fault"]>, becomes: Becomes): PlatformFault {
  return { name, turn: { ...SAID, fault: spec }, becomes };
}

const fragments = (variant: string, becomes: Becomes) =>
  fault(`tool call fragments: ${variant}`, { kind: "fragments", variant }, becomes);

export const FAULTS: readonly PlatformFault[] = [
  fault("the socket closes within the answer", { kind: "close", at: 400 }, retried("network")),
  fault("the socket closes before the finish reason", { kind: "close" }, retried("network")),
  fault("the socket closes before the headers", { kind: "reset" }, retried("network")),
  fault("the body ends without a finish reason", { kind: "cut" }, retried("cut")),
  fault("the body ends within an event", { kind: "half_event" }, retried("cut")),
  fault("an empty stream", { kind: "empty" }, retried("cut")),
  fault("a stall within the answer", { kind: "stall", at: 400 }, retried("stalled", 1)),
  fault("a request that nobody answers", { kind: "silent" }, retried("stalled", 1)),
  fault("nothing but comments", { kind: "comments", everyMs: 50 }, retried("stalled", 1)),
  fault("half an event, then silence", { kind: "half_event", ending: "hold" }, retried("stalled", 1)),
  fault("an error event on an open socket", { kind: "error_event" }, retried("server")),
  fault(
    "an error event that names a full quota",
    { kind: "error_event", code: 429, message: "quota exhausted" },
    final("quota"),
  ),
  fault("an event that is not JSON", { kind: "malformed" }, final("malformed")),
  fault("a page on 200", { kind: "html" }, final("not_a_stream")),
  fault("an error body on 200", { kind: "json" }, final("not_a_stream")),
  fault("a redirect", { kind: "redirect", location: "http://127.0.0.1:9/v1" }, final("not_a_stream")),
  fault("500", { kind: "server" }, retried("server")),
  fault("500 in a frame", { kind: "server", framed: true }, retried("server")),
  fault("503", { kind: "overload" }, retried("server")),
  fault("503 with Retry-After in seconds", { kind: "overload", retryAfter: 1 }, retried("server")),
  fault("503 with Retry-After of an hour", { kind: "overload", retryAfter: 3600 }, final("server")),
  fault("429", { kind: "rate" }, retried("rate")),
  fault("429 with Retry-After in seconds", { kind: "rate", retryAfter: 1 }, retried("rate")),
  fault("429 with Retry-After as a date", { kind: "rate", retryAfter: { date: 1 } }, retried("rate")),
  fault("429 with Retry-After 0", { kind: "rate", retryAfter: 0 }, retried("rate")),
  fault("429 with Retry-After of an hour", { kind: "rate", retryAfter: 3600 }, final("rate")),
  fault("429 in a frame", { kind: "rate", framed: true }, retried("rate")),
  fault("429, the plan is used up", { kind: "quota" }, final("quota")),
  fault("402, no money", { kind: "balance" }, final("balance")),
  { ...fault("402 of a plan host under load", { kind: "burst" }, retried("balance")), planOnly: true },
  fault("401", { kind: "unauthorized" }, final("auth")),
  fault("403, the region", { kind: "forbidden" }, final("region")),
  fault("403, risk control", { kind: "risk" }, final("risk")),
  fault("441", { kind: "risk_control" }, final("risk")),
  fault("404", { kind: "not_found" }, final("input")),
  fault("421", { kind: "filter" }, final("filter")),
  fault("421 as 400", { kind: "filter", as: 400 }, final("filter")),
  fault("400", { kind: "bad_request" }, final("bad_request")),
  fault("400 in a frame", { kind: "bad_request", framed: true }, final("bad_request")),
  fault("400, over the window", { kind: "too_long" }, final("too_long")),
  fault("400, a model that is gone", { kind: "model_gone" }, final("bad_request", "model_gone")),
  fault("400, the web search is off", { kind: "web_search_off" }, final("bad_request", "web_search_off")),
  fragments("reordered", mended()),
  fragments("id_less", mended()),
  fragments("empty_id", mended()),
  fragments("null_named", mended()),
  fragments("late_name", mended()),
  fragments("index_less", mended()),
  fragments("whole", mended()),
  fragments("single", mended()),
  fault("tool call arguments that are cut", { kind: "fragments", variant: "cut", at: 5 }, mended()),
  {
    name: "calls as markup in the answer",
    turn: { ...SAID, fault: { kind: "leak" } },
    becomes: mended("leaked_calls"),
  },
  {
    name: "calls as markup in the reasoning",
    turn: { ...SAID, content: "", fault: { kind: "leak", where: "reasoning" } },
    becomes: mended("leaked_calls"),
  },
  fault("markup that breaks off", { kind: "leak", unfinished: true }, final("malformed")),
  {
    name: "a flood of calls",
    turn: {
      ...SAID,
      calls: [{ name: "read_file", arguments: { path: "src/{n}.js" } }],
      fault: { kind: "flood", count: 120 },
    },
    becomes: mended("flood"),
  },
  fault("the same call 120 times", { kind: "flood", count: 120 }, mended()),
  fault("reasoning that repeats itself", { kind: "repeats" }, final("repetition")),
  fault("an answer that repeats itself", { kind: "repeats", where: "content" }, final("repetition")),
  fault(
    "an answer that the platform ended for repeating itself",
    { kind: "repetition_truncation" },
    final("repetition"),
  ),
  { name: "an answer over the output limit", turn: { ...SAID, finish: "length" }, becomes: final("truncated") },
  { name: "an answer that the filter ended", turn: { ...SAID, finish: "content_filter" }, becomes: final("filter") },
  // The last one: a chat goes on without thinking after it, and without reasoning some of the others cannot happen.
  fault("400, reasoning must be passed back", { kind: "reasoning_missing", times: 1 }, mended("thinking_off")),
];

/** The turn with a fault that goes away after it struck `times` times. */
export function passing({ turn }: PlatformFault, times: number): PlainTurn {
  const spec = turn.fault;
  const named = typeof spec === "object" ? spec : { kind: String(spec) };
  return { ...turn, fault: { ...named, times } } as PlainTurn;
}
