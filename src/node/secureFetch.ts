import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, STATUS_CODES } from "node:http";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import { isIP, isIPv6 } from "node:net";
import { type Duplex, Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import * as tls from "node:tls";
import { AgentError } from "../agent/errors.ts";

/**
 * A request by https, directly or through a proxy's tunnel, or by http, always directly. Rejects with AgentError, or
 * with the signal's reason.
 */
export type SecureFetch = (request: Request, options: SecureOptions) => Promise<Response>;

export interface SecureOptions {
  readonly proxy: URL | undefined;
  /** The caller's own: the one of a Request only follows it, and has been seen to lose it. */
  readonly signal: AbortSignal | undefined;
}

/** How long an idle connection is kept for the next request, in milliseconds. */
const IDLE_MS = 10_000;
/** How long a proxy may take to open a tunnel, in milliseconds. */
const TUNNEL_MS = 30_000;

/** The connections are kept by proxy, each with its own certificates as long as those do not change. */
export function createSecureFetch(): SecureFetch {
  const plain = new HttpAgent({ keepAlive: true, timeout: IDLE_MS });
  const agents = new Map<string, Agent>();
  let certificates: tls.SecureContext | undefined;
  const agentFor = ({ url }: Request, proxy: URL | undefined): HttpAgent => {
    if (!url.startsWith("https:")) return plain;
    const name = proxy?.href ?? "";
    const agent = agents.get(name) ?? new TunnelAgent(proxy, () => certificates);
    agents.set(name, agent);
    return agent;
  };
  return async (request, { proxy, signal }) => {
    const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
    const send = () => exchange({ request, body, signal, agent: agentFor(request, proxy), certificates });
    const words = (error: unknown) => (signal?.aborted ? error : inWords(error, new URL(request.url), proxy));
    try {
      return await send();
    } catch (error) {
      // Reading the system's store takes a tenth of a second, so it is read when Node's own certificates do not do.
      // Nothing was sent: the connection was not yet trusted.
      if (!isUntrusted(error) || certificates || signal?.aborted) throw words(error);
      certificates = withSystemCertificates();
      if (!certificates) throw words(error);
    }
    return send().catch((error: unknown) => {
      throw words(error);
    });
  };
}

interface Exchange {
  readonly request: Request;
  readonly body: Buffer | undefined;
  readonly signal: AbortSignal | undefined;
  readonly agent: HttpAgent;
  readonly certificates: tls.SecureContext | undefined;
}

function exchange({ request, body, signal, agent, certificates }: Exchange): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const sent = (request.url.startsWith("https:") ? httpsRequest : httpRequest)(request.url, {
      method: request.method,
      agent,
      rejectUnauthorized: true,
      ...(certificates && { secureContext: certificates }),
    });
    // Not as an option: Node writes those out when NODE_DEBUG is set, and the key is among the headers.
    for (const [name, value] of request.headers) sent.setHeader(name, value);
    if (body) sent.setHeader("content-length", body.length);
    let answer: IncomingMessage | undefined;
    const stop = () => {
      // A request that still waits for its tunnel says nothing of its end.
      reject(signal?.reason);
      answer?.destroy(signal?.reason);
      sent.destroy(signal?.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
    sent.on("close", () => signal?.removeEventListener("abort", stop));
    sent.on("error", reject);
    sent.on("response", (response) => {
      answer = response;
      try {
        resolve(asResponse(response));
      } catch (error) {
        // Thrown from here it would end the whole process.
        response.destroy();
        reject(error);
      }
    });
    sent.end(body);
  });
}

const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** The body streams: it is read as it comes, and no faster than it is asked for. */
function asResponse(answer: IncomingMessage): Response {
  const { statusCode: status = 0, statusMessage: statusText = "", rawHeaders } = answer;
  if (status < 200 || status > 599) {
    throw new AgentError("server", `The server answered with status ${status}, which is none.`);
  }
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? "", rawHeaders[i + 1] ?? "");
  if (WITHOUT_BODY.has(status)) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  answer.once("error", (error: NodeJS.ErrnoException) => {
    // Node says "aborted", which sounds as if it had been the user.
    if (error.code === "ECONNRESET") error.message = "The connection was closed in the middle of the answer.";
  });
  const body: NodeReadableStream<Uint8Array> = Readable.toWeb(answer);
  return new Response(body as ReadableStream<Uint8Array>, { status, statusText, headers });
}

class TunnelAgent extends Agent {
  readonly #proxy: URL | undefined;
  readonly #certificates: () => tls.SecureContext | undefined;

  constructor(proxy: URL | undefined, certificates: () => tls.SecureContext | undefined) {
    super({ keepAlive: true, timeout: IDLE_MS });
    this.#proxy = proxy;
    this.#certificates = certificates;
  }

  override createConnection(
    options: tls.ConnectionOptions,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    if (!this.#proxy) return super.createConnection(options, callback);
    openTunnel(this.#proxy, { host: options.host ?? "", port: options.port ?? 443 }, this.#certificates()).then(
      (socket) => {
        const through: tls.ConnectionOptions = { ...options, socket };
        callback?.(null, super.createConnection(through as RequestOptions) as Duplex);
      },
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  }
}

interface Target {
  readonly host: string;
  readonly port: number;
}

/** Asks the proxy for a connection to the target. Nothing but the target's name and the user's own log-in goes to it. */
function openTunnel(proxy: URL, { host, port }: Target, certificates: tls.SecureContext | undefined): Promise<Duplex> {
  const target = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const isSecure = proxy.protocol === "https:";
  const name = proxy.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const asked = (isSecure ? httpsRequest : httpRequest)({
      host: name,
      port: proxy.port || (isSecure ? 443 : 80),
      method: "CONNECT",
      path: target,
      agent: false,
      timeout: TUNNEL_MS,
      // Else Node takes the target for the name of the proxy.
      ...(isSecure && { servername: isIP(name) ? "" : name, rejectUnauthorized: true }),
      ...(isSecure && certificates && { secureContext: certificates }),
    });
    asked.setHeader("host", target);
    const authorization = logIn(proxy);
    if (authorization !== undefined) asked.setHeader("proxy-authorization", authorization);
    asked.once("connect", ({ statusCode = 0 }, socket, head) => {
      socket.setTimeout(0);
      if (statusCode >= 200 && statusCode < 300) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(new ProxyRefusal(statusCode));
    });
    asked.once("timeout", () => asked.destroy(new Error("it opened no connection in time")));
    asked.once("error", (error) => reject(new ProxyTrouble(error)));
    asked.end();
  });
}

function logIn({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const text = `${decoded(username)}:${decoded(password)}`;
  return `Basic ${Buffer.from(text).toString("base64")}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

class ProxyRefusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`${status} ${STATUS_CODES[status] ?? ""}`.trim());
    this.status = status;
  }
}

class ProxyTrouble extends Error {
  constructor(cause: Error) {
    super(cause.message || codeOf(cause), { cause });
  }
}

/** Node's certificates and those that this machine trusts. undefined where Node cannot read them (before 22.15). */
function withSystemCertificates(): tls.SecureContext | undefined {
  // Older versions of Node do not have it.
  const read: typeof tls.getCACertificates | undefined = tls.getCACertificates;
  if (!read) return undefined;
  try {
    return tls.createSecureContext({ ca: [...new Set([...read("default"), ...read("system")])] });
  } catch {
    return undefined;
  }
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

function isUntrusted(error: unknown): boolean {
  return UNTRUSTED.has(codeOf(error));
}

function codeOf(error: unknown): string {
  const source = error instanceof ProxyTrouble ? error.cause : error;
  const { code } = (source ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}

/** What a person can act on. Nothing of a proxy but its host is named, and nothing that it said is repeated. */
function inWords(error: unknown, url: URL, proxy: URL | undefined): unknown {
  if (!(error instanceof Error) || error instanceof AgentError) return error;
  const code = codeOf(error);
  const host = error instanceof ProxyTrouble ? (proxy?.host ?? "") : url.host;
  if (isUntrusted(error)) {
    const hint =
      "If a proxy or a firewall of your network stands between, put its certificate authority into a file and name that in NODE_EXTRA_CA_CERTS.";
    return final(`The certificate of ${host} is not trusted on this machine (${code}). ${hint}`);
  }
  if (/CERT|ALTNAME/.test(code)) return final(`The certificate of ${host} cannot be used (${code}).`);
  if (error instanceof ProxyRefusal) {
    const refusal = `The proxy ${proxy?.host} refused the connection: ${error.message}.`;
    if (error.status === 407) return final(`${refusal} It wants a user name and a password in its address.`);
    return error.status < 500 ? final(refusal) : passing(refusal);
  }
  if (error instanceof ProxyTrouble) return passing(`The proxy ${host} cannot be reached: ${error.message}.`);
  return passing(error.message || `${host}: ${code}`);
}

function final(message: string): AgentError {
  return new AgentError("network", message, { transient: false });
}

function passing(message: string): AgentError {
  return new AgentError("network", message);
}
