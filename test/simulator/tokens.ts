import type { ParsedRequest } from "./request.ts";
import type { PlainTurn } from "./script.ts";

/** Counts of one request, in the platform's fields. */
export interface TokenUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
}

const BYTES_PER_TOKEN = 4;

export function tokensOf(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** What is counted and cached of a request: its tools, then its messages. */
export function promptBytes(prompt: ParsedRequest["prompt"]): Buffer {
  const tools = prompt.tools === undefined ? "" : JSON.stringify(prompt.tools);
  return Buffer.from(tools + JSON.stringify(prompt.messages), "utf8");
}

/** What a turn's usage is: counted, unless the script says otherwise. `cachedBytes` are of whole blocks. */
export function usageOf(counts: {
  readonly promptBytes: number;
  readonly cachedBytes: number;
  readonly turn: PlainTurn;
  readonly argumentTexts: readonly string[];
}): TokenUsage {
  const said = counts.turn.usage;
  const reasoningBytes = size(counts.turn.reasoning);
  const callBytes = (counts.turn.calls ?? []).reduce((sum, call) => sum + size(call.name), 0);
  const argumentBytes = counts.argumentTexts.reduce((sum, text) => sum + size(text), 0);
  const outputBytes = reasoningBytes + size(counts.turn.content) + callBytes + argumentBytes;
  const prompt = said?.prompt_tokens ?? said?.prompt ?? tokensOf(counts.promptBytes);
  const output = said?.completion_tokens ?? said?.output ?? tokensOf(outputBytes);
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    prompt_tokens_details: {
      cached_tokens: said?.cached_tokens ?? said?.cached ?? Math.floor(counts.cachedBytes / BYTES_PER_TOKEN),
    },
    completion_tokens_details: {
      reasoning_tokens: said?.reasoning_tokens ?? said?.reasoning ?? tokensOf(reasoningBytes),
    },
  };
}

function size(text: string | undefined): number {
  return text === undefined ? 0 : Buffer.byteLength(text, "utf8");
}
