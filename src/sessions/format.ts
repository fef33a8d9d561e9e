import * as z from "zod";
import type { AgentEvent, AgentEventType } from "../agent/events.ts";
import type { Message, WireTool } from "../agent/message.ts";
import { SESSION_VERSION } from "./version.ts";

/**
 * The session file: JSON lines, one record a line, appended and never rewritten. A fixed interface.
 * Unknown fields are kept as they are, so that a file of a newer version is not impoverished by an older one.
 */
export { SESSION_VERSION };

const ToolCall = z.looseObject({
  id: z.string(),
  type: z.literal("function"),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

const Part = z.union([
  z.looseObject({ type: z.literal("text"), text: z.string() }),
  z.looseObject({ type: z.literal("image_url"), image_url: z.looseObject({ url: z.string() }) }),
]);

const WireMessage: z.ZodType<Message> = z.discriminatedUnion("role", [
  z.looseObject({ role: z.literal("system"), content: z.string() }),
  z.looseObject({ role: z.literal("user"), content: z.union([z.string(), z.array(Part)]) }),
  z.looseObject({
    role: z.literal("assistant"),
    content: z.string(),
    reasoning_content: z.string().exactOptional(),
    tool_calls: z.array(ToolCall).exactOptional(),
  }),
  z.looseObject({ role: z.literal("tool"), tool_call_id: z.string(), content: z.string() }),
]);

const Tool: z.ZodType<WireTool> = z.looseObject({
  type: z.literal("function"),
  function: z.looseObject({ name: z.string(), description: z.string(), parameters: z.record(z.string(), z.unknown()) }),
});

const COUNTS = { prompt: z.number(), cached: z.number(), output: z.number(), reasoning: z.number() };
const TokenUsage = z.object(COUNTS);

/** What the faces rely on, by the type of the event. Types that only a newer version knows are kept as they are. */
const EVENT_FIELDS: ReadonlyMap<string, z.ZodType> = new Map<AgentEventType, z.ZodType>([
  ["reasoning_delta", z.looseObject({ text: z.string() })],
  ["content_delta", z.looseObject({ text: z.string() })],
  ["tool_result", z.looseObject({ id: z.string(), status: z.enum(["ok", "error", "denied", "stopped"]) })],
  ["approval", z.looseObject({ id: z.string(), callId: z.string() })],
  ["usage", z.looseObject({ ...COUNTS, credits: z.number() })],
  ["retry", z.looseObject({ reason: z.string(), attempt: z.number(), delayMs: z.number() })],
  ["prefix_break", z.looseObject({ reason: z.string(), tokens: z.number(), credits: z.number() })],
  [
    "notice",
    z.looseObject({
      reason: z.string(),
      sources: z.array(z.looseObject({ url: z.string(), title: z.string() })).exactOptional(),
    }),
  ],
  ["error", z.looseObject({ reason: z.string(), message: z.string() })],
  ["end", z.looseObject({ outcome: z.enum(["done", "stopped", "failed"]) })],
]);

const Event = z
  .looseObject({ type: z.string(), at: z.string(), turn: z.number() })
  .refine(
    (event) => EVENT_FIELDS.get(event.type)?.safeParse(event).success ?? true,
  ) as unknown as z.ZodType<AgentEvent>;

const Head = z.object({
  v: z.literal(SESSION_VERSION),
  type: z.literal("session"),
  id: z.string(),
  at: z.string(),
  workspace: z.array(z.string()),
  model: z.string(),
  system: z.string(),
  tools: z.array(Tool),
});

export const SessionRecord = z.discriminatedUnion("type", [
  Head,
  z.object({ type: z.literal("message"), at: z.string(), message: WireMessage }),
  z.object({
    type: z.literal("usage"),
    at: z.string(),
    purpose: z.string(),
    model: z.string(),
    usage: TokenUsage,
    credits: z.number(),
    webSearch: z.literal(true).exactOptional(),
  }),
  z.object({
    type: z.literal("cut"),
    at: z.string(),
    from: z.int(),
    to: z.int(),
    by: z.string(),
    replacement: z.array(WireMessage),
  }),
  z.object({ type: z.literal("event"), at: z.string(), event: Event }),
]);

export type SessionRecord = z.infer<typeof SessionRecord>;
export type SessionHead = z.infer<typeof Head>;
