import * as z from "zod";
import type { WebSource } from "../agent/ports.ts";
import { plainText } from "./plainText.ts";

/** The platform's own tool, as its web search page shows it. Keywords and pages are billed: few of both. */
export const WEB_SEARCH_TOOL = { type: "web_search", force_search: false, max_keyword: 3, limit: 5 } as const;

/** Of one answer. */
const MAX_SOURCES = 20;
/** Of one packet, that are looked at. */
const MAX_ANNOTATIONS = 200;
const MAX_URL = 2_048;
const MAX_TITLE = 200;
const MAX_SITE = 100;
const MAX_SUMMARY = 500;
const MAX_DATE = 40;

const Word = z.string().nullish().catch(undefined);
const Annotation = z.object({
  url: z.string(),
  title: Word,
  site_name: Word,
  summary: Word,
  publish_time: Word,
});

/** The pages found for one answer, from `annotations` as they come in, and what the search said went wrong. */
export class FoundPages {
  readonly #seen = new Set<string>();

  /** Those not given before. Other people's pages: http and https only, plain text, capped in number and length. */
  read(annotations: unknown): WebSource[] {
    if (!Array.isArray(annotations)) return [];
    const sources: WebSource[] = [];
    for (const annotation of annotations.slice(0, MAX_ANNOTATIONS)) {
      if (this.#seen.size >= MAX_SOURCES) break;
      const source = readSource(annotation);
      if (!source || this.#seen.has(source.url)) continue;
      this.#seen.add(source.url);
      sources.push(source);
    }
    return sources;
  }
}

function readSource(annotation: unknown): WebSource | undefined {
  // Some gateways wrap it in the type's name.
  const wrapped = z.object({ url_citation: z.unknown() }).safeParse(annotation);
  const parsed = Annotation.safeParse(
    wrapped.success && wrapped.data.url_citation ? wrapped.data.url_citation : annotation,
  );
  if (!parsed.success) return undefined;
  const { data } = parsed;
  const url = webAddress(data.url);
  if (url === undefined) return undefined;
  const field = (word: string | null | undefined, max: number) => plainText((word ?? "").slice(0, max * 4), max);
  const site = field(data.site_name, MAX_SITE);
  const summary = field(data.summary, MAX_SUMMARY);
  const published = field(data.publish_time, MAX_DATE);
  return {
    url,
    title: field(data.title, MAX_TITLE) || new URL(url).host,
    ...(site ? { site } : {}),
    ...(summary ? { summary } : {}),
    ...(published ? { published } : {}),
  };
}

/** As a browser would open it; without a user name, which only serves to look like another host. */
function webAddress(text: string): string | undefined {
  if (text.length > MAX_URL || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if ((url.protocol !== "https:" && url.protocol !== "http:") || url.username !== "" || url.password !== "") {
    return undefined;
  }
  return url.href.length > MAX_URL ? undefined : url.href;
}
