import type { Answer } from "./accumulate.ts";
import { type Asking, type AttemptParts, bill, getAnswer } from "./attempts.ts";
import type { CallResult } from "./calls.ts";
import { runCalls } from "./calls.ts";
import { messageAfter } from "./context.ts";
import { AgentError } from "./errors.ts";
import type { AgentEvent, AgentEventBody, TaskOutcome } from "./events.ts";
import { Governor, RUN } from "./governor.ts";
import { type Cut, type Journal, Logbook } from "./logbook.ts";
import type { Message, Outgoing, WireTool, WireToolCall } from "./message.ts";
import { type CacheKey, type LastRequest, Meter, type Price } from "./meter.ts";
import type { Action, Approver, ChatModel, Clock, Policy, RequestGate, Timer, WorkspaceFacts } from "./ports.ts";
import { imageRemovals, textRepairs, wasRepaired, withText } from "./repairs.ts";
import { retryAt } from "./retry.ts";
import type { AnyTool, ToolEnv } from "./tool.ts";

export interface ChatDeps {
  readonly model: ChatModel;
  readonly tools: readonly AnyTool[];
  readonly env: ToolEnv;
  readonly policy: Policy;
  readonly approver: Approver;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly gate: RequestGate;
  readonly facts: WorkspaceFacts;
  /** Text of the instruction files, already capped; read once, for the first message. */
  readonly instructions: () => Promise<string>;
  readonly journal: Journal;
  readonly emit: (event: AgentEvent) => void;
  /** What a call is about to do, before it is judged. */
  readonly planned: (callId: string, actions: readonly Action[]) => void;
  /** A command seems to wait for input, or goes on (undefined). */
  readonly waiting?: (callId: string, prompt: string | undefined) => void;
  /** Takes the oldest message that was typed while the task runs. Asked before every request. */
  readonly queued?: () => Outgoing | undefined;
  readonly price: Price;
  readonly newId: () => string;
}

/** What stands before the first user message. Frozen for the life of a session. */
export interface ChatHead {
  readonly system: string;
  readonly tools: readonly WireTool[];
}

export interface SendOptions {
  readonly signal: AbortSignal;
  readonly model: string;
  readonly thinking: boolean;
  /** Offers the platform's web search, which is billed apart. */
  readonly webSearch?: boolean;
  /** An opaque id of the key that pays: another one has another cache. */
  readonly account?: () => string | undefined;
  /** Requests of this task at the most; one that is sent again counts once. */
  readonly maxTurns?: number;
  /** The task stops before a request once it has cost this much. */
  readonly maxCredits?: number;
}

export interface TaskEnd {
  readonly outcome: TaskOutcome;
  readonly error?: AgentError;
}

export interface ChatStart {
  readonly head: ChatHead;
  /** History to go on from: valid, every call answered. */
  readonly messages: readonly Message[];
  /** Ordinal of the last request. */
  readonly turn: number;
  /** The last request's model, and the tokens that its cache holds: for what a switch will cost. */
  readonly last?: LastRequest | undefined;
}

/** One conversation: model -> tools -> model, until the model stops or the user does. One task at a time. */
export class Chat {
  readonly head: ChatHead;
  readonly #deps: ChatDeps;
  readonly #logbook: Logbook;
  readonly #meter: Meter;
  readonly #governor: Governor;
  readonly #parts: AttemptParts;
  /** The platform refuses empty texts, or the history as thinking: then so for the rest of the chat. */
  #needsText: boolean;
  #thinkingOff = false;

  constructor(deps: ChatDeps, start: ChatStart) {
    this.#deps = deps;
    this.head = start.head;
    this.#logbook = new Logbook(deps, start);
    this.#meter = new Meter({ price: deps.price, now: () => deps.clock.now(), last: start.last });
    this.#governor = new Governor(deps.tools);
    this.#parts = { ...deps, logbook: this.#logbook, meter: this.#meter };
    this.#needsText = wasRepaired(start.messages);
  }

  /** After the system prompt, in wire form. */
  get messages(): readonly Message[] {
    return this.#logbook.messages;
  }

  /** Tokens that the cache holds: what switching the model or the key pays once more. 0 in a new chat. */
  get cachedTokens(): number {
    return this.#meter.cachedTokens;
  }

  /** Works on the user's message to its end. Resolves with how it ended; throws only when the journal does. */
  async send(message: string | Outgoing, options: SendOptions): Promise<TaskEnd> {
    this.#meter.beginTask();
    await this.#hear(message, options.signal);
    const end = await this.#run(options);
    if (end.error) this.#tellError(end.error);
    this.#logbook.tell({ type: "end", outcome: end.outcome });
    return end;
  }

  /** Takes every image out of the history, for a model that does not see. Not while a task runs. */
  dropImages(): void {
    this.#change(imageRemovals(this.messages), "images_removed");
  }

  /**
   * Goes on from another state of this history: back to before one of the user's messages, or forward again. What both
   * have in common stays as it is, so that the cache still knows it. Not while a task runs.
   */
  rewind(messages: readonly Message[], { by, ordinal }: { readonly by: string; readonly ordinal: number }): void {
    const now = this.messages;
    let from = 0;
    while (from < now.length && JSON.stringify(now[from]) === JSON.stringify(messages[from])) from++;
    this.#meter.rewound(from, { messages: now, head: this.#headSize });
    if (from < now.length || from < messages.length) {
      this.#logbook.cut({ from, to: now.length, by, replacement: messages.slice(from) });
    }
    this.#logbook.tell({ type: "notice", reason: by, ordinal });
    // What was read and written since is not known any more, and what was known is of another time.
    this.#deps.env.seen.clear();
    this.#needsText = wasRepaired(this.messages);
  }

  /** Takes a message of the user into the history. One that nobody answered and that comes again stands there once. */
  async #hear(message: string | Outgoing, signal: AbortSignal): Promise<void> {
    this.#governor.reset();
    const [facts, instructions] = await Promise.all([
      // Facts that could not be read are not facts that are gone: nothing is said of them.
      this.#deps.facts.read({ signal }).catch(() => undefined),
      // A chat without them beats none; who reads them says what went wrong.
      this.messages.length <= 1 ? this.#deps.instructions().catch(() => "") : "",
    ]);
    const after = (history: readonly Message[]) => messageAfter(history, message, { facts, instructions });
    const last = this.messages.length - 1;
    const again = this.messages[last]?.role === "user" ? after(this.messages.slice(0, last)) : undefined;
    const isSame = again !== undefined && JSON.stringify(again) === JSON.stringify(this.messages[last]);
    const heard = isSame ? again : after(this.messages);
    if (isSame) this.#logbook.cut({ from: last, to: last + 1, by: "sent_again", replacement: [] });
    this.#logbook.append(heard);
  }

  async #run(options: SendOptions): Promise<TaskEnd> {
    for (let requests = 0; ; requests++) {
      if (options.signal.aborted) return { outcome: "stopped" };
      const budget = budgetReached(requests, this.#meter.spent, options);
      if (budget) return this.#endAt(budget);
      await this.#hearQueued(options.signal);
      const end = await this.#work(options);
      if (end) return end;
    }
  }

  async #hearQueued(signal: AbortSignal): Promise<void> {
    const { queued } = this.#deps;
    for (let next = queued?.(); next; next = queued?.()) await this.#hear(next, signal);
  }

  /** One answer and its calls. Returns how the task ended, if it did. */
  async #work(options: SendOptions): Promise<TaskEnd | undefined> {
    const { model, account, webSearch = false } = options;
    const cache: CacheKey = { model, webSearch, account: account?.() };
    this.#logbook.beginTurn();
    const switched = this.#meter.switchTo(cache);
    if (switched) this.#logbook.tell(switched);
    const got = await getAnswer(this.#parts, this.#asking(cache, options), options);
    switch (got.kind) {
      case "answer":
        return this.#take(got.answer, cache, options.signal);
      case "failed":
        return { outcome: "failed", error: got.error };
      case "stopped":
        return { outcome: "stopped" };
      case "too_dear":
        return this.#endAt("max_credits");
    }
  }

  #asking(cache: CacheKey, { thinking, maxCredits }: SendOptions): Asking {
    const isThinking = () => thinking && !this.#thinkingOff;
    return {
      cache,
      affordable: () => maxCredits === undefined || this.#meter.spent < maxCredits,
      request: () => ({
        model: cache.model,
        tools: this.head.tools,
        messages: [{ role: "system", content: this.head.system }, ...this.messages],
        thinking: isThinking(),
        ...(cache.webSearch ? { webSearch: true } : {}),
      }),
      mend: (detail) => {
        switch (detail) {
          case "text_missing":
            this.#needsText = true;
            return this.#change(textRepairs(this.messages), "text_repair");
          case "reasoning_missing":
            if (!isThinking()) return false;
            this.#thinkingOff = true;
            this.#logbook.tell({ type: "notice", reason: "thinking_off" });
            return true;
          case "images_refused":
          case "web_search_off":
          case "key_missing":
          case "model_gone":
            // What to do about these is the user's choice.
            return false;
        }
      },
    };
  }

  async #take(answer: Answer, cache: CacheKey, signal: AbortSignal): Promise<TaskEnd | undefined> {
    const { usage, sources, searchError, leaked } = answer;
    const message = this.#needsText ? withText(answer.message) : answer.message;
    this.#logbook.append(message);
    if (usage) bill(this.#parts, usage, cache);
    if (sources.length > 0) this.#logbook.tell({ type: "notice", reason: "web_sources", sources });
    if (searchError !== undefined) {
      this.#logbook.tell({ type: "notice", reason: "web_search_failed", message: searchError });
    }
    if (leaked) this.#logbook.tell({ type: "notice", reason: "leaked_calls" });
    const calls = message.tool_calls ?? [];
    if (calls.length === 0) {
      // Reasoning is folded away: whoever reads only answers would take this for a task that ended without a word.
      if (message.content.trim() === "") this.#logbook.tell({ type: "notice", reason: "no_answer" });
      return { outcome: "done" };
    }
    await this.#call(calls, signal);
    if (!this.#governor.isStuck || signal.aborted) return undefined;
    return { outcome: "failed", error: new AgentError("repetition", STUCK) };
  }

  async #call(calls: readonly WireToolCall[], signal: AbortSignal): Promise<void> {
    for (const { id, function: f } of calls) {
      this.#logbook.show({ type: "tool_call", id, name: f.name, arguments: f.arguments });
    }
    const { of, flood } = this.#governor.judge(calls);
    if (flood) this.#logbook.tell({ type: "notice", reason: "flood" });
    const deps = {
      ...this.#deps,
      emit: (event: AgentEventBody) => this.#show(event),
      ruling: (id: string) => of.get(id) ?? RUN,
    };
    await runCalls(calls, deps, (result) => this.#answer(result), { signal });
  }

  #answer({ call, status, text }: CallResult): void {
    this.#governor.ended(call.id, status);
    this.#logbook.append({ role: "tool", tool_call_id: call.id, content: text });
    // The message holds the text; the kept event adds how the call ended.
    this.#logbook.keep({ type: "tool_result", id: call.id, status, text: "" });
    this.#logbook.show({ type: "tool_result", id: call.id, status, text });
  }

  #show(body: AgentEventBody): void {
    if (body.type === "approval") this.#logbook.tell(body);
    else this.#logbook.show(body);
  }

  /** Changes what is sent of the history, and says what that costs. False when there is nothing to change. */
  #change(cuts: readonly Cut[], reason: string): boolean {
    const first = cuts[0];
    if (!first) return false;
    this.#logbook.tell(this.#meter.changeFrom(first.from, { messages: this.messages, head: this.#headSize }, reason));
    for (const cut of cuts) this.#logbook.cut(cut);
    return true;
  }

  /** Characters of what stands before the messages. */
  get #headSize(): number {
    return this.head.system.length + JSON.stringify(this.head.tools).length;
  }

  #endAt(budget: string): TaskEnd {
    this.#logbook.tell({ type: "notice", reason: budget });
    return { outcome: "stopped" };
  }

  #tellError(error: AgentError): void {
    const { reason, message, detail } = error;
    const at = retryAt(error, this.#deps.clock.now());
    this.#logbook.tell({
      type: "error",
      reason,
      message,
      ...(at === undefined ? {} : { retryAt: at }),
      ...(detail === undefined ? {} : { detail }),
    });
  }
}

const STUCK = "The model made the same call again and again without any effect; the task was ended.";

export function createChat(deps: ChatDeps, start: ChatStart): Chat {
  return new Chat(deps, start);
}

function budgetReached(requests: number, spent: number, options: SendOptions): string | undefined {
  if (options.maxTurns !== undefined && requests >= options.maxTurns) return "max_turns";
  if (options.maxCredits !== undefined && spent >= options.maxCredits) return "max_credits";
  return undefined;
}
