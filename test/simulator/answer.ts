import { createHash } from "node:crypto";
import type { FinishReason, PlainTurn } from "./script.ts";
import type { TokenUsage } from "./tokens.ts";

export interface AnswerCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** What a turn says to one request, before it is put into chunks. */
export interface Answer {
  /** Of the completion. */
  readonly id: string;
  readonly model: string;
  /** Seconds. */
  readonly created: number;
  readonly reasoning: string;
  readonly content: string;
  readonly calls: readonly AnswerCall[];
  readonly finish: FinishReason;
  readonly usage: TokenUsage;
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
    arguments: typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments),
  }));
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

/** Characters of a delta: about what the platform puts into one. */
const PIECE = 16;

/** The frames of the streamed form, from the first comment to `[DONE]`. */
export function frames(answer: Answer): string[] {
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

  const out = [": PROCESSING\n\n", delta({ role: "assistant", content: "" })];
  for (const piece of pieces(answer.reasoning)) out.push(delta({ reasoning_content: piece }));
  for (const piece of pieces(answer.content)) out.push(delta({ content: piece }));
  answer.calls.forEach((call, index) => {
    const [first = "", ...rest] = pieces(call.arguments);
    const head = { index, id: call.id, type: "function", function: { name: call.name, arguments: "" } };
    out.push(delta({ tool_calls: [head] }));
    for (const piece of [first, ...rest]) {
      if (piece !== "") out.push(delta({ tool_calls: [{ index, function: { name: null, arguments: piece } }] }));
    }
  });
  out.push(delta({}, answer.finish), chunk([], { usage: answer.usage }), "data: [DONE]\n\n");
  return withComments(out);
}

/** A long answer is kept alive by a comment now and then. */
function withComments(all: readonly string[]): string[] {
  return all.flatMap((frame, index) => (index > 0 && index % 40 === 0 ? [": PROCESSING\n\n", frame] : [frame]));
}

/** In code points, so that no piece ends within a character. */
function pieces(text: string): string[] {
  const points = Array.from(text);
  const out: string[] = [];
  for (let i = 0; i < points.length; i += PIECE) out.push(points.slice(i, i + PIECE).join(""));
  return out;
}
