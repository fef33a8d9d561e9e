import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import {
  type AddressInfo,
  connect,
  createServer as createSocketServer,
  type Socket,
  type Server as SocketServer,
} from "node:net";
import type { Authority } from "./certificates.ts";

export interface Running {
  readonly port: number;
  close(): Promise<void>;
}

export interface TestProxy extends Running {
  /** `host:port` of every tunnel that was asked for, with the log-in that came along. */
  readonly asked: { readonly target: string; readonly logIn: string | undefined }[];
  /** Requests that came without a tunnel. */
  readonly plain: string[];
}

export interface ProxyOptions {
  /** Where a tunnel really ends: the port on this machine. undefined: refused with 403. */
  readonly route: (target: string) => number | undefined;
  /** `user:password`; without it every tunnel is refused with 407. */
  readonly logIn?: string;
  /** Key and certificate with which the proxy itself is reached by https. */
  readonly secure?: { readonly key: string; readonly cert: string };
}

/** An HTTP proxy that opens tunnels (CONNECT), on loopback. */
export async function startProxy({ route, logIn, secure }: ProxyOptions): Promise<TestProxy> {
  const asked: TestProxy["asked"] = [];
  const plain: string[] = [];
  const sockets = new Set<Socket>();
  const refuse = (request: IncomingMessage, response: ServerResponse) => {
    plain.push(`${request.method} ${request.url}`);
    response.writeHead(502).end("this proxy opens tunnels only");
  };
  const server = secure ? createSecureServer(secure, refuse) : createServer(refuse);
  server.on("connect", (request: IncomingMessage, client: Socket, head: Buffer) => {
    const target = request.url ?? "";
    const given = request.headers["proxy-authorization"];
    const decoded = given && Buffer.from(given.replace(/^Basic /, ""), "base64").toString();
    asked.push({ target, logIn: decoded });
    client.on("error", () => {});
    if (logIn !== undefined && decoded !== logIn) {
      client.end("HTTP/1.1 407 who are you, tp-echo\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const port = route(target);
    if (port === undefined) {
      client.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const through = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      through.write(head);
      through.pipe(client).pipe(through);
    });
    through.on("error", () => client.destroy());
    client.on("close", () => through.destroy());
    sockets.add(through);
  });
  const running = await listening(server, sockets);
  return { ...running, asked, plain };
}

/** An HTTPS server on loopback whose certificate bears these names. */
export async function startSecure(
  authority: Authority,
  names: readonly string[],
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Running> {
  return listening(createSecureServer(authority.issue(...names), handle), new Set());
}

/** Hands every request to a plain server on this machine and its answer back, frame by frame. */
export function forwardTo(port: number): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const { method, url, headers } = request;
    const inner = httpRequest({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    inner.on("error", () => response.destroy());
    request.pipe(inner);
  };
}

/** A plain server on loopback. */
export async function startPlain(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Running> {
  return listening(createServer(handle), new Set());
}

/** Takes connections and never says a word. */
export async function startSilent(): Promise<Running> {
  return listening(createSocketServer(), new Set());
}

async function listening(server: SocketServer, sockets: Set<Socket>): Promise<Running> {
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
