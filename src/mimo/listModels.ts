import * as z from "zod";
import { AgentError, isAbort } from "../agent/errors.ts";
import type { Endpoint } from "./endpoints.ts";
import { errorOf, networkError, withoutKey } from "./failures.ts";

const List = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

export interface ListOptions {
  readonly endpoint: Endpoint;
  readonly key: string | undefined;
  readonly fetch?: typeof fetch;
  readonly signal: AbortSignal;
}

/**
 * Ids of the models the endpoint serves. Some hosts answered 404 on `/v1/models` and 200 on `/models`: both are
 * tried. Throws AgentError; reason "input" when neither knows the question, which says nothing about the key.
 */
export async function listModels(options: ListOptions): Promise<string[]> {
  try {
    return await askForList(options);
  } catch (error) {
    throw withoutKey(error, options.key);
  }
}

async function askForList(options: ListOptions): Promise<string[]> {
  const { baseUrl } = options.endpoint;
  const root = baseUrl.replace(/\/v1$/, "");
  const addresses = [`${baseUrl}/models`, ...(root === baseUrl ? [] : [`${root}/models`])];
  let last = new AgentError("input", "The endpoint has no list of models.", { status: 404 });
  for (const address of addresses) {
    const response = await ask(address, options);
    const text = await response.text();
    if (response.status === 404) {
      last = errorOf(404, text);
      continue;
    }
    if (response.status !== 200) throw errorOf(response.status, text);
    return readList(text);
  }
  throw last;
}

async function ask(address: string, options: ListOptions): Promise<Response> {
  try {
    return await (options.fetch ?? globalThis.fetch)(address, {
      headers: options.key ? { Authorization: `Bearer ${options.key}` } : {},
      redirect: "manual",
      signal: options.signal,
    });
  } catch (error) {
    if (options.signal.aborted || isAbort(error)) throw error;
    throw networkError(error);
  }
}

function readList(text: string): string[] {
  try {
    const parsed = List.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data.data.map((model) => model.id);
  } catch {
    // Said below, together with JSON of another shape.
  }
  throw new AgentError("not_a_stream", "The endpoint's list of models could not be read.");
}
