import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Account } from "./account.ts";
import { type Answer, answerIds, callsOf, completion, frames, type Said } from "./answer.ts";
import { truncated } from "./answerLimit.ts";
import { checkKey, type Door, type Host, openDoor } from "./auth.ts";
import { QuotaPages } from "./console.ts";
import type { Asked } from "./faults/fault.ts";
import { armFault } from "./faults/faults.ts";
import type { Rearrange } from "./fragments.ts";
import { checkRequest, isThinking } from "./history.ts";
import { type Admission, Limits } from "./limits.ts";
import { mediaBytes } from "./media.ts";
import { CURRENT_MODELS, checkModel, contextWindow, modelList, speechKind } from "./models.ts";
import { Player } from "./player.ts";
import { PrefixTree } from "./prefixTree.ts";
import { type Fidelity, Recall } from "./recall.ts";
import { badRequest, notFound, Refusal, tooLong } from "./refusal.ts";
import { errorReply, jsonReply, type Reply, streamReply } from "./reply.ts";
import { type ChatBody, type ParsedRequest, parseBody } from "./request.ts";
import { accountKind, type PlainTurn, type Script } from "./script.ts";
import { listen, synthesize } from "./speech.ts";
import { promptBytes, type TokenUsage, tokensOf, usageOf } from "./tokens.ts";
import { checkSearch, searchFor } from "./webSearch.ts";

/** A request as it came. */
export interface Incoming {
  /** From 1. */
  readonly n: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the platform makes of a request. */
export interface Outcome {
  readonly reply: Reply;
  readonly usage?: TokenUsage;
  readonly fidelity?: Fidelity;
  /** The kind of the fault that was played. */
  readonly fault?: string;
  /** To be called when the reply has been sent. */
  readonly done?: () => void;
}

export interface PlatformOptions {
  readonly as: Host | undefined;
  /** Over the script's own. */
  readonly paceMs: number | undefined;
  readonly now: () => Date;
}

/** One account on one host of the platform, with a simulated model. Knows nothing of sockets. */
export class Platform {
  readonly account: Account;
  readonly #script: Script;
  readonly #door: Door;
  readonly #player: Player;
  readonly #options: PlatformOptions;
  readonly #limits: Limits;
  readonly #pages: QuotaPages;
  readonly #recall = new Recall();
  readonly #prefixes = new Map<string, PrefixTree>();

  constructor(script: Script, options: PlatformOptions) {
    this.#script = script;
    this.#options = options;
    this.#player = new Player(script);
    this.#door = openDoor({ kind: accountKind(script), spec: script.account, as: options.as });
    this.account = new Account(this.#door.account, script.account);
    this.#limits = new Limits(script.account?.limits);
    this.#pages = new QuotaPages(script.console, this.account, options.now());
  }

  answer(request: Incoming): Outcome {
    try {
      const page = this.#pages.answer(request.method, request.path, request.headers);
      if (page) return { reply: page };
      checkKey(this.#door, request.headers);
      const route = `${request.method} ${request.path.replace(/^\/v1(?=\/)/, "")}`;
      switch (route) {
        case "GET /models":
          return { reply: this.#modelList(request.path) };
        case "POST /chat/completions":
          return this.#chat(request);
        default:
          throw notFound(`No endpoint ${route}`);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { reply: this.refuse(error) };
    }
  }

  refuse(refusal: Refusal): Reply {
    const { status, body, headers } = refusal;
    return errorReply(status, body, { framed: this.#script.framedErrors ?? false, headers });
  }

  #modelList(path: string): Reply {
    const { modelsAt } = this.#script;
    const here = path.startsWith("/v1/") ? "v1" : "root";
    if (modelsAt !== "both" && modelsAt !== here) throw notFound(`No endpoint GET ${path}`);
    return jsonReply(200, modelList(this.#models));
  }

  #chat(request: Incoming): Outcome {
    if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
      throw badRequest("content-type must be application/json");
    }
    this.account.checkFunds();
    const parsed = parseBody(request.body);
    const { body } = parsed;
    checkModel(body.model, this.#models, this.#door.account);
    checkSearch(body, { enabled: this.#script.account?.webSearch ?? false });
    const kind = speechKind(body.model);
    if (kind === undefined) checkRequest(body);
    const speech = kind === "synthesis" ? synthesize(body) : undefined;
    const seconds = kind === "recognition" ? listen(body) : 0;
    const bytes = promptBytes(parsed);
    const window = contextWindow(body.model);
    if (tokensOf(bytes.length) > window) throw tooLong(window);

    const admission = this.#limits.enter(body.model, this.#options.now());
    try {
      const outcome = speech
        ? this.#speak(request, parsed, bytes, speech)
        : this.#converse(request, parsed, bytes, seconds);
      return settled(outcome, admission);
    } catch (error) {
      admission.leave();
      throw error;
    }
  }

  #converse(request: Incoming, { body }: ParsedRequest, bytes: Buffer, seconds: number): Outcome {
    const asked: Asked = { model: body.model, thinking: isThinking(body), now: this.#options.now() };
    const play = speechKind(body.model) ? this.#heard(body) : this.#player.choose(body);
    const fault = play.fault ? armFault(play.fault) : undefined;
    const turn = fault?.turn(play.turn, asked) ?? play.turn;
    const ids = answerIds(seedOf(request));
    const whole: Said = {
      reasoning: asked.thinking ? (turn.reasoning ?? "") : "",
      content: turn.content ?? "",
      calls: callsOf(turn, ids.call),
    };
    const cut = truncated(whole, body.max_completion_tokens ?? undefined);
    const said = cut ?? whole;
    const search = searchFor(body, turn.search);
    const answered = fault?.answered ?? true;
    const usage = usageOf({
      promptBytes: bytes.length,
      cachedBytes: answered ? this.#prefixesOf(body.model).add(bytes) : 0,
      mediaBytes: mediaBytes(body),
      said,
      scripted: turn.usage,
      search,
    });
    if (answered) this.account.charge({ model: body.model, usage, seconds }, asked.now);
    const answer: Answer = {
      ...said,
      id: ids.completion,
      model: body.model,
      created: secondsOf(asked.now),
      finish: cut ? "length" : (turn.finish ?? (said.calls.length > 0 ? "tool_calls" : "stop")),
      usage,
      search,
    };
    const fidelity = this.#recall.compare(body, bytes);
    this.#recall.remember(answer);
    const reply = this.#replyOf(body, answer, turn, fault?.rearrange ?? ((list) => list));
    return {
      reply: fault ? fault.reply(reply, asked) : reply,
      fidelity,
      ...(answered ? { usage } : {}),
      ...(fault ? { fault: fault.kind } : {}),
    };
  }

  /** What a recording says. */
  #heard(body: ChatBody): { readonly turn: PlainTurn; readonly fault: PlainTurn["fault"] } {
    const { transcript } = this.#script;
    if (transcript !== undefined) return { turn: { content: transcript }, fault: undefined };
    const { turn, fault } = this.#player.choose(body);
    return { turn: { ...turn, content: turn.transcript ?? turn.content }, fault };
  }

  #speak(
    request: Incoming,
    { body }: ParsedRequest,
    bytes: Buffer,
    speech: { readonly bytes: Buffer; readonly spoken: string | undefined },
  ): Outcome {
    const now = this.#options.now();
    const ids = answerIds(seedOf(request));
    const said: Said = { reasoning: "", content: "", calls: [] };
    const usage = usageOf({
      promptBytes: bytes.length,
      cachedBytes: 0,
      mediaBytes: mediaBytes(body),
      said,
      // 25 tokens for a second of 48,000 bytes: the platform does not say, and charges nothing.
      scripted: { completion_tokens: Math.ceil(speech.bytes.length / 1920) },
      search: undefined,
    });
    this.account.charge({ model: body.model, usage, seconds: 0 }, now);
    const audio = { id: `audio_${ids.completion.slice(0, 24)}`, ...speech };
    const answer: Answer = {
      ...said,
      id: ids.completion,
      model: body.model,
      created: secondsOf(now),
      finish: "stop",
      usage,
      audio,
    };
    return { reply: this.#replyOf(body, answer, {}, (list) => list), usage };
  }

  #replyOf(body: ChatBody, answer: Answer, turn: PlainTurn, rearrange: Rearrange): Reply {
    if (!body.stream) return jsonReply(200, completion(answer));
    return streamReply(frames(answer, rearrange), this.#options.paceMs ?? turn.paceMs ?? this.#script.paceMs ?? 0);
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
}

function settled(outcome: Outcome, admission: Admission): Outcome {
  admission.used(outcome.usage?.total_tokens ?? 0);
  return { ...outcome, done: () => admission.leave() };
}

function seedOf(request: Incoming): string {
  return `${request.n} ${createHash("sha256").update(request.body).digest("hex")}`;
}

function secondsOf(now: Date): number {
  return Math.floor(now.getTime() / 1000);
}
