import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Account, type AccountState } from "./account.ts";
import { type Answer, answerIds, callsOf, completion, frames } from "./answer.ts";
import { checkKey, type Door, type Host, openDoor } from "./auth.ts";
import { armFault, checkFaults } from "./faults/faults.ts";
import { checkRequest, isThinking } from "./history.ts";
import { type LogEntry, openLog, type RequestLog } from "./log.ts";
import { CURRENT_MODELS, checkModel, contextWindow, modelList } from "./models.ts";
import { Player } from "./player.ts";
import { PrefixTree } from "./prefixTree.ts";
import { type Fidelity, Recall } from "./recall.ts";
import { badRequest, notFound, Refusal } from "./refusal.ts";
import { errorReply, jsonReply, type Reply, sendReply, streamReply } from "./reply.ts";
import { parseBody } from "./request.ts";
import { accountKind, parseScript, type Script, type ScriptInput } from "./script.ts";
import { promptBytes, type TokenUsage, tokensOf, usageOf } from "./tokens.ts";

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
  const platform = new Platform(script, log, options);
  const server = createServer((request, response) => {
    platform.serve(request, response).catch(() => response.destroy());
  });
  // Only the faults may make a client wait or lose a connection.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}/v1`,
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

interface Outcome {
  readonly reply: Reply;
  readonly usage?: TokenUsage;
  readonly fidelity?: Fidelity;
}

class Platform {
  readonly account: Account;
  readonly #script: Script;
  readonly #door: Door;
  readonly #player: Player;
  readonly #log: RequestLog;
  readonly #options: SimulatorOptions;
  readonly #recall = new Recall();
  readonly #prefixes = new Map<string, PrefixTree>();
  #count = 0;
  #lastByteAt: number | undefined;

  constructor(script: Script, log: RequestLog, options: SimulatorOptions) {
    this.#script = script;
    this.#log = log;
    this.#options = options;
    this.#player = new Player(script);
    this.#door = openDoor({
      account: accountKind(script),
      cluster: script.account?.cluster,
      as: options.as,
      key: script.account?.key,
    });
    this.account = new Account(this.#door.account, script.account?.credits);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrived = performance.now();
    const at = this.#now().toISOString();
    const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
    const body = await readBody(request);
    if (path === "/_simulator/account") return sendReply(jsonReply(200, this.account.state()), response);
    const n = ++this.#count;
    const { reply, usage, fidelity } = this.#answer(request, path, body, n);
    this.#log.add({
      n,
      at,
      path,
      status: reply.status,
      ...(this.#lastByteAt === undefined ? {} : { afterMs: round(arrived - this.#lastByteAt) }),
      ...(usage ? { usage } : {}),
      ...fidelity,
      body,
    });
    await sendReply(reply, response);
    this.#lastByteAt = performance.now();
  }

  #answer(request: IncomingMessage, path: string, body: string, n: number): Outcome {
    try {
      checkKey(this.#door, request.headers);
      const route = `${request.method} ${path.replace(/^\/v1(?=\/)/, "")}`;
      switch (route) {
        case "GET /models":
          return { reply: jsonReply(200, modelList(this.#models)) };
        case "POST /chat/completions":
          return this.#chat(request, body, n);
        default:
          throw notFound(`No endpoint ${route}`);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { reply: errorReply(error.status, error.body, { framed: this.#script.framedErrors ?? false }) };
    }
  }

  #chat(request: IncomingMessage, raw: string, n: number): Outcome {
    if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
      throw badRequest("content-type must be application/json");
    }
    this.account.checkFunds();
    const { body, prompt } = parseBody(raw);
    checkModel(body.model, this.#models, this.#door.account);
    checkRequest(body);
    const bytes = promptBytes(prompt);
    const window = contextWindow(body.model);
    if (tokensOf(bytes.length) > window) throw badRequest(`The maximum context length is ${window} tokens`);

    const chosen = this.#player.choose(body);
    const turn = isThinking(body) ? chosen : { ...chosen, reasoning: undefined };
    const fault = turn.fault ? armFault(turn.fault) : undefined;
    const ids = answerIds(`${n} ${createHash("sha256").update(raw).digest("hex")}`);
    const calls = callsOf(turn, ids.call);
    const answered = fault?.answered ?? true;
    const usage = usageOf({
      promptBytes: bytes.length,
      cachedBytes: answered ? this.#prefixesOf(body.model).add(bytes) : 0,
      turn,
      argumentTexts: calls.map((call) => call.arguments),
    });
    if (answered) this.account.charge(body.model, usage, this.#now());
    const answer: Answer = {
      id: ids.completion,
      model: body.model,
      created: Math.floor(this.#now().getTime() / 1000),
      reasoning: turn.reasoning ?? "",
      content: turn.content ?? "",
      calls,
      finish: turn.finish ?? (calls.length > 0 ? "tool_calls" : "stop"),
      usage,
    };
    const fidelity = this.#recall.compare(body, bytes);
    this.#recall.remember(answer);
    const pace = this.#options.paceMs ?? turn.paceMs ?? this.#script.paceMs ?? 0;
    const whole = body.stream ? streamReply(frames(answer), pace) : jsonReply(200, completion(answer));
    return { reply: fault ? fault.apply(whole) : whole, fidelity, ...(answered ? { usage } : {}) };
  }

  get #models(): readonly string[] {
    return this.#script.models ?? CURRENT_MODELS;
  }

  #prefixesOf(model: string): PrefixTree {
    const known = this.#prefixes.get(model);
    if (known) return known;
    const made = new PrefixTree();
    this.#prefixes.set(model, made);
    return made;
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new Error("The request is too large.");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
