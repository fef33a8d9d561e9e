import * as z from "zod";
import type { ChatChunk } from "../agent/ports.ts";
import { plainText } from "./plainText.ts";
import { FoundPages } from "./webSearch.ts";

const Fragment = z.object({
  index: z.int().min(0).nullish(),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});

/** Of a web search. Checked where they are read: what is wrong with them must not cost the answer. */
const SEARCH = { annotations: z.unknown().optional(), error_message: z.unknown().optional() };

const Count = z.number().min(0);
const SoftCount = Count.nullish().catch(undefined);
/** A count that cannot be read is a count that did not come: the caller estimates then. */
const Usage = z
  .object({
    prompt_tokens: Count,
    completion_tokens: Count,
    prompt_tokens_details: z.object({ cached_tokens: SoftCount }).nullish().catch(undefined),
    completion_tokens_details: z.object({ reasoning_tokens: SoftCount }).nullish().catch(undefined),
    web_search_usage: z.object({ tool_usage: SoftCount, page_usage: SoftCount }).nullish().catch(undefined),
  })
  .nullish()
  .catch(undefined);

const Chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            reasoning_content: z.string().nullish(),
            tool_calls: z.array(Fragment).nullish(),
            ...SEARCH,
          })
          .nullish(),
        message: z.object(SEARCH).nullish().catch(undefined),
        finish_reason: z.string().nullish(),
        ...SEARCH,
      }),
    )
    .nullish(),
  usage: Usage,
  ...SEARCH,
});

const MAX_SEARCH_ERROR = 300;

/** Reads the chunks of one answer. */
export class ChunkReader {
  readonly #pages = new FoundPages();

  /** undefined when it is no chunk. Of several choices the first: one is asked for. */
  read(json: unknown): ChatChunk | undefined {
    const parsed = Chunk.safeParse(json);
    if (!parsed.success) return undefined;
    const { choices, usage, ...chunk } = parsed.data;
    const first = choices?.[0];
    const places = [first?.delta, first?.message, first, chunk];
    const sources = places.flatMap((place) => this.#pages.read(place?.annotations));
    const searchError = places.map((place) => wordsOf(place?.error_message)).find((words) => words !== "");
    if (!first && sources.length === 0 && searchError === undefined) return { choices: [], usage };
    const delta = {
      content: first?.delta?.content,
      reasoning_content: first?.delta?.reasoning_content,
      tool_calls: first?.delta?.tool_calls,
      ...(sources.length > 0 ? { sources } : {}),
      ...(searchError === undefined ? {} : { searchError }),
    };
    return { choices: [{ delta, finish_reason: first?.finish_reason }], usage };
  }
}

function wordsOf(message: unknown): string {
  return typeof message === "string" ? plainText(message.slice(0, MAX_SEARCH_ERROR * 4), MAX_SEARCH_ERROR) : "";
}
