import type { AgentEvent } from "../agent/events.ts";
import { MAX_RETRIES } from "../agent/retry.ts";

type EventOf<T extends AgentEvent["type"]> = Extract<AgentEvent, { readonly type: T }>;

/** What the command line says of events, for people. */
export function retryWords({ reason, attempt, delayMs }: EventOf<"retry">): string {
  const seconds = Math.max(1, Math.round(delayMs / 1000));
  return `${troubleWords(reason)}: trying again in ${seconds} s (attempt ${attempt} of ${MAX_RETRIES})`;
}

function troubleWords(reason: EventOf<"retry">["reason"]): string {
  switch (reason) {
    case "rate":
    case "balance":
      return "The platform asks to wait";
    case "server":
      return "The platform has trouble";
    case "network":
      return "The platform could not be reached";
    case "cut":
      return "The connection broke off";
    case "stalled":
      return "Nothing came any more";
    default:
      return `The request failed (${reason})`;
  }
}

/** The reason stays readable for scripts, the words are for people. */
export function noticeWords({ reason, model }: EventOf<"notice">): string {
  const words = NOTICES.get(reason);
  if (reason === "model_retired" && model) return `notice (${reason}): the model is retired; ${model} answers instead`;
  return words ? `notice (${reason}): ${words}` : `notice: ${reason}`;
}

const NOTICES: ReadonlyMap<string, string> = new Map([
  ["max_turns", "stopped: the task has made as many requests as it may"],
  ["max_credits", "stopped: the task has cost what it may"],
  ["model_retired", "the model is retired; its successor answers instead"],
  ["flood", "the model made too many calls at once; the first were run"],
  ["leaked_calls", "the model wrote its calls as text; they were read from it"],
  ["no_answer", "the model thought and said nothing"],
  ["web_search_failed", "the web search failed; the model answers without it"],
  ["thinking_off", "the history cannot be thought over; the model answers without reasoning from here on"],
  ["session_repaired", "a part of the session could not be read and was passed over"],
  ["storage_full", "the disk is full; what was said last is not in the session file"],
]);

export function breakWords({ reason, tokens, credits }: EventOf<"prefix_break">): string {
  const cost = `about ${tokens} tokens are read anew, for ${Math.round(credits).toLocaleString("en")} credits`;
  return `cache prefix broken (${reason}): ${cost}`;
}

export function errorWords({ reason, message, retryAt }: EventOf<"error">): string {
  const wait = retryAt === undefined ? "" : `; the platform asks to wait until ${retryAt}`;
  return `error (${reason}): ${message}${wait}`;
}
