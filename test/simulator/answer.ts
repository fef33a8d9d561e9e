import { createHash } from "node:crypto";
import { fragmentsOf, pieces, type Rearrange } from "./fragments.ts";
import type { FinishReason, PlainTurn } from "./script.ts";
import type { TokenUsage } from "./tokens.ts";
import type { SearchResult } from "./webSearch.ts";

export interface AnswerCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** What the model says: what its output tokens are. */
export interface Said {
  readonly reasoning: string;
  readonly content: string;
  readonly calls: readonly AnswerCall[];
}

/** What a turn says to one request, before it is put into chunks. */
export interface Answer extends Said {
  /** Of the completion. */
  readonly id: string;
  readonly model: string;
  /** Seconds. */
  readonly created: number;
  readonly finish: FinishReason;
  readonly usage: TokenUsage;
  readonly search?: SearchResult | undefined;
  readonly audio?: AnswerAudio | undefined;
}

/** Synthesised speech. */
export interface AnswerAudio {
  readonly id: string;
  readonly bytes: Buffer;
  /** The text that was spoken, when the request wanted it polished. */
  readonly spoken: string | undefined;
}

/** Ids are the same for the same request at the same place, and differ between requests. */
export function answerIds(seed: string): { readonly completion: string; readonly call: (index: number) => string } {
  const digest = (part: string) => createHash("sha256").update(`${seed}\n${part}`).digest("hex");
  return { completion: digest("completion").slice(0, 32), call: (index) => `call_${digest(`${index}`).slice(0, 24)}` };
}

/** The calls of a turn as they are sent: arguments as one string each. */
export function callsOf(turn: PlainTurn, id: (index: number) => string): AnswerCall[] {
  return (turn.calls ?? []).map((call, index) => ({
    id: call.id ?? id(index),
    name: call.name,
    arguments: argumentsText(call.arguments),
  }));
}

export function argumentsText(value: string | Readonly<Record<string, unknown>>): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The non-streamed form. */
export function completion(answer: Answer): unknown {
  return {
    id: answer.id,
    object: "chat.completion",
    created: answer.created,
    model: answer.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: answer.content,
          ...(answer.reasoning === "" ? {} : { reasoning_content: answer.reasoning }),
          ...(answer.calls.length === 0 ? {} : { tool_calls: answer.calls.map(wireCall) }),
          ...searchFields(answer.search),
          ...(answer.audio
            ? { audio: audioField(answer.audio, answer.audio.bytes), ...spokenField(answer.audio) }
            : {}),
        },
        finish_reason: answer.finish,
      },
    ],
    usage: answer.usage,
  };
}

function wireCall(call: AnswerCall): unknown {
  return { id: call.id, type: "function", function: { name: call.name, arguments: call.arguments } };
}

function searchFields(search: SearchResult | undefined): Record<string, unknown> {
  if (!search) return {};
  return { annotations: search.annotations, ...(search.error === undefined ? {} : { error_message: search.error }) };
}

function audioField(audio: AnswerAudio, bytes: Buffer): Record<string, unknown> {
  return { id: audio.id, data: bytes.toString("base64"), expires_at: null, transcript: null };
}

function spokenField(audio: AnswerAudio): Record<string, unknown> {
  return audio.spoken === undefined ? {} : { final_text_preview: audio.spoken };
}

/** Bytes of speech in a chunk. */
const AUDIO_PIECE = 4800;

/** The frames of the streamed form, from the first comment to `[DONE]`. Sources of a search stand in the first chunk. */
export function frames(answer: Answer, rearrange: Rearrange): string[] {
  const chunk = (choices: readonly unknown[], more: Record<string, unknown> = {}) =>
    `data: ${JSON.stringify({
      id: answer.id,
      object: "chat.completion.chunk",
      created: answer.created,
      model: answer.model,
      choices,
      ...more,
    })}\n\n`;
  const delta = (fields: Record<string, unknown>, finish: FinishReason | null = null) =>
    chunk([{ index: 0, delta: fields, finish_reason: finish }]);

  const out = [": PROCESSING\n\n", delta({ role: "assistant", content: "", ...searchFields(answer.search) })];
  for (const piece of pieces(answer.reasoning)) out.push(delta({ reasoning_content: piece }));
  for (const piece of pieces(answer.content)) out.push(delta({ content: piece }));
  for (const fragment of rearrange(fragmentsOf(answer.calls))) out.push(delta({ tool_calls: [fragment] }));
  for (const fields of audioDeltas(answer.audio)) out.push(delta(fields));
  out.push(delta({}, answer.finish), chunk([], { usage: answer.usage }), "data: [DONE]\n\n");
  return withComments(out);
}

function audioDeltas(audio: AnswerAudio | undefined): Record<string, unknown>[] {
  if (!audio) return [];
  const out: Record<string, unknown>[] = [];
  for (let at = 0; at < audio.bytes.length; at += AUDIO_PIECE) {
    const field = { audio: audioField(audio, audio.bytes.subarray(at, at + AUDIO_PIECE)) };
    out.push(at === 0 ? { ...field, ...spokenField(audio) } : field);
  }
  return out;
}

/** A long answer is kept alive by a comment now and then. */
function withComments(all: readonly string[]): string[] {
  return all.flatMap((frame, index) => (index > 0 && index % 40 === 0 ? [": PROCESSING\n\n", frame] : [frame]));
}
