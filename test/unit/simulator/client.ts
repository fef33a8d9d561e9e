import { type Simulator, type SimulatorOptions, startSimulator } from "../../simulator/server.ts";

/** A request as the strictest reader wants it; tests break one thing at a time. */
export const TOOL = {
  type: "function",
  function: { name: "read_file", description: "Reads.", parameters: { type: "object", properties: {} } },
};

export interface Request {
  model: string;
  messages: unknown[];
  [more: string]: unknown;
}

export function request(changes: Partial<Request> = {}): Request {
  return {
    model: "mimo-v2.6-pro",
    stream: true,
    tools: [TOOL],
    messages: [{ role: "user", content: "hi" }],
    ...changes,
  };
}

export function call(id: string, args = "{}"): unknown {
  return { id, type: "function", function: { name: "read_file", arguments: args } };
}

export interface Response {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

export async function post(
  simulator: Simulator,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const response = await fetch(`${simulator.url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

/** Runs one test against a simulator of its own. */
export async function withSimulator<T>(
  options: Partial<SimulatorOptions>,
  run: (simulator: Simulator) => Promise<T>,
): Promise<T> {
  const simulator = await startSimulator({ script: { otherwise: { content: "ok" } }, ...options });
  try {
    return await run(simulator);
  } finally {
    await simulator.close();
  }
}

/** The data of the events, `[DONE]` included; comments left out. */
export function events(text: string): unknown[] {
  return text
    .split("\n\n")
    .filter((frame) => frame.startsWith("data: "))
    .map((frame) => frame.slice("data: ".length))
    .map((data) => (data === "[DONE]" ? data : JSON.parse(data)));
}

/** A body as far as it came. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: number;
  readonly text: string;
  /** The connection broke, or nothing came for `ms` in all. */
  readonly failed: boolean;
}

/** Reads a stream to its end or failure; undefined when there was no answer at all. */
export async function receive(
  simulator: Simulator,
  options: { readonly ms?: number; readonly body?: unknown } = {},
): Promise<Received | undefined> {
  const parts: Uint8Array[] = [];
  let response: globalThis.Response;
  try {
    response = await fetch(`${simulator.url}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(options.body ?? request()),
      redirect: "manual",
      signal: AbortSignal.timeout(options.ms ?? 2000),
    });
  } catch {
    return undefined;
  }
  let failed = false;
  try {
    for await (const part of response.body ?? []) parts.push(part);
  } catch {
    failed = true;
  }
  const all = Buffer.concat(parts);
  return {
    status: response.status,
    headers: response.headers,
    bytes: all.length,
    text: all.toString("utf8"),
    failed,
  };
}

/** What a stream says, put together as it came. */
export interface Streamed {
  readonly reasoning: string;
  readonly content: string;
  readonly fragments: readonly Fragment[];
  readonly finish: string | undefined;
  readonly usage: Readonly<Record<string, unknown>> | undefined;
}

export interface Fragment {
  readonly index?: number;
  readonly id?: string | null;
  readonly type?: string | null;
  readonly function: { readonly name?: string | null; readonly arguments: string };
}

interface Chunk {
  readonly choices: readonly {
    readonly delta: {
      readonly reasoning_content?: string;
      readonly content?: string;
      readonly tool_calls?: readonly Fragment[];
    };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: Readonly<Record<string, unknown>>;
}

export function streamed(text: string): Streamed {
  const chunks = events(text).filter((event) => event !== "[DONE]") as Chunk[];
  const choices = chunks.flatMap((chunk) => chunk.choices[0] ?? []);
  return {
    reasoning: choices.map(({ delta }) => delta.reasoning_content ?? "").join(""),
    content: choices.map(({ delta }) => delta.content ?? "").join(""),
    fragments: choices.flatMap(({ delta }) => delta.tool_calls ?? []),
    finish: choices.map((choice) => choice.finish_reason).find((reason) => reason !== null) ?? undefined,
    usage: chunks.at(-1)?.usage,
  };
}
