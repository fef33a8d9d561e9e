import {
  type Endpoint,
  type EndpointProblem,
  type EndpointSetting,
  parseBaseUrl,
  resolveEndpoint,
} from "../mimo/endpoints.ts";
import type { StoredKey } from "./keyStore.ts";

/** Where requests go, and with what. A key only ever goes to the address it was set for. */
export type Target =
  | { readonly state: "ready"; readonly endpoint: Endpoint; readonly key: StoredKey | undefined }
  | { readonly state: "noKey"; readonly endpoint: Endpoint }
  | { readonly state: "badAddress"; readonly reason: EndpointProblem };

export interface EndpointChoice {
  readonly endpoint: EndpointSetting;
  readonly baseUrl: string;
}

export function targetOf(choice: EndpointChoice, keys: readonly StoredKey[]): Target {
  return choice.endpoint === "auto" ? automatic(keys) : named(choice, keys);
}

/** The newest key for one of the platform's own hosts decides. */
function automatic(keys: readonly StoredKey[]): Target {
  for (const key of keys.toReversed()) {
    const found = parseBaseUrl(key.baseUrl);
    if (found.ok && found.endpoint.official) return { state: "ready", endpoint: found.endpoint, key };
  }
  const fallback = resolveEndpoint({ setting: "auto", baseUrl: "", kind: "other" });
  return fallback.ok
    ? { state: "noKey", endpoint: fallback.endpoint }
    : { state: "badAddress", reason: fallback.reason };
}

function named({ endpoint: setting, baseUrl }: EndpointChoice, keys: readonly StoredKey[]): Target {
  const resolved = resolveEndpoint({ setting, baseUrl, kind: "other" });
  if (!resolved.ok) return { state: "badAddress", reason: resolved.reason };
  const { endpoint } = resolved;
  const key = keys.findLast((stored) => stored.baseUrl === endpoint.baseUrl);
  if (key || endpoint.loopback) return { state: "ready", endpoint, key };
  return { state: "noKey", endpoint };
}
