import * as z from "zod";
import { badRequest, TEXT_NOT_SET } from "./refusal.ts";
import { WebSearchTool } from "./webSearch.ts";

/**
 * The shape of a request body. Everything that the platform does not document is refused: since May 2026 it no longer
 * ignores parameters that it does not know.
 */
const TextPart = z.strictObject({ type: z.literal("text"), text: z.string(TEXT_NOT_SET) });
const ImagePart = z.strictObject({
  type: z.literal("image_url"),
  image_url: z.strictObject({ url: z.string().min(1) }),
});
const AudioPart = z.strictObject({
  type: z.literal("input_audio"),
  input_audio: z.strictObject({ data: z.string().min(1) }),
});
const VideoPart = z.strictObject({
  type: z.literal("video_url"),
  video_url: z.strictObject({ url: z.string().min(1) }),
  fps: z.number().min(0.1).max(10).optional(),
  media_resolution: z.enum(["default", "max"]).optional(),
});
const Part = z.discriminatedUnion("type", [TextPart, ImagePart, AudioPart, VideoPart]);

const ToolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal("function"),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string("arguments must be a string") }),
});

const SystemMessage = z.strictObject({ role: z.enum(["system", "developer"]), content: z.string(TEXT_NOT_SET) });
const UserMessage = z.strictObject({
  role: z.literal("user"),
  content: z.union([z.string(), z.array(Part).min(1)], { error: TEXT_NOT_SET }),
  name: z.string().optional(),
});
const AssistantMessage = z.strictObject({
  role: z.literal("assistant"),
  /** The schema lets it be left out beside calls; in practice null and absent have answered 400. */
  content: z.string(TEXT_NOT_SET),
  reasoning_content: z.string().optional(),
  tool_calls: z.array(ToolCall).min(1).optional(),
  name: z.string().optional(),
});
const ToolMessage = z.strictObject({
  role: z.literal("tool"),
  tool_call_id: z.string(),
  /** The schema allows a list of text parts, which answers 400 in practice. */
  content: z.string(TEXT_NOT_SET),
});

const Message = z.discriminatedUnion(
  "role",
  [SystemMessage, UserMessage, AssistantMessage, ToolMessage],
  "unknown role",
);

const FunctionTool = z.strictObject({
  type: z.literal("function"),
  function: z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "tool names are 1 to 64 of a-z, A-Z, 0-9, _ and -"),
    description: z.string().optional(),
    /** Optional by the schema; without it the call can come back as text. */
    parameters: z.looseObject({ type: z.literal("object") }, { error: "parameters must be given, an object schema" }),
    strict: z.boolean().optional(),
  }),
});
const Tool = z.discriminatedUnion("type", [FunctionTool, WebSearchTool]);

/** Of speech models; the rules for both are in speech.ts. */
const AudioOut = z.strictObject({
  format: z.enum(["wav", "mp3", "pcm", "pcm16"]).optional(),
  voice: z.string().optional(),
  optimize_text_preview: z.boolean().optional(),
});
const AsrOptions = z.strictObject({ language: z.string().min(1).optional() });

const Body = z.strictObject({
  model: z.string(),
  messages: z.array(Message).min(1, "messages must not be empty"),
  tools: z.array(Tool).min(1).optional(),
  tool_choice: z.literal("auto", 'only "auto"').optional(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean() }).nullish(),
  thinking: z.strictObject({ type: z.enum(["enabled", "disabled"]) }).optional(),
  max_completion_tokens: z.int().min(1).max(131_072).nullish(),
  temperature: z.number().min(0).max(1.5).optional(),
  top_p: z.number().min(0.01).max(1).optional(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  response_format: z.strictObject({ type: z.enum(["text", "json_object"]) }).optional(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  audio: AudioOut.optional(),
  asr_options: AsrOptions.optional(),
});

export type ChatBody = z.output<typeof Body>;
export type ChatMessage = z.output<typeof Message>;
export type ContentPart = z.output<typeof Part>;

export interface ParsedRequest {
  readonly body: ChatBody;
  /** What is counted and cached, as it came: validation would put keys into its own order. */
  readonly prompt: { readonly tools?: unknown; readonly messages: unknown };
}

/** Throws a Refusal that names the first thing that is wrong. */
export function parseBody(raw: string): ParsedRequest {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    throw badRequest("The body is not valid JSON");
  }
  const parsed = Body.safeParse(value);
  if (parsed.success) return { body: parsed.data, prompt: value as ParsedRequest["prompt"] };
  const issue = parsed.error.issues[0];
  throw badRequest(issue ? sentence(issue) : "The body is not a request");
}

function sentence(issue: z.core.$ZodIssue): string {
  // The platform names no place here, and clients recover by this very text.
  if (issue.message === TEXT_NOT_SET) return TEXT_NOT_SET;
  if (issue.message === "messages must not be empty") return issue.message;
  const place = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return `Unknown parameter ${[...issue.path, issue.keys[0] ?? ""].join(".")}`;
  }
  return place === "" ? issue.message : `${place}: ${issue.message}`;
}
