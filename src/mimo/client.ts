import OpenAI from "openai";
import { AgentError, StoppedError } from "../agent/errors.ts";
import type { Message } from "../agent/message.ts";
import type { ChatChunk, ChatModel, ChatRequest } from "../agent/ports.ts";
import { ChunkReader } from "./chunk.ts";
import { type Endpoint, keyKind } from "./endpoints.ts";
import { type Asked, errorInEvent, errorOf, networkError, withoutKey } from "./failures.ts";
import { Transport } from "./transport.ts";
import type { Timers } from "./watchdog.ts";
import { WEB_SEARCH_TOOL } from "./webSearch.ts";

export interface MimoOptions {
  readonly endpoint: Endpoint;
  /** Asked before every request, so that a rotated or removed key counts at once. */
  readonly key: () => Promise<string | undefined>;
  readonly fetch?: typeof fetch;
  /** Milliseconds without data, from the sending on, after which an answer counts as stalled. 90 s unless told. */
  readonly idleMs?: number;
  /** The same while comments say that the server is at work. 300 s unless told, and never less than `idleMs`. */
  readonly commentIdleMs?: number;
  readonly timers?: Timers;
}

/** First tokens took up to 10 s and gaps about 1 s in healthy streams (field reports, 2026). */
const IDLE_MS = 90_000;
const COMMENT_IDLE_MS = 300_000;
/** Between the event that names the answer's end and the usage that follows it. */
const AFTER_END_MS = 15_000;
/** The `openai` package's own timeout ends with the headers and is not wanted: the longest there is. */
const NEVER_MS = 2_147_483_647;

/**
 * The platform as a ChatModel. The `openai` package builds and sends the request; its stream reader is not used: it
 * knows no stall and no size, and ends without an error on what is no stream. Everything the package would read from
 * the environment (address, headers, log level, organisation) is set here.
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
  checkKey(key, options.endpoint);
  if (signal.aborted) throw new StoppedError();
  const asked: Asked = {
    plan: options.endpoint.takes === "plan" || keyKind(key ?? "") === "plan",
    images: request.messages.some(holdsImage),
  };
  const transport = new Transport({
    fetch: options.fetch ?? globalThis.fetch,
    patience: { idleMs: options.idleMs ?? IDLE_MS, commentIdleMs: options.commentIdleMs ?? COMMENT_IDLE_MS },
    timers: options.timers,
    refused: ({ status, headers, text }) => errorOf(status, text, { ...asked, headers }),
    signal,
  });
  const reader = new ChunkReader();
  let complete = false;
  try {
    const response = await connect(options, key, transport)
      // The body's key order is part of the cached prefix's neighbourhood: messages stand last, so that every
      // request's bytes continue the previous request's.
      .chat.completions.create(requestBody(request))
      .asResponse();
    for await (const event of transport.events(response)) {
      const json = parseEvent(event);
      if (json === CUT) continue;
      const failure = errorInEvent(json, { ...asked, named: event.name === "error" });
      if (failure) throw failure;
      const chunk = reader.read(json);
      if (!chunk) throw new AgentError("malformed", "A part of the answer could not be read.");
      if (chunk.choices[0]?.finish_reason) {
        complete = true;
        transport.hurry(AFTER_END_MS);
      }
      yield chunk;
    }
    if (signal.aborted) throw new StoppedError();
  } catch (thrown) {
    if (signal.aborted) throw new StoppedError();
    const error = transport.failure ?? (thrown instanceof AgentError ? thrown : networkError(thrown));
    // Nothing of the answer is missing then but perhaps its usage.
    if (complete && (error.reason === "stalled" || error.reason === "network")) return;
    throw withoutKey(error, key);
  } finally {
    transport.close();
  }
}

function checkKey(key: string | undefined, endpoint: Endpoint): void {
  if (!key) {
    if (endpoint.loopback) return;
    throw new AgentError("auth", "No API key is set.", { detail: "key_missing" });
  }
  // Node's error for a header that it cannot send quotes it.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new AgentError("auth", "The API key holds characters that no key has. Set it again.");
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
    timeout: NEVER_MS,
    logLevel: "off",
    fetch: transport.fetch,
    defaultHeaders: key ? {} : { Authorization: null },
    dangerouslyAllowBrowser: false,
  });
}

function requestBody(request: ChatRequest): OpenAI.ChatCompletionCreateParamsStreaming {
  const tools = request.webSearch ? [...request.tools, WEB_SEARCH_TOOL] : request.tools;
  const body = {
    model: request.model,
    stream: true,
    thinking: { type: request.thinking ? "enabled" : "disabled" },
    ...(tools.length > 0 ? { tools } : {}),
    messages: request.messages,
  };
  // `thinking`, `reasoning_content` and the search are the platform's own, which the package's types do not know.
  return body as unknown as OpenAI.ChatCompletionCreateParamsStreaming;
}

function holdsImage(message: Message): boolean {
  return message.role === "user" && typeof message.content !== "string"
    ? message.content.some((part) => part.type === "image_url")
    : false;
}

const CUT = Symbol("cut");

function parseEvent(event: { readonly data: string; readonly cut: boolean }): unknown {
  try {
    return JSON.parse(event.data);
  } catch {
    // What the stream's end leaves half an event of is no malformed event: the connection was cut in its middle.
    if (event.cut) return CUT;
    throw new AgentError("malformed", "A part of the answer could not be read.");
  }
}
