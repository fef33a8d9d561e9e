import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Accumulator, type Answer } from "../../../src/agent/accumulate.ts";
import type { ChatModel } from "../../../src/agent/ports.ts";
import { createMimoModel } from "../../../src/mimo/client.ts";
import { parseBaseUrl } from "../../../src/mimo/endpoints.ts";

/** Raw bodies of streamed answers, as they came over the wire. */
export interface Recording {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function recordings(): Recording[] {
  const folder = join(import.meta.dirname, "../../scenarios/streams");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sse"))
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
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

export async function answerOf(model: ChatModel): Promise<Answer> {
  const accumulator = new Accumulator();
  const request = { model: "mimo-v2.6-pro", tools: [], messages: [], thinking: true };
  for await (const chunk of model.stream(request, { signal: new AbortController().signal })) accumulator.push(chunk);
  return accumulator.finish();
}
