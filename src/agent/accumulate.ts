import { AgentError } from "./errors.ts";
import type { AssistantMessage, Usage, WireToolCall } from "./message.ts";
import type { ChatChunk, ChunkUsage, ToolCallFragment, WebSource } from "./ports.ts";

export type Delta =
  | { readonly type: "reasoning_delta"; readonly text: string }
  | { readonly type: "content_delta"; readonly text: string };

export type FinishReason = "stop" | "tool_calls" | "length" | "content_filter" | "repetition_truncation";

/** One whole answer. */
export interface Answer {
  readonly message: AssistantMessage;
  readonly finish: FinishReason;
  /** undefined when the stream brought none. */
  readonly usage: Usage | undefined;
  /** Pages of the platform's web search, each once. */
  readonly sources: readonly WebSource[];
  /** What the web search said of its own failure. */
  readonly searchError: string | undefined;
  /** The calls came as text and were read from it. */
  readonly leaked: boolean;
}

/** Reads calls from the text of an answer that has none. Throws AgentError "malformed" where it cannot. */
export type ReadLeaked = (text: { readonly reasoning: string; readonly content: string }) => readonly WireToolCall[];

/** What the accumulator cannot know by itself. */
export interface Finishing {
  readonly readLeaked: ReadLeaked;
  /** An id for a call that came without one: the history needs it, and the platform takes whatever stands there. */
  readonly newCallId: () => string;
}

/** Up to 120 in one answer have been seen (field reports, October 2026). Every fragment is looked for among them. */
const MAX_CALLS = 1_000;

interface PartialCall {
  /** "" until it comes, which it may not. */
  id: string;
  index: number | undefined;
  name: string;
  readonly argumentParts: string[];
}

/**
 * Folds stream chunks into one assistant message, byte for byte. Tool call fragments are joined by id first, by index
 * second; what fits neither or both is an error, never a merge: a call must not run with another call's arguments.
 */
export class Accumulator {
  readonly #content: string[] = [];
  readonly #reasoning: string[] = [];
  readonly #calls: PartialCall[] = [];
  readonly #sources = new Map<string, WebSource>();
  #finish: string | undefined;
  #searchError: string | undefined;
  #usage: Usage | undefined;

  /** Takes one chunk and returns what a face may show of it. Throws AgentError "malformed" on ambiguous fragments. */
  push(chunk: ChatChunk): Delta[] {
    const deltas: Delta[] = [];
    if (chunk.usage) this.#usage = readUsage(chunk.usage);
    const choice = chunk.choices[0];
    if (!choice) return deltas;
    const { delta } = choice;
    if (delta) {
      for (const source of delta.sources ?? [])
        if (!this.#sources.has(source.url)) this.#sources.set(source.url, source);
      this.#searchError ??= delta.searchError;
      const late = this.#finish !== undefined;
      if (delta.reasoning_content) {
        this.#reasoning.push(delta.reasoning_content);
        deltas.push({ type: "reasoning_delta", text: delta.reasoning_content });
      }
      if (delta.content) {
        this.#content.push(delta.content);
        deltas.push({ type: "content_delta", text: delta.content });
      }
      for (const fragment of delta.tool_calls ?? []) this.#pushFragment(fragment);
      if (late && (deltas.length > 0 || delta.tool_calls?.length)) {
        throw new AgentError("malformed", "The answer went on after its end was announced.");
      }
    }
    if (choice.finish_reason) this.#finish = choice.finish_reason;
    return deltas;
  }

  /** What has arrived so far, for keeping the text of an answer that will not be used. */
  partial(): { readonly reasoning: string; readonly content: string } {
    return { reasoning: this.#reasoning.join(""), content: this.#content.join("") };
  }

  get usage(): Usage | undefined {
    return this.#usage;
  }

  /** The whole answer, once the stream has ended. Throws AgentError: "cut" without `finish_reason`, "malformed". */
  finish({ readLeaked, newCallId }: Finishing): Answer {
    if (this.#finish === undefined) {
      throw new AgentError("cut", "The connection ended before the answer was complete.");
    }
    const finish = readFinish(this.#finish);
    const mayCall = finish === "stop" || finish === "tool_calls";
    const { reasoning, content } = this.partial();
    const sent = mayCall ? this.#wholeCalls(newCallId) : [];
    const calls = mayCall && sent.length === 0 ? readLeaked({ reasoning, content }) : sent;
    if (finish === "tool_calls" && calls.length === 0) {
      throw new AgentError("malformed", "The model announced tool calls and sent none.");
    }
    const leaked = calls.length > sent.length;
    const message: AssistantMessage =
      calls.length > 0
        ? { role: "assistant", content, reasoning_content: reasoning, tool_calls: calls }
        : reasoning === ""
          ? { role: "assistant", content }
          : { role: "assistant", content, reasoning_content: reasoning };
    const sources = [...this.#sources.values()];
    return { message, finish, usage: this.#usage, sources, searchError: this.#searchError, leaked };
  }

  #wholeCalls(newCallId: () => string): WireToolCall[] {
    return this.#calls.map(({ id, name, argumentParts }) => {
      if (name === "") throw new AgentError("malformed", "A tool call arrived without a name.");
      return { id: id || newCallId(), type: "function", function: { name, arguments: argumentParts.join("") } };
    });
  }

  #pushFragment(fragment: ToolCallFragment): void {
    const call = this.#callOf(fragment);
    const name = fragment.function?.name;
    if (name) {
      if (call.name !== "" && call.name !== name) {
        throw new AgentError("malformed", "Fragments of different tool calls arrived under one id.");
      }
      call.name = name;
    }
    const args = fragment.function?.arguments;
    if (args) call.argumentParts.push(args);
  }

  #callOf(fragment: ToolCallFragment): PartialCall {
    const index = fragment.index ?? undefined;
    const byIndex = index === undefined ? undefined : this.#calls.find((call) => call.index === index);
    if (fragment.id) {
      const byId = this.#calls.find((call) => call.id === fragment.id);
      if (byId) {
        if (index !== undefined && byId.index !== undefined && byId.index !== index) {
          throw new AgentError("malformed", "One tool call id arrived under two indices.");
        }
        return byId;
      }
      if (byIndex && byIndex.id !== "") throw new AgentError("malformed", "Two tool calls arrived under one index.");
      if (byIndex) {
        byIndex.id = fragment.id;
        return byIndex;
      }
      return this.#newCall(fragment.id, index);
    }
    if (byIndex) return byIndex;
    // An index of its own tells a call apart as well as an id does.
    if (index !== undefined || this.#calls.length === 0) return this.#newCall("", index);
    const only = this.#calls.length === 1 ? this.#calls[0] : undefined;
    if (only) return only;
    throw new AgentError("malformed", "A part of a tool call arrived that belongs to no call.");
  }

  #newCall(id: string, index: number | undefined): PartialCall {
    if (this.#calls.length >= MAX_CALLS)
      throw new AgentError("malformed", "More tool calls arrived than can be meant.");
    const call: PartialCall = { id, index, name: "", argumentParts: [] };
    this.#calls.push(call);
    return call;
  }
}

function readFinish(reason: string): FinishReason {
  switch (reason) {
    case "stop":
    case "tool_calls":
    case "length":
    case "content_filter":
    case "repetition_truncation":
      return reason;
    default:
      throw new AgentError("malformed", `The answer ended for an unknown reason (${reason.slice(0, 40)}).`);
  }
}

function readUsage(usage: ChunkUsage): Usage {
  return {
    prompt: usage.prompt_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    output: usage.completion_tokens,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
  };
}
