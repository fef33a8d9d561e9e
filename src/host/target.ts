import {
  type Endpoint,
  type EndpointProblem,
  type EndpointSetting,
  parseBaseUrl,
  resolveEndpoint,
} from "../mimo/endpoints.ts";
import { type Billing, billingOf, isOfficial, type KeyRing, type StoredKey } from "./keyRing.ts";

/** Where requests go, and with what. A key only ever goes to the address it was set for. */
export type Target =
  | { readonly state: "ready"; readonly endpoint: Endpoint; readonly key: StoredKey | undefined }
  /** "removed": the chat's key is gone, and no other key is paid for in the same way. */
  | { readonly state: "noKey"; readonly endpoint: Endpoint; readonly why: "none" | "removed" }
  | { readonly state: "badAddress"; readonly reason: EndpointProblem };

export interface EndpointChoice {
  readonly endpoint: EndpointSetting;
  readonly baseUrl: string;
}

/** The key that a chat is bound to. What it was is kept, for the day when it is gone. */
export interface KeyWish {
  readonly id: string;
  readonly billing?: Billing | undefined;
  readonly baseUrl?: string | undefined;
}

export function wishFor(key: StoredKey): KeyWish {
  return { id: key.id, billing: billingOf(key), baseUrl: key.baseUrl };
}

export function targetOf(choice: EndpointChoice, ring: KeyRing, wish?: KeyWish): Target {
  return choice.endpoint === "auto" ? automatic(ring, wish) : named(choice, ring, wish);
}

/** Whether a key can be used with the endpoint that is set. */
export function isUsable(key: StoredKey, choice: EndpointChoice): boolean {
  if (choice.endpoint === "auto") return isOfficial(key);
  const resolved = resolveEndpoint({ setting: choice.endpoint, baseUrl: choice.baseUrl, kind: "other" });
  return resolved.ok && resolved.endpoint.baseUrl === key.baseUrl;
}

/** Any key for the platform's own hosts, each at its own. */
function automatic(ring: KeyRing, wish: KeyWish | undefined): Target {
  const { key, why } = pick(ring.keys.filter(isOfficial), ring, wish);
  const found = key ? parseBaseUrl(key.baseUrl) : resolveEndpoint({ setting: "auto", baseUrl: "", kind: "other" });
  if (!found.ok) return { state: "badAddress", reason: found.reason };
  const { endpoint } = found;
  return key ? { state: "ready", endpoint, key } : { state: "noKey", endpoint, why };
}

function named({ endpoint: setting, baseUrl }: EndpointChoice, ring: KeyRing, wish: KeyWish | undefined): Target {
  const resolved = resolveEndpoint({ setting, baseUrl, kind: "other" });
  if (!resolved.ok) return { state: "badAddress", reason: resolved.reason };
  const { endpoint } = resolved;
  const fitting = ring.keys.filter((stored) => stored.baseUrl === endpoint.baseUrl);
  // A chat of another endpoint follows the setting: only a key of this one can be missed here.
  const here = wish && (wish.baseUrl === undefined || wish.baseUrl === endpoint.baseUrl) ? wish : undefined;
  const { key, why } = pick(fitting, ring, here);
  if (key || endpoint.loopback) return { state: "ready", endpoint, key };
  return { state: "noKey", endpoint, why };
}

interface Picked {
  readonly key: StoredKey | undefined;
  readonly why: "none" | "removed";
}

/** The chat's own key; for a chat without one the key of new chats, else the newest. */
function pick(fitting: readonly StoredKey[], ring: KeyRing, wish: KeyWish | undefined): Picked {
  const own = fitting.find(({ id }) => id === wish?.id);
  if (own) return { key: own, why: "none" };
  const removed = wish !== undefined && !ring.keys.some(({ id }) => id === wish.id);
  const left = removed ? fitting.filter((key) => replaces(key, wish)) : fitting;
  const key = left.find(({ id }) => id === ring.preferred?.id) ?? left.at(-1);
  return { key, why: removed && ring.keys.length > 0 ? "removed" : "none" };
}

/** The same host and the same bill: anything else the user has to choose. */
function replaces(key: StoredKey, gone: KeyWish): boolean {
  return billingOf(key) === gone.billing && key.baseUrl === gone.baseUrl;
}
