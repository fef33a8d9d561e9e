/**
 * The history in wire form: what the platform's `/v1/chat/completions` takes and gives.
 * Stored and replayed verbatim, so every field here is exactly what goes over the wire.
 */

/** A call the model made. `arguments` is the raw string as it came; it may be invalid JSON. */
export interface WireToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface TextPart {
  readonly type: "text";
  readonly text: string;
}

export interface ImagePart {
  readonly type: "image_url";
  /** A `data:` URL; remote images are never sent. */
  readonly image_url: { readonly url: string };
}

export type UserContent = string | readonly (TextPart | ImagePart)[];

/** What the user sends: words, and images as `data:` URLs. */
export interface Outgoing {
  readonly text: string;
  readonly images: readonly ImagePart[];
}

export interface SystemMessage {
  readonly role: "system";
  readonly content: string;
}

export interface UserMessage {
  readonly role: "user";
  readonly content: UserContent;
}

export interface AssistantMessage {
  readonly role: "assistant";
  /** `""` when the model said nothing beside its calls: the platform wants the field present. */
  readonly content: string;
  /** Byte for byte as streamed. Always present on messages with tool calls: the platform answers 400 without it. */
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly WireToolCall[];
}

/** Always a string: a list of parts is refused by the platform here. */
export interface ToolMessage {
  readonly role: "tool";
  readonly tool_call_id: string;
  readonly content: string;
}

export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** A tool as it is offered to the model. `parameters` (JSON schema) is always sent. */
export interface WireTool {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, unknown>>;
  };
}

/** Token counts of one request, as the platform reports them. `cached` is part of `prompt`, `reasoning` of `output`. */
export interface Usage {
  readonly prompt: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
}

/** Without halves of characters (lone surrogates), which cutting leaves behind and the platform cannot read. Never for
 * what the model said: that goes back as it came. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

/** Calls of the last assistant message that no tool message answers yet, in order. */
export function openCalls(messages: readonly Message[]): readonly WireToolCall[] {
  const answered = new Set<string>();
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i];
    if (message?.role === "tool") answered.add(message.tool_call_id);
    else if (message?.role === "assistant") {
      return (message.tool_calls ?? []).filter((call) => !answered.has(call.id));
    } else return [];
  }
  return [];
}
