/**
 * Hosts and which kind of key each takes. From the platform's key and subscription pages (June 2026); the
 * plan hosts from field reports (October 2026).
 */
export type KeyKind = "payg" | "plan" | "other";
export type EndpointSetting = "auto" | "payg" | "cn" | "sgp" | "ams" | "custom";

const HOSTS = {
  payg: "https://api.xiaomimimo.com/v1",
  cn: "https://token-plan-cn.xiaomimimo.com/v1",
  sgp: "https://token-plan-sgp.xiaomimimo.com/v1",
  ams: "https://token-plan-ams.xiaomimimo.com/v1",
} as const satisfies Record<Exclude<EndpointSetting, "auto" | "custom">, string>;

export interface Endpoint {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** With port. */
  readonly host: string;
  /** On this machine: may be asked without a key. */
  readonly loopback: boolean;
  /** Under the platform's own domain, by https. Anything else needs the user's word before a key goes there. */
  readonly official: boolean;
  /** The kind of key it takes, where that is known. */
  readonly takes: "payg" | "plan" | undefined;
}

export type EndpointProblem = "no_base_url" | "not_a_url" | "not_https" | "credentials_in_url";
export type ResolvedEndpoint =
  | { readonly ok: true; readonly endpoint: Endpoint }
  | { readonly ok: false; readonly reason: EndpointProblem };

/** By its prefix: `sk-` pay as you go, `tp-` and `ttp-` (team) Token Plan. */
export function keyKind(key: string): KeyKind {
  if (key.startsWith("sk-")) return "payg";
  if (key.startsWith("tp-") || key.startsWith("ttp-")) return "plan";
  return "other";
}

/** `auto` goes by the kind of key: plan keys to the China cluster, the platform's first, until the user names theirs. */
export function resolveEndpoint(options: {
  readonly setting: EndpointSetting;
  readonly baseUrl: string;
  readonly kind: KeyKind;
}): ResolvedEndpoint {
  switch (options.setting) {
    case "auto":
      return parseBaseUrl(options.kind === "plan" ? HOSTS.cn : HOSTS.payg);
    case "custom":
      return parseBaseUrl(options.baseUrl);
    case "payg":
    case "cn":
    case "sgp":
    case "ams":
      return parseBaseUrl(HOSTS[options.setting]);
  }
}

export function parseBaseUrl(text: string): ResolvedEndpoint {
  const trimmed = text.trim().replace(/\/+$/, "");
  if (trimmed === "") return { ok: false, reason: "no_base_url" };
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  if (!url || url.hostname === "" || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return { ok: false, reason: "not_a_url" };
  }
  if (url.username !== "" || url.password !== "") return { ok: false, reason: "credentials_in_url" };
  const loopback = isLoopback(url.hostname);
  if (url.protocol === "http:" && !loopback) return { ok: false, reason: "not_https" };
  const official = url.protocol === "https:" && /(^|\.)xiaomimimo\.com$/.test(url.hostname) && url.port === "";
  return {
    ok: true,
    endpoint: {
      baseUrl: `${url.origin}${url.pathname.replace(/\/+$/, "")}`,
      host: url.host,
      loopback,
      official,
      takes: official ? kindOfHost(url.hostname) : undefined,
    },
  };
}

/** Why this key cannot work there, or undefined. Found before anything is sent. */
export function checkPairing(kind: KeyKind, endpoint: Endpoint): "plan_key_on_payg" | "payg_key_on_plan" | undefined {
  if (endpoint.takes === "payg" && kind === "plan") return "plan_key_on_payg";
  if (endpoint.takes === "plan" && kind === "payg") return "payg_key_on_plan";
  return undefined;
}

function kindOfHost(hostname: string): "payg" | "plan" | undefined {
  if (hostname === "api.xiaomimimo.com") return "payg";
  return hostname.startsWith("token-plan-") ? "plan" : undefined;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}
