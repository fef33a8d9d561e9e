import type { Said } from "./answer.ts";
import { countedMessages, type Medium } from "./media.ts";
import type { ParsedRequest } from "./request.ts";
import type { TurnUsage } from "./script.ts";
import type { SearchResult } from "./webSearch.ts";

/** Counts of one request, in the platform's fields. */
export interface TokenUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: {
    readonly cached_tokens: number;
    readonly image_tokens?: number;
    readonly audio_tokens?: number;
    readonly video_tokens?: number;
  };
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
  readonly web_search_usage?: { readonly tool_usage: number; readonly page_usage: number };
}

export const BYTES_PER_TOKEN = 4;

export function tokensOf(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** What is counted and cached of a request: its tools, then its messages. */
export function promptBytes({ body, prompt }: ParsedRequest): Buffer {
  const tools = prompt.tools === undefined ? "" : JSON.stringify(prompt.tools);
  return Buffer.from(tools + JSON.stringify(countedMessages(body, prompt.messages)), "utf8");
}

/** What a turn's usage is: counted, unless the script says otherwise. `cachedBytes` are of whole blocks. */
export function usageOf(counts: {
  readonly promptBytes: number;
  readonly cachedBytes: number;
  /** Within the prompt's. */
  readonly mediaBytes: Readonly<Record<Medium, number>>;
  readonly said: Said;
  readonly scripted: TurnUsage | undefined;
  readonly search: SearchResult | undefined;
}): TokenUsage {
  const { said, scripted, mediaBytes, search } = counts;
  const prompt = scripted?.prompt_tokens ?? scripted?.prompt ?? tokensOf(counts.promptBytes);
  const output = scripted?.completion_tokens ?? scripted?.output ?? tokensOf(sizeOf(said));
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    prompt_tokens_details: {
      cached_tokens: scripted?.cached_tokens ?? scripted?.cached ?? Math.floor(counts.cachedBytes / BYTES_PER_TOKEN),
      ...(mediaBytes.image > 0 ? { image_tokens: tokensOf(mediaBytes.image) } : {}),
      ...(mediaBytes.audio > 0 ? { audio_tokens: tokensOf(mediaBytes.audio) } : {}),
      ...(mediaBytes.video > 0 ? { video_tokens: tokensOf(mediaBytes.video) } : {}),
    },
    completion_tokens_details: {
      reasoning_tokens: scripted?.reasoning_tokens ?? scripted?.reasoning ?? tokensOf(size(said.reasoning)),
    },
    ...(search ? { web_search_usage: search.usage } : {}),
  };
}

function sizeOf({ reasoning, content, calls }: Said): number {
  return calls.reduce((sum, call) => sum + size(call.name) + size(call.arguments), size(reasoning) + size(content));
}

function size(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
