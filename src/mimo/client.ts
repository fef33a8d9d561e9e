import OpenAI, { APIError } from "openai";
import * as z from "zod";
import { AgentError, isAbort } from "../agent/errors.ts";
import type { ChatChunk, ChatModel, ChatRequest } from "../agent/ports.ts";
import type { Endpoint } from "./endpoints.ts";
import { errorOf, networkError, withoutKey } from "./failures.ts";
import { createTransport, type Transport } from "./transport.ts";

export interface MimoOptions {
  readonly endpoint: Endpoint;
  /** Asked before every request, so that a rotated or removed key counts at once. */
  readonly key: () => Promise<string | undefined>;
  readonly fetch?: typeof fetch;
}

const Fragment = z.looseObject({
  index: z.int().min(0).nullish(),
  id: z.string().nullish(),
  function: z.looseObject({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});

const Count = z.number().min(0);
const Chunk: z.ZodType<ChatChunk> = z.looseObject({
  choices: z.array(
    z.looseObject({
      delta: z
        .looseObject({
          content: z.string().nullish(),
          reasoning_content: z.string().nullish(),
          tool_calls: z.array(Fragment).nullish(),
        })
        .nullish(),
      finish_reason: z.string().nullish(),
    }),
  ),
  usage: z
    .looseObject({
      prompt_tokens: Count,
      completion_tokens: Count,
      prompt_tokens_details: z.looseObject({ cached_tokens: Count.nullish() }).nullish(),
      completion_tokens_details: z.looseObject({ reasoning_tokens: Count.nullish() }).nullish(),
    })
    .nullish(),
});

/** How long the platform may take to begin an answer, in milliseconds. First tokens took up to 10 s in the field. */
const HEADERS_TIMEOUT_MS = 120_000;

/**
 * The platform as a ChatModel, on the `openai` package's transport. Its stream helper is not used: it keeps only the
 * last chunk of fields it does not know, which loses reasoning. Everything the package would read from the
 * environment (address, headers, log level, organisation) is set here.
 */
export function createMimoModel(options: MimoOptions): ChatModel {
  return { stream: (request, { signal }) => streamAnswer(options, request, signal) };
}

async function* streamAnswer(
  options: MimoOptions,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ChatChunk> {
  const key = await options.key();
  if (!key && !options.endpoint.loopback) throw new AgentError("auth", "No API key is set.");
  const transport = createTransport(options.fetch ?? globalThis.fetch);
  const client = connect(options, key, transport);
  try {
    const { data, response } = await client.chat.completions
      // The body's key order is part of the cached prefix's neighbourhood: messages stand last, so that every
      // request's bytes continue the previous request's.
      .create(requestBody(request), { signal })
      .withResponse();
    await checkStream(response);
    for await (const raw of data) {
      const chunk = Chunk.safeParse(raw);
      if (!chunk.success) throw new AgentError("malformed", "A part of the answer could not be read.");
      yield chunk.data;
    }
  } catch (error) {
    // What the stream's end leaves half an event of is no malformed event: the connection was cut in its middle.
    if (error instanceof SyntaxError && transport.ended()) return;
    throw withoutKey(asAgentError(error, signal), key);
  }
}

function connect(options: MimoOptions, key: string | undefined, transport: Transport): OpenAI {
  return new OpenAI({
    // The package insists on a key; without one the header is left out.
    apiKey: key ?? "none",
    baseURL: options.endpoint.baseUrl,
    organization: null,
    project: null,
    webhookSecret: null,
    adminAPIKey: null,
    maxRetries: 0,
    timeout: HEADERS_TIMEOUT_MS,
    logLevel: "off",
    fetch: transport.fetch,
    defaultHeaders: key ? {} : { Authorization: null },
    dangerouslyAllowBrowser: false,
  });
}

function requestBody(request: ChatRequest): OpenAI.ChatCompletionCreateParamsStreaming {
  const body = {
    model: request.model,
    stream: true,
    thinking: { type: request.thinking ? "enabled" : "disabled" },
    ...(request.tools.length > 0 ? { tools: request.tools } : {}),
    messages: request.messages,
  };
  // `thinking` and `reasoning_content` are the platform's own fields, which the package's types do not know.
  return body as unknown as OpenAI.ChatCompletionCreateParamsStreaming;
}

/** A 200 that is not an event stream (a proxy's page, an error body) would read as an empty answer. */
async function checkStream(response: Response): Promise<void> {
  if (response.status >= 300 && response.status < 400) {
    throw new AgentError("not_a_stream", "The server answered with a redirect, which is not followed.", {
      status: response.status,
    });
  }
  const type = response.headers.get("content-type") ?? "";
  if (/^text\/event-stream\b/i.test(type)) return;
  // Nobody reads it: without this its connection stays open for as long as the server likes.
  await response.body?.cancel().catch(() => {});
  throw new AgentError("not_a_stream", `The server answered with ${type || "no content type"} instead of a stream.`, {
    status: response.status,
  });
}

function asAgentError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || isAbort(error)) return error;
  if (error instanceof AgentError) return error;
  if (error instanceof APIError && error.status !== undefined) {
    if (error.status >= 300 && error.status < 400) {
      return new AgentError("not_a_stream", "The server answered with a redirect, which is not followed.", {
        status: error.status,
      });
    }
    return errorOf(error.status, bodyOf(error));
  }
  // An error event in the stream arrives as an APIError without a status.
  if (error instanceof APIError && error.error) return errorOf(500, JSON.stringify({ error: error.error }));
  if (error instanceof SyntaxError) return new AgentError("malformed", "A part of the answer could not be read.");
  return networkError(error);
}

function bodyOf(error: APIError): string {
  if (error.error !== undefined) return JSON.stringify({ error: error.error });
  return error.message.replace(/^\d+\s*/, "");
}
