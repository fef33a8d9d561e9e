import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Accumulator, type Answer, type Finishing } from "../../../src/agent/accumulate.ts";
import type { AssistantMessage, Usage } from "../../../src/agent/message.ts";
import type { ChatChunk, ChatModel, ChatRequest, WebSource } from "../../../src/agent/ports.ts";
import { createMimoModel } from "../../../src/mimo/client.ts";
import { parseBaseUrl } from "../../../src/mimo/endpoints.ts";

/** Raw bodies of streamed answers, as they come over the wire, and what they say. */
export interface Recording {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly expected: Expected;
}

export interface Expected {
  readonly message: AssistantMessage;
  readonly finish: string;
  readonly usage?: Usage;
  readonly sources?: readonly WebSource[];
  readonly searchErrors?: readonly string[];
}

export function recordings(): Recording[] {
  const folder = join(import.meta.dirname, "../../scenarios/streams");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sse"))
    .sort()
    .map((name) => ({
      name,
      bytes: readFileSync(join(folder, name)),
      expected: JSON.parse(readFileSync(join(folder, name.replace(/sse$/, "json")), "utf8")),
    }));
}

export const SIMULATED = (() => {
  const resolved = parseBaseUrl("http://127.0.0.1:9/v1");
  if (!resolved.ok) throw new Error("a loopback address must parse");
  return resolved.endpoint;
})();

/** The real client on a body that arrives in these pieces. */
export function modelOf(pieces: readonly Uint8Array[], headers = { "content-type": "text/event-stream" }): ChatModel {
  const respond = async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of pieces) if (piece.length > 0) controller.enqueue(piece);
        controller.close();
      },
    });
    return new Response(body, { status: 200, headers });
  };
  return createMimoModel({ endpoint: SIMULATED, key: async () => undefined, fetch: respond });
}

export const REQUEST: ChatRequest = { model: "mimo-v2.6-pro", tools: [], messages: [], thinking: true };

/** Recordings have ids, and no calls in their text. */
const FINISHING: Finishing = { readLeaked: () => [], newCallId: () => "call_none" };

export async function answerOf(model: ChatModel, request = REQUEST): Promise<Answer> {
  const accumulator = new Accumulator();
  for await (const chunk of model.stream(request, { signal: new AbortController().signal })) accumulator.push(chunk);
  return accumulator.finish(FINISHING);
}

/** The answer and what the web search said beside it, in the form of the recordings' expectations. */
export async function everythingOf(model: ChatModel): Promise<Expected> {
  const accumulator = new Accumulator();
  const sources: WebSource[] = [];
  const searchErrors: string[] = [];
  const collect = (chunk: ChatChunk) => {
    accumulator.push(chunk);
    for (const { delta } of chunk.choices) {
      sources.push(...(delta?.sources ?? []));
      if (delta?.searchError) searchErrors.push(delta.searchError);
    }
  };
  for await (const chunk of model.stream(REQUEST, { signal: new AbortController().signal })) collect(chunk);
  const { message, finish, usage } = accumulator.finish(FINISHING);
  return {
    message,
    finish,
    ...(usage ? { usage } : {}),
    ...(sources.length > 0 ? { sources } : {}),
    ...(searchErrors.length > 0 ? { searchErrors } : {}),
  };
}
