import { AgentError } from "../agent/errors.ts";
import { createSecureFetch, type SecureFetch } from "./secureFetch.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `fetch` for a program without an editor: through the proxy that the usual variables name, with the certificates of
 * the system beside those of Node and NODE_EXTRA_CA_CERTS. Node's own `fetch` reads none of this before Node 24, and
 * there only when it is told to; the `undici` package would cost as much as the whole program.
 *
 * Redirects are never followed. Certificates are always checked, also with NODE_TLS_REJECT_UNAUTHORIZED=0: a key
 * travels on these connections. Servers on this machine are asked directly.
 */
export async function proxyFetch(env: Environment = process.env): Promise<typeof globalThis.fetch> {
  let secure: SecureFetch | undefined;
  const named = VARIABLES.some((name) => variable(env, name) !== undefined);
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    // Node's own fetch may have been told to use the proxies, also for servers on this machine.
    if (url.protocol === "http:" && !named) return globalThis.fetch(input, init);
    secure ??= createSecureFetch();
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    return secure(new Request(input, init), { proxy: proxyFor(url, env), signal });
  };
}

/** In the order in which they count for https addresses. The lower-case form of each comes first, as in curl. */
const VARIABLES = ["https_proxy", "all_proxy", "http_proxy"] as const;

/**
 * The proxy that a request to this address goes through; undefined for none. Throws AgentError when only proxies are
 * named that cannot be used: to go without one would tell the network what the user does not want it to know.
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  if (isLoopback(url.hostname) || isExempt(url, variable(env, "no_proxy") ?? "")) return undefined;
  let unusable: { readonly name: string; readonly value: string } | undefined;
  for (const name of VARIABLES) {
    const value = variable(env, name);
    if (value === undefined) continue;
    const proxy = parseProxy(value);
    if (proxy) return proxy;
    unusable ??= { name, value };
  }
  if (!unusable) return undefined;
  const { name, value } = unusable;
  throw new AgentError(
    "network",
    `The proxy in ${name.toUpperCase()} (${shownProxy(value)}) cannot be used: it has to be an http:// or https:// address.`,
    { transient: false },
  );
}

/** A proxy's address without the user name and password that may stand in it. */
export function shownProxy(text: string): string {
  const value = text.trim();
  const credentials = /^([a-z][a-z\d+.-]*:\/\/)?.*@/is.exec(value);
  return credentials ? `${credentials[1] ?? ""}…@${value.slice(credentials[0].length)}` : value;
}

function variable(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || env[name.toUpperCase()]?.trim() || undefined;
}

/** `127.0.0.1:3128` stands for `http://127.0.0.1:3128`. */
function parseProxy(value: string): URL | undefined {
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const usable = url?.hostname && (url.protocol === "http:" || url.protocol === "https:");
  return usable ? url : undefined;
}

/** Entries are hosts, domains (with or without a dot or a star in front), each with or without a port, or a star. */
function isExempt({ hostname, port }: URL, exempt: string): boolean {
  return exempt
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === "*") return true;
      const [, host = "", only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (host === "" || (only !== undefined && only !== (port || "443"))) return false;
      return hostname === host || hostname.endsWith(`.${host}`);
    });
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}
