import * as z from "zod";
import { speechKind } from "./models.ts";
import { badRequest, WEB_SEARCH_OFF } from "./refusal.ts";
import type { ChatBody } from "./request.ts";
import type { ScriptedSearch } from "./script.ts";

const Location = z.strictObject({
  type: z.literal("approximate"),
  country: z.string().optional(),
  region: z.string().optional(),
  city: z.string().optional(),
  district: z.string().optional(),
  longitude: z.number().optional(),
  latitude: z.number().optional(),
});

/** The schema types `force_search` as a string, its examples send a boolean. `forced_search` is a slip of the FAQ. */
export const WebSearchTool = z.strictObject({
  type: z.literal("web_search"),
  force_search: z.union([z.boolean(), z.enum(["true", "false"])]).optional(),
  max_keyword: z.int().min(1).max(50).optional(),
  limit: z.int().min(1).max(50).optional(),
  user_location: Location.optional(),
});

type Tool = z.output<typeof WebSearchTool>;

const DEFAULT_LIMIT = 5;

/** What one answer's search brought, in the platform's fields. */
export interface SearchResult {
  readonly annotations: readonly unknown[];
  readonly error: string | undefined;
  readonly usage: { readonly tool_usage: number; readonly page_usage: number };
}

/** Throws a Refusal for a search that is offered where it cannot be. */
export function checkSearch(body: ChatBody, options: { readonly enabled: boolean }): void {
  const tools = searchTools(body);
  if (tools.length === 0) return;
  if (!options.enabled) throw badRequest(WEB_SEARCH_OFF);
  if (tools.length > 1) throw badRequest("tools: web_search must be unique");
  if (speechKind(body.model)) throw badRequest(`web_search is not supported by ${body.model}`);
}

/** undefined when the model did not search. A forced search that the script knows nothing of finds nothing. */
export function searchFor(body: ChatBody, scripted: ScriptedSearch | undefined): SearchResult | undefined {
  const tool = searchTools(body)[0];
  if (!tool) return undefined;
  const forced = tool.force_search === true || tool.force_search === "true";
  if (!scripted && !forced) return undefined;
  const sources = (scripted?.sources ?? []).slice(0, tool.limit ?? DEFAULT_LIMIT);
  return {
    annotations: sources.map((source) => ({
      logo_url: "",
      publish_time: "",
      site_name: "",
      summary: "",
      title: "",
      type: "url_citation",
      ...source,
    })),
    error: scripted?.error,
    usage: { tool_usage: scripted?.searches ?? 1, page_usage: sources.length },
  };
}

function searchTools(body: ChatBody): Tool[] {
  return (body.tools ?? []).flatMap((tool) => (tool.type === "web_search" ? [tool] : []));
}
