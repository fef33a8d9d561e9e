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
