import * as z from "zod";
import { AgentError, StoppedError } from "../agent/errors.ts";
import { type Endpoint, keyKind } from "./endpoints.ts";
import { errorOf, networkError, withoutKey } from "./failures.ts";
import { readCapped, sentHeaders } from "./transport.ts";
import { realTimers, type Timers, Watchdog } from "./watchdog.ts";

export interface ListOptions {
  readonly endpoint: Endpoint;
  readonly key: string | undefined;
  readonly fetch?: typeof fetch;
  readonly signal: AbortSignal;
  /** Milliseconds for one answer, whole. 10 s unless told. */
  readonly patienceMs?: number;
  readonly timers?: Timers;
}

const PATIENCE_MS = 10_000;
/** Bytes; a list of a hundred models has about 20,000. */
const MAX_LIST = 1_048_576;
const MAX_MODELS = 500;

/**
 * Ids of the models the endpoint serves. Some hosts answered 404 on `/v1/models` and 200 on `/models`: both are
 * tried. Throws AgentError; reason "input" when neither knows the question, which says nothing about the key.
 */
export async function listModels(options: ListOptions): Promise<string[]> {
  const { key, signal } = options;
  // Node's error for a header that it cannot send quotes it.
  if (key && !/^[\x21-\x7e]+$/.test(key)) {
    throw new AgentError("auth", "The API key holds characters that no key has. Set it again.");
  }
  try {
    return await askForList(options);
  } catch (error) {
    if (signal.aborted) throw new StoppedError();
    throw withoutKey(error instanceof AgentError ? error : networkError(error), key);
  }
}

async function askForList(options: ListOptions): Promise<string[]> {
  const { baseUrl, takes } = options.endpoint;
  const root = baseUrl.replace(/\/v1$/, "");
  const addresses = [`${baseUrl}/models`, ...(root === baseUrl ? [] : [`${root}/models`])];
  const plan = takes === "plan" || keyKind(options.key ?? "") === "plan";
  let last = new AgentError("input", "The endpoint has no list of models.", { status: 404 });
  for (const address of addresses) {
    const { status, headers, text } = await ask(address, options);
    if (status === 404) {
      last = errorOf(404, text);
      continue;
    }
    if (status === 0 || (status >= 300 && status < 400)) {
      throw new AgentError("not_a_stream", "The server answered with a redirect, which is not followed.", { status });
    }
    if (status !== 200) throw errorOf(status, text, { plan, headers });
    return readList(text);
  }
  throw last;
}

async function ask(
  address: string,
  options: ListOptions,
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> {
  const idleMs = options.patienceMs ?? PATIENCE_MS;
  const watchdog = new Watchdog({ idleMs, commentIdleMs: idleMs }, options.timers ?? realTimers);
  const connection = new AbortController();
  const onAbort = () => connection.abort(new StoppedError());
  options.signal.addEventListener("abort", onAbort, { once: true });
  let whole = false;
  try {
    if (options.signal.aborted) throw new StoppedError();
    const response = await watchdog.wait(
      (options.fetch ?? globalThis.fetch)(address, {
        headers: sentHeaders(options.key ? { Authorization: `Bearer ${options.key}` } : {}),
        redirect: "manual",
        credentials: "omit",
        signal: connection.signal,
      }),
    );
    const body = await readCapped(response, { watchdog, max: MAX_LIST });
    whole = body.whole;
    const { status, headers } = response;
    if (status === 200 && !whole) throw unfinished(body.bytes);
    return { status, headers, text: body.text };
  } finally {
    options.signal.removeEventListener("abort", onAbort);
    if (!whole) connection.abort(new StoppedError());
  }
}

function unfinished(bytes: number): AgentError {
  return bytes >= MAX_LIST
    ? new AgentError("not_a_stream", "The endpoint's list of models is larger than any list can be.")
    : new AgentError("stalled", "The endpoint's list of models did not come to its end.");
}

const List = z.object({ data: z.array(z.unknown()) });
const Entry = z.object({ id: z.string().regex(/^[\x21-\x7e]{1,128}$/) });

function readList(text: string): string[] {
  const list = List.safeParse(parsed(text));
  if (!list.success) throw new AgentError("not_a_stream", "The endpoint's list of models could not be read.");
  // One entry that cannot be read must not hide the others.
  const ids = list.data.data.flatMap((entry) => {
    const model = Entry.safeParse(entry);
    return model.success ? [model.data.id] : [];
  });
  return [...new Set(ids)].slice(0, MAX_MODELS);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
