import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AccountState } from "./account.ts";
import type { Host } from "./auth.ts";
import { checkFaults } from "./faults/faults.ts";
import { type LogEntry, openLog, type RequestLog } from "./log.ts";
import { type Outcome, Platform } from "./platform.ts";
import { tooLarge } from "./refusal.ts";
import { jsonReply, sendReply } from "./reply.ts";
import { parseScript, type ScriptInput } from "./script.ts";

export interface SimulatorOptions {
  readonly script: ScriptInput;
  /** 0, the default, takes a free one. */
  readonly port?: number | undefined;
  readonly as?: Host | undefined;
  /** A file that gets a line for every request. */
  readonly log?: string | undefined;
  /** Keep the log in memory too, as `requests`. */
  readonly keep?: boolean | undefined;
  /** Pause before every frame, in milliseconds; over the script's own. */
  readonly paceMs?: number | undefined;
  readonly now?: (() => Date) | undefined;
}

export interface Simulator {
  /** The base URL, with `/v1`. */
  readonly url: string;
  /** The base URL of the console's pages, with `/api/v1`. */
  readonly consoleUrl: string;
  readonly port: number;
  /** What was asked so far; empty unless `keep`. */
  readonly requests: readonly LogEntry[];
  account(): AccountState;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Serves on loopback only. Throws when the script cannot be played or the port is taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const script = parseScript(options.script);
  checkFaults(script);
  const log = openLog({ file: options.log, keep: options.keep ?? false });
  const now = options.now ?? (() => new Date());
  const platform = new Platform(script, { as: options.as, paceMs: options.paceMs, now });
  const front = new Front(platform, log, now);
  const server = createServer((request, response) => {
    front.serve(request, response).catch(() => response.destroy());
  });
  // Only the faults may make a client wait or lose a connection.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}/v1`,
    consoleUrl: `http://127.0.0.1:${port}/api/v1`,
    port,
    requests: log.kept,
    account: () => platform.account.state(),
    close: () =>
      new Promise((done) => {
        server.close(() => {
          log.close();
          done();
        });
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(port, "127.0.0.1", () => done((server.address() as AddressInfo).port));
  });
}

/** Takes requests off the wire, numbers and logs them, and sends what the platform makes of them. */
class Front {
  readonly #platform: Platform;
  readonly #log: RequestLog;
  readonly #now: () => Date;
  #count = 0;
  #lastByteAt: number | undefined;

  constructor(platform: Platform, log: RequestLog, now: () => Date) {
    this.#platform = platform;
    this.#log = log;
    this.#now = now;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrived = performance.now();
    const at = this.#now().toISOString();
    const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
    const read = await readBody(request);
    if (path === "/_simulator/account") return sendReply(jsonReply(200, this.#platform.account.state()), response);
    const n = ++this.#count;
    const body = read ?? "";
    const outcome: Outcome =
      read === undefined
        ? { reply: this.#platform.refuse(tooLarge(MAX_BODY_BYTES)) }
        : this.#platform.answer({ n, method: request.method ?? "", path, headers: request.headers, body });
    const { reply, usage, fidelity, fault, done } = outcome;
    this.#log.add({
      n,
      at,
      path,
      status: reply.status,
      ...(this.#lastByteAt === undefined ? {} : { afterMs: round(arrived - this.#lastByteAt) }),
      ...(fault === undefined ? {} : { fault }),
      ...(usage ? { usage } : {}),
      ...fidelity,
      body,
    });
    try {
      await sendReply(reply, response);
    } finally {
      done?.();
    }
    this.#lastByteAt = performance.now();
  }
}

/** undefined when it is larger than is taken; read to its end all the same, so that the client hears the answer. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes <= MAX_BODY_BYTES) parts.push(part);
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(parts).toString("utf8");
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
