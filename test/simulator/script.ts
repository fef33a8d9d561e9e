import { readFileSync } from "node:fs";
import * as z from "zod";
import { type AccountKind, AccountSpec, KINDS } from "./accountSpec.ts";
import { ConsoleSpec } from "./consoleSpec.ts";

/**
 * The script: what the simulated model says and how the simulated platform behaves. All of it is optional.
 *
 *     models      ids that are served; without it the current list
 *     modelsAt    "both" (default), "v1" (only /v1/models), "root" (only /models) or "none": the rest answers 404
 *     account     kind none|payg|plan (sk, tp, ttp), cluster cn|sgp|ams, key or keys (without: every key of the kind),
 *                 credits (what may be spent), balance and currency CNY|USD (money, pay as you go), webSearch (the plugin
 *                 is on; off by default), limits {requestsPerMinute, tokensPerMinute, concurrent, retryAfter}: 429 over
 *                 them, retryAfter as in faults or "auto"
 *     console     the quota pages /api/v1/tokenPlan/usage, /tokenPlan/detail and /balance of the console, with the
 *                 account's own spending in them; without it every cookie is expired. Fields: consoleSpec.ts
 *     turns       played in order, one a request, whoever asks
 *     scenes      tried first: a scene whose `when` (a regular expression) matches the user's last words plays its turns
 *                 by how many answers have followed those words, so it needs no memory and survives retries, restarts
 *                 and several chats at once
 *     otherwise   a turn played when no scene matches and `turns` are used up
 *     transcript  what every speech recognition hears; without it, the `transcript` or `content` of the next turn.
 *                 Speech synthesis uses up no turn.
 *     paceMs      pause before every frame of every stream
 *     framedErrors  error bodies arrive as `data:{…}`, as streaming requests have seen them
 *
 * A turn: reasoning, content, calls [{name, arguments (object or raw string), id?}], finish, usage (what is not given is
 * counted), paceMs, transcript, search, fault; in `turns` and scenes also `instead` [{matches?, lacks?, turn}]: another
 * turn when the last tool results match or do not match. `search` {sources: [{url, title, …}], error?, searches?} is
 * what the platform's web search finds; it is played when the request offers that tool.
 *
 * A fault: {kind, at?, times?, …} or just the kind. Kinds, fields and defaults are in faults/, their other names in
 * faults/aliases.ts; `main.ts --help` lists them. `at` is the number of bytes of the body that still arrive. Without
 * `times` the turn is used up by its one faulty request. With `times: n` the turn fails for n requests and is played
 * whole after that; a turn that has nothing to say is over after its last failure. A request that a fault refuses is not
 * charged; one whose answer goes wrong on its way is.
 */
const Pattern = z.string().refine(isPattern, "not a regular expression");

const Call = z.strictObject({
  name: z.string(),
  /** An object, or the raw string as the model would stream it, which need not be valid JSON. */
  arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).default({}),
  id: z.string().optional(),
});

/** In the platform's words or the agent's; what is not given is counted. */
const TurnUsage = z.looseObject({
  prompt_tokens: z.int().min(0).optional(),
  cached_tokens: z.int().min(0).optional(),
  completion_tokens: z.int().min(0).optional(),
  reasoning_tokens: z.int().min(0).optional(),
  prompt: z.int().min(0).optional(),
  cached: z.int().min(0).optional(),
  output: z.int().min(0).optional(),
  reasoning: z.int().min(0).optional(),
});

const FaultFields = z.looseObject({
  kind: z.union([z.string(), z.int()]).transform(String),
  at: z.int().min(0).optional(),
  times: z.int().min(0).optional(),
});
const FaultSpec = z.preprocess(
  (value) => (typeof value === "string" || typeof value === "number" ? { kind: value } : value),
  FaultFields,
) as unknown as z.ZodType<z.output<typeof FaultFields>, z.input<typeof FaultFields> | string | number>;

/** Pages as the platform sends them, hostile ones included: whatever stands here goes out. */
const SearchSpec = z.strictObject({
  sources: z.array(z.looseObject({ url: z.string() })).default([]),
  error: z.string().optional(),
  /** Calls of the search that are billed. */
  searches: z.int().min(0).default(1),
});

const Finish = z.enum(["stop", "length", "tool_calls", "content_filter", "repetition_truncation"]);

const PlainTurn = z.strictObject({
  reasoning: z.string().optional(),
  content: z.string().optional(),
  calls: z.array(Call).optional(),
  finish: Finish.optional(),
  usage: TurnUsage.optional(),
  search: SearchSpec.optional(),
  transcript: z.string().optional(),
  fault: FaultSpec.optional(),
  /** Milliseconds. */
  paceMs: z.number().min(0).optional(),
});

const Instead = z.strictObject({ matches: Pattern.optional(), lacks: Pattern.optional(), turn: PlainTurn });
const Turn = PlainTurn.extend({ instead: z.array(Instead).optional() });

const Scene = z.strictObject({ when: Pattern, turns: z.array(Turn).min(1) });

const ScriptFile = z.strictObject({
  models: z.array(z.string()).optional(),
  modelsAt: z.enum(["both", "v1", "root", "none"]).default("both"),
  account: AccountSpec.optional(),
  console: ConsoleSpec.optional(),
  turns: z.array(Turn).default([]),
  scenes: z.array(Scene).default([]),
  otherwise: Turn.optional(),
  transcript: z.string().optional(),
  paceMs: z.number().min(0).optional(),
  framedErrors: z.boolean().optional(),
});

export type Script = z.output<typeof ScriptFile>;
export type ScriptInput = z.input<typeof ScriptFile>;
export type Turn = z.output<typeof Turn>;
export type PlainTurn = z.output<typeof PlainTurn>;
export type ScriptedCall = z.output<typeof Call>;
export type ScriptedSearch = z.output<typeof SearchSpec>;
export type TurnUsage = z.output<typeof TurnUsage>;
export type FaultSpec = z.output<typeof FaultFields>;
export type FinishReason = z.output<typeof Finish>;

/** Throws with what is wrong with it, in words. */
export function parseScript(value: unknown): Script {
  const parsed = ScriptFile.safeParse(value);
  if (!parsed.success) throw new Error(`The script cannot be played:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export function readScript(file: string): ScriptInput {
  return JSON.parse(readFileSync(file, "utf8"));
}

export function accountKind(script: Script): AccountKind {
  return KINDS[script.account?.kind ?? "none"];
}

/** Every turn that a script may play. */
export function turnsOf(script: Script): PlainTurn[] {
  const turns = [...script.turns, ...script.scenes.flatMap((scene) => scene.turns)];
  if (script.otherwise) turns.push(script.otherwise);
  return turns.flatMap((turn) => [turn, ...(turn.instead ?? []).map((other) => other.turn)]);
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "iu");
    return true;
  } catch {
    return false;
  }
}
