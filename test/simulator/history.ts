import { checkMedia } from "./media.ts";
import { speechKind } from "./models.ts";
import { badRequest, REASONING_MISSING } from "./refusal.ts";
import type { ChatBody, ChatMessage } from "./request.ts";

type Assistant = Extract<ChatMessage, { role: "assistant" }>;

/** Text models think unless told not to. */
export function isThinking(body: ChatBody): boolean {
  if (speechKind(body.model)) return false;
  return body.thinking ? body.thinking.type === "enabled" : body.model !== "mimo-v2-flash";
}

/** Throws a Refusal for requests to text models of the right shape that make no sense. */
export function checkRequest(body: ChatBody): void {
  if (body.audio) throw badRequest(`audio is not supported by ${body.model}`);
  if (body.asr_options) throw badRequest(`asr_options is not supported by ${body.model}`);
  checkTools(body);
  checkSampling(body);
  checkOrder(body.messages);
  checkPairs(body.messages);
  if (isThinking(body)) checkReasoning(body.messages);
  checkMedia(body);
}

function checkTools(body: ChatBody): void {
  const names = new Set<string>();
  for (const tool of body.tools ?? []) {
    if (tool.type === "web_search") continue;
    if (names.has(tool.function.name)) throw badRequest(`Tool names must be unique: ${tool.function.name}`);
    names.add(tool.function.name);
  }
}

/** The platform overrides both while thinking; whoever sends them believes something that is not so. */
function checkSampling(body: ChatBody): void {
  if (!isThinking(body)) return;
  if (body.temperature !== undefined) throw badRequest("temperature cannot be set in the thinking mode");
  if (body.top_p !== undefined) throw badRequest("top_p cannot be set in the thinking mode");
}

function checkOrder(messages: readonly ChatMessage[]): void {
  messages.forEach((message, index) => {
    const head = message.role === "system" || message.role === "developer";
    if (head && index > 0) throw badRequest(`messages.${index}: a ${message.role} message must come first`);
    if (message.role === "assistant" && isEmpty(message)) {
      throw badRequest(`messages.${index}: an assistant message needs content or tool_calls`);
    }
  });
  if (!messages.some((message) => message.role === "user")) throw badRequest("messages must hold a user message");
  const last = messages.at(-1);
  if (last?.role !== "user" && last?.role !== "tool") {
    // Unanswered calls are named as such below.
    if (last?.role === "assistant" && last.tool_calls) return;
    throw badRequest("The last message must be a user or tool message");
  }
}

function isEmpty(message: Assistant): boolean {
  return message.content === "" && !message.tool_calls && !message.reasoning_content;
}

/** Every call is answered once, right after its message and before anything else; nothing else is answered. */
function checkPairs(messages: readonly ChatMessage[]): void {
  let open = new Set<string>();
  messages.forEach((message, index) => {
    if (message.role === "tool") {
      if (!open.delete(message.tool_call_id)) {
        throw badRequest(
          `messages.${index}: tool message with tool_call_id ${message.tool_call_id} answers no preceding tool call`,
        );
      }
      return;
    }
    refuseOpen(open);
    open = message.role === "assistant" ? idsOf(message, index) : new Set();
  });
  refuseOpen(open);
}

function idsOf(message: Assistant, index: number): Set<string> {
  const ids = new Set<string>();
  for (const call of message.tool_calls ?? []) {
    if (ids.has(call.id)) throw badRequest(`messages.${index}: tool_calls ids must be unique: ${call.id}`);
    ids.add(call.id);
  }
  return ids;
}

function refuseOpen(open: ReadonlySet<string>): void {
  if (open.size === 0) return;
  throw badRequest(
    "An assistant message with tool_calls must be followed by tool messages responding to each tool_call_id. " +
      `Missing: ${[...open].join(", ")}`,
  );
}

function checkReasoning(messages: readonly ChatMessage[]): void {
  for (const message of messages) {
    if (message.role === "assistant" && message.tool_calls && message.reasoning_content === undefined) {
      throw badRequest(REASONING_MISSING);
    }
  }
}
