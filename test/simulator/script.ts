import { readFileSync } from "node:fs";
import * as z from "zod";

/**
 * What a simulated model plays: turns as data. `turns` are played in order, one a request, whoever asks. `scenes` are
 * tried first: a scene whose `when` matches the user's last words plays its turns by how many answers have followed
 * those words, so it needs no memory and survives retries, restarts and several chats at once.
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

/** `kind` names an entry of faults.ts; `at` is the number of bytes of the body that still arrive. */
const FaultSpec = z.looseObject({ kind: z.string(), at: z.int().min(0).optional() });

const Finish = z.enum(["stop", "length", "tool_calls", "content_filter", "repetition_truncation"]);

const PlainTurn = z.strictObject({
  reasoning: z.string().optional(),
  content: z.string().optional(),
  calls: z.array(Call).optional(),
  finish: Finish.optional(),
  usage: TurnUsage.optional(),
  fault: FaultSpec.optional(),
  /** Pause before every frame, in milliseconds. */
  paceMs: z.number().min(0).optional(),
});

/** Plays `turn` instead when the last tool results match `matches`, or do not match `lacks`. */
const Instead = z.strictObject({ matches: Pattern.optional(), lacks: Pattern.optional(), turn: PlainTurn });
const Turn = PlainTurn.extend({ instead: z.array(Instead).optional() });

const Scene = z.strictObject({ when: Pattern, turns: z.array(Turn).min(1) });

const KINDS = { none: "none", payg: "payg", sk: "payg", plan: "plan", tp: "plan", ttp: "plan" } as const;

const AccountSpec = z.strictObject({
  kind: z.enum(["none", "payg", "sk", "plan", "tp", "ttp"]).optional(),
  cluster: z.enum(["cn", "sgp", "ams"]).optional(),
  /** What may be spent; without it, no end. */
  credits: z.number().min(0).optional(),
  /** Only this key is valid; without it, every key of the right kind. */
  key: z.string().optional(),
});

const ScriptFile = z.strictObject({
  models: z.array(z.string()).optional(),
  account: AccountSpec.optional(),
  turns: z.array(Turn).default([]),
  scenes: z.array(Scene).default([]),
  /** Played when no scene matches and `turns` are used up. */
  otherwise: Turn.optional(),
  paceMs: z.number().min(0).optional(),
  /** Error bodies arrive as `data:{…}`, as streaming requests have seen them. */
  framedErrors: z.boolean().optional(),
});

export type Script = z.output<typeof ScriptFile>;
export type ScriptInput = z.input<typeof ScriptFile>;
export type Turn = z.output<typeof Turn>;
export type PlainTurn = z.output<typeof PlainTurn>;
export type ScriptedCall = z.output<typeof Call>;
export type FaultSpec = z.output<typeof FaultSpec>;
export type FinishReason = z.output<typeof Finish>;
export type AccountKind = "none" | "payg" | "plan";
export type Cluster = "cn" | "sgp" | "ams";

/** Throws with what is wrong with it, in words. */
export function parseScript(value: unknown): Script {
  const parsed = ScriptFile.safeParse(value);
  if (!parsed.success) throw new Error(`The script cannot be played:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export function readScript(file: string): Script {
  return parseScript(JSON.parse(readFileSync(file, "utf8")));
}

export function accountKind(script: Script): AccountKind {
  return KINDS[script.account?.kind ?? "none"];
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "iu");
    return true;
  } catch {
    return false;
  }
}
