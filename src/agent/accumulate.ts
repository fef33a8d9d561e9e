import { AgentError } from "./errors.ts";
import type { AssistantMessage, Usage, WireToolCall } from "./message.ts";
import type { ChatChunk, ChunkUsage, ToolCallFragment } from "./ports.ts";

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
}

interface PartialCall {
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
  #finish: string | undefined;
  #usage: Usage | undefined;

  /** Takes one chunk and returns what a face may show of it. Throws AgentError "malformed" on ambiguous fragments. */
  push(chunk: ChatChunk): Delta[] {
    const deltas: Delta[] = [];
    if (chunk.usage) this.#usage = readUsage(chunk.usage);
    const choice = chunk.choices[0];
    if (!choice) return deltas;
    const { delta } = choice;
    if (delta) {
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
  finish(): Answer {
    if (this.#finish === undefined) {
      throw new AgentError("cut", "The connection ended before the answer was complete.");
    }
    const finish = readFinish(this.#finish);
    const calls = finish === "stop" || finish === "tool_calls" ? this.#wholeCalls() : [];
    const { reasoning, content } = this.partial();
    if (finish === "tool_calls" && calls.length === 0) {
      throw new AgentError("malformed", "The model announced tool calls and sent none.");
    }
    const message: AssistantMessage =
      calls.length > 0
        ? { role: "assistant", content, reasoning_content: reasoning, tool_calls: calls }
        : reasoning === ""
          ? { role: "assistant", content }
          : { role: "assistant", content, reasoning_content: reasoning };
    return { message, finish, usage: this.#usage };
  }

  #wholeCalls(): WireToolCall[] {
    return this.#calls.map(({ id, name, argumentParts }) => {
      if (name === "") throw new AgentError("malformed", "A tool call arrived without a name.");
      return { id, type: "function", function: { name, arguments: argumentParts.join("") } };
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
      if (byIndex) throw new AgentError("malformed", "Two tool calls arrived under one index.");
      const call: PartialCall = { id: fragment.id, index, name: "", argumentParts: [] };
      this.#calls.push(call);
      return call;
    }
    if (byIndex) return byIndex;
    const only = this.#calls.length === 1 ? this.#calls[0] : undefined;
    if (index === undefined && only) return only;
    throw new AgentError("malformed", "A part of a tool call arrived that belongs to no call.");
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
