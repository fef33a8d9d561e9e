import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { type Chat, type ChatDeps, createChat, type SendOptions } from "../../src/agent/chat.ts";
import { AgentError, StoppedError, ToolError } from "../../src/agent/errors.ts";
import type { AgentEvent } from "../../src/agent/events.ts";
import { type ImagePart, type Outgoing, openCalls } from "../../src/agent/message.ts";
import type { ApprovalAnswer, ChatModel } from "../../src/agent/ports.ts";
import { type AnyTool, type Tool, wireTools } from "../../src/agent/tool.ts";
import { openSessionFile, type SessionFile } from "../../src/node/sessionFile.ts";
import { foldSession } from "../../src/sessions/fold.ts";
import { SESSION_VERSION, type SessionRecord } from "../../src/sessions/format.ts";
import { journalTo } from "../../src/sessions/journal.ts";
import { mendSession } from "../../src/sessions/mend.ts";
import { lastRewind, REWIND_UNDONE, REWOUND, rewindPoint, userMessages } from "../../src/sessions/rewind.ts";
import { fakeTimer, noBackground, openGate } from "../unit/agent/fakes.ts";
import { Continuity } from "./continuity.ts";
import { SCRIPTED } from "./historyTurns.ts";
import type { Random } from "./random.ts";

export interface HistoryParts {
  readonly model: ChatModel;
  readonly random: Random;
  /** A folder that this history has to itself. */
  readonly folder: string;
  readonly tally: Tally;
}

/** What happened in all histories; the campaign shows that it did. */
export interface Tally {
  requests: number;
  refused: number;
  scripted: number;
  stops: number;
  failures: number;
  retries: number;
  switches: number;
  reloads: number;
  kills: number;
  queued: number;
  images: number;
  leaks: number;
  floods: number;
  repairs: number;
  rewinds: number;
  differing: number;
  readonly problems: string[];
}

const clock = { now: () => new Date("2026-11-21T10:00:00Z") };
const IMAGE: ImagePart = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
const HEAD = { system: "You are a test.", tools: wireTools(tools()) };

/** One conversation from its first message over stops, failures, switches, reloads and kills. */
export class History {
  readonly #parts: HistoryParts;
  readonly #continuity = new Continuity();
  #file: SessionFile | undefined;
  /** What stands in it. */
  #records: SessionRecord[] = [];
  #path: string;
  #paths = 0;
  #ids = 0;
  #date = 0;
  #stop = new AbortController();
  /** Events until the user stops, or the process is killed. */
  #stopIn = Number.POSITIVE_INFINITY;
  #killIn = Number.POSITIVE_INFINITY;
  #killed: string | undefined;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
    this.#path = join(parts.folder, "0.jsonl");
  }

  async run(): Promise<void> {
    const { random, tally } = this.#parts;
    let chat = await this.#open();
    for (let tasks = 2 + random.below(5); tasks > 0; tasks--) {
      await this.#task(chat);
      if (openCalls(chat.messages).length > 0) tally.problems.push("a call without an answer");
      if (random.chance(0.1)) chat.dropImages();
      if (this.#killed === undefined && random.chance(0.12)) this.#rewind(chat);
      if (this.#killed !== undefined || random.chance(0.3)) chat = await this.#reload(chat);
    }
    await this.#file?.close();
    tally.requests += this.#continuity.requests;
    tally.problems.push(...this.#continuity.problems);
  }

  async #task(chat: Chat): Promise<void> {
    const { random, tally } = this.#parts;
    this.#stop = new AbortController();
    this.#stopIn = random.chance(0.25) ? random.below(60) : Number.POSITIVE_INFINITY;
    this.#killIn = random.chance(0.12) ? random.below(60) : Number.POSITIVE_INFINITY;
    const end = await chat.send(this.#message(), this.#options());
    if (end.outcome === "stopped") tally.stops++;
    if (end.outcome === "failed") tally.failures++;
  }

  #message(): Outgoing {
    const { random, tally } = this.#parts;
    const images = random.chance(0.12) ? Array.from({ length: 1 + random.below(2) }, () => IMAGE) : [];
    tally.images += images.length;
    return { text: random.pick(["Go on.", "Go on.", "fix it", "想一想", "", `task ${random.below(99)}`]), images };
  }

  #options(): SendOptions {
    const { random } = this.#parts;
    const account = random.pick(["one", "one", "two"]);
    return {
      signal: this.#stop.signal,
      model: random.pick(["mimo-v2.6-pro", "mimo-v2.6-pro", "mimo-v2.6-pro", "mimo-v2.6-flash"]),
      thinking: random.chance(0.85),
      webSearch: random.chance(0.1),
      account: () => account,
      maxTurns: 12,
    };
  }

  /** Back to before one of the messages, and often forward again. */
  #rewind(chat: Chat): void {
    const { random, tally } = this.#parts;
    tally.rewinds++;
    const before = [...chat.messages];
    const ordinal = 1 + random.below(userMessages(this.#records));
    const point = rewindPoint(this.#records, ordinal);
    chat.rewind(point?.messages ?? [], { by: REWOUND, ordinal });
    if (!isDeepStrictEqual(chat.messages, point?.messages)) tally.problems.push("a rewind that went elsewhere");
    if (!random.chance(0.5)) return;
    const last = lastRewind(this.#records);
    chat.rewind(last?.messages ?? [], { by: REWIND_UNDONE, ordinal });
    if (!isDeepStrictEqual(chat.messages, before)) tally.problems.push("a rewind that was not undone");
  }

  /** The window closes and opens again: what goes on is what stands in the file. */
  async #reload(before: Chat): Promise<Chat> {
    const { tally } = this.#parts;
    await this.#file?.close();
    if (this.#killed === undefined) tally.reloads++;
    else tally.kills++;
    this.#path = this.#killed ?? this.#path;
    const wasKilled = this.#killed !== undefined;
    this.#killed = undefined;
    const chat = await this.#open();
    if (!wasKilled && !isDeepStrictEqual(chat.messages, before.messages)) tally.differing++;
    return chat;
  }

  async #open(): Promise<Chat> {
    const file = await openSessionFile(this.#path, { flush: async () => {} });
    this.#file = file;
    this.#records = [...file.records];
    const append = (record: SessionRecord) => {
      file.append(record);
      this.#records.push(record);
    };
    const stored = foldSession(file.records, { damage: file.damage });
    const at = clock.now().toISOString();
    if (stored) mendSession(stored, append, at);
    else {
      const { system, tools } = HEAD;
      const model = "mimo-v2.6-pro";
      append({ v: SESSION_VERSION, type: "session", id: "s", at, workspace: ["/w"], model, system, tools });
    }
    const { head = HEAD, messages = [], turn = 0, last } = stored ?? {};
    return createChat(this.#deps(append), { head, messages, turn, last });
  }

  #deps(append: (record: SessionRecord) => void): ChatDeps {
    const { random, tally } = this.#parts;
    const never = () => Promise.reject(new Error("not in this campaign"));
    return {
      model: this.#watched(),
      tools: tools(),
      env: {
        files: { locate: never, read: never, readPart: never, write: never },
        tree: { createFolder: never, move: never, remove: never, filesIn: never },
        search: { text: never, files: never, list: never },
        shell: { name: "bash", run: never },
        background: noBackground,
        seen: new Map(),
      },
      policy: {
        judge: () => ({ verdict: random.pick(["allow", "allow", "allow", "ask", "deny"] as const), reason: "chance" }),
        grant: () => {},
      },
      approver: {
        ask: async (): Promise<ApprovalAnswer> => ({ decision: random.pick(["once", "session", "deny"] as const) }),
      },
      clock,
      timer: fakeTimer(),
      gate: openGate(),
      facts: {
        read: async () => new Map([["Date", `day ${random.chance(0.1) ? ++this.#date : this.#date}`]]),
      },
      instructions: async () => "AGENTS.md:\nBe brief.",
      journal: journalTo(append, clock),
      emit: (event) => this.#happened(event),
      planned: () => {},
      queued: () => {
        if (!random.chance(0.08)) return undefined;
        tally.queued++;
        return this.#message();
      },
      price: (_, usage) => usage.prompt + usage.output,
      newId: () => (++this.#ids).toString(16),
    };
  }

  #watched(): ChatModel {
    const { model, tally } = this.#parts;
    const continuity = this.#continuity;
    return {
      async *stream(request, options) {
        continuity.request(request);
        try {
          yield* model.stream(request, options);
        } catch (error) {
          if (error instanceof AgentError && error.status === 400) {
            if (error.message.includes(SCRIPTED)) tally.scripted++;
            else {
              tally.refused++;
              tally.problems.push(error.message);
            }
          }
          throw error;
        }
      },
    };
  }

  #happened(event: AgentEvent): void {
    const { tally, folder } = this.#parts;
    this.#continuity.event(event);
    count(event, tally);
    if (this.#killIn-- === 0) {
      // What a process that dies here leaves: the file as it is at this moment.
      this.#killed = join(folder, `${++this.#paths}.jsonl`);
      rmSync(this.#killed, { force: true });
      copyFileSync(this.#path, this.#killed);
      this.#stop.abort();
    }
    if (this.#stopIn-- === 0) this.#stop.abort();
  }
}

function count(event: AgentEvent, tally: Tally): void {
  if (event.type === "retry") tally.retries++;
  if (event.type === "prefix_break") tally[/_repair|_removed/.test(event.reason) ? "repairs" : "switches"]++;
  if (event.type === "notice" && event.reason === "leaked_calls") tally.leaks++;
  if (event.type === "notice" && event.reason === "flood") tally.floods++;
}

function tools(): AnyTool[] {
  const make = (name: string, readOnly: boolean): Tool<{ id: string }> => ({
    name,
    description: name,
    schema: z.strictObject({ id: z.string() }),
    readOnly,
    plan: async ({ id }, { signal }) => ({
      actions: readOnly ? [] : [{ kind: "command", command: id, cwd: PLACE }],
      run: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        if (id === "slow" && signal.aborted) throw new StoppedError();
        if (id.startsWith("bad")) throw new ToolError(`${id} failed`);
        return id === "e" ? "" : `result of ${id}\nhalf \ud83d`;
      },
    }),
  });
  return [make("look", true), make("act", false)] as unknown as AnyTool[];
}

const PLACE = { path: "/w", shown: ".", inside: true, kind: "folder" } as const;
