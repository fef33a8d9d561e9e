import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type Endpoint, parseBaseUrl } from "../../../src/mimo/endpoints.ts";

/** One request as it came over the socket. */
export interface RawRequest {
  /** Lower case, as sent. */
  readonly head: string;
  readonly body: string;
}

export interface RawServer {
  readonly endpoint: Endpoint;
  readonly requests: readonly RawRequest[];
  /** Sockets that were opened. */
  readonly connections: () => number;
  /** Resolves when every socket is closed, by whomever. */
  allClosed(): Promise<void>;
  close(): void;
}

/** A server that answers with bytes, so that it can break every rule. Chunked bodies and lengths are its business. */
export async function serveRaw(answer: (socket: Socket, request: RawRequest, n: number) => void): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    let received = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (data) => {
      received = Buffer.concat([received, data]);
      const request = wholeRequest(received);
      if (!request) return;
      received = Buffer.alloc(0);
      requests.push(request);
      answer(socket, request, requests.length);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const resolved = parseBaseUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  if (!resolved.ok) throw new Error("a loopback address must parse");
  return {
    endpoint: resolved.endpoint,
    requests,
    connections: () => connections,
    allClosed: async () => {
      // Not `once`: a reset is an error before it is a close.
      const closed = (socket: Socket) => new Promise<void>((resolve) => socket.on("close", () => resolve()));
      await Promise.all([...sockets].map(closed));
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function wholeRequest(received: Buffer): RawRequest | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = received.subarray(0, end).toString("latin1").toLowerCase();
  const body = received.subarray(end + 4);
  if (/\r\ntransfer-encoding: chunked/.test(head) && !body.toString("latin1").endsWith("0\r\n\r\n")) return undefined;
  const length = Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0);
  return body.length < length ? undefined : { head, body: body.toString() };
}

/** A response of known length. */
export function reply(status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Buffer {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ "content-length": String(bytes.length), ...headers });
  const head = `HTTP/1.1 ${status} X\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), bytes]);
}

/** The head of a stream, whose chunks follow. */
export const STREAM_HEAD =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";

/** One piece of a chunked body; "" ends it. */
export function piece(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
