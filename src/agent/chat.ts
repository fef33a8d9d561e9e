import type { CallResult } from "./calls.ts";
import { runCalls } from "./calls.ts";
import { changedFacts, knownFacts, userMessage } from "./context.ts";
import { AgentError } from "./errors.ts";
import type { AgentEvent, AgentEventBody, TaskOutcome } from "./events.ts";
import type { Message, Usage, UserMessage, WireTool } from "./message.ts";
import type { Action, Approver, ChatModel, Clock, Policy, WorkspaceFacts } from "./ports.ts";
import type { AnyTool, ToolEnv } from "./tool.ts";
import { requestAnswer, UnusableAnswer } from "./turn.ts";

/** Where what happened is kept. Called before the next step begins, in order. */
export interface Journal {
  message(message: Message): void;
  usage(usage: {
    readonly purpose: string;
    readonly model: string;
    readonly usage: Usage;
    readonly credits: number;
  }): void;
  event(event: AgentEvent): void;
}

export interface ChatDeps {
  readonly model: ChatModel;
  readonly tools: readonly AnyTool[];
  readonly env: ToolEnv;
  readonly policy: Policy;
  readonly approver: Approver;
  readonly clock: Clock;
  readonly facts: WorkspaceFacts;
  /** Text of the instruction files, already capped; read once, for the first message. */
  readonly instructions: () => Promise<string>;
  readonly journal: Journal;
  readonly emit: (event: AgentEvent) => void;
  /** What a call is about to do, before it is judged. */
  readonly planned: (callId: string, actions: readonly Action[]) => void;
  /** Credits of one request. */
  readonly price: (model: string, usage: Usage, at: Date) => number;
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
  /** Requests of this task at the most. */
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
  readonly last?: { readonly model: string; readonly prompt: number } | undefined;
}

/** One conversation: model -> tools -> model, until the model stops or the user does. One task at a time. */
export class Chat {
  readonly head: ChatHead;
  readonly #deps: ChatDeps;
  readonly #messages: Message[];
  #turn: number;
  #spent = 0;
  #last: ChatStart["last"];

  constructor(deps: ChatDeps, start: ChatStart) {
    this.#deps = deps;
    this.head = start.head;
    this.#messages = [...start.messages];
    this.#turn = start.turn;
    this.#last = start.last;
  }

  /** After the system prompt, in wire form. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Works on the user's message to its end. Resolves with how it ended; throws only when the journal does. */
  async send(text: string, options: SendOptions): Promise<TaskEnd> {
    this.#append(await this.#userMessage(text, options.signal));
    const end = await this.#run(options);
    if (end.error) this.#keep({ type: "error", reason: end.error.reason, message: end.error.message });
    this.#keep({ type: "end", outcome: end.outcome });
    return end;
  }

  async #userMessage(text: string, signal: AbortSignal): Promise<UserMessage> {
    const first = this.#messages.length === 0;
    const [facts, instructions] = await Promise.all([
      // Facts that could not be read are not facts that are gone: nothing is said of them.
      this.#deps.facts.read({ signal }).catch(() => undefined),
      // A chat without them beats none; who reads them says what went wrong.
      first ? this.#deps.instructions().catch(() => "") : "",
    ]);
    if (!facts) return userMessage(text, new Map(), instructions);
    return userMessage(text, first ? facts : changedFacts(knownFacts(this.#messages), facts), instructions);
  }

  async #run(options: SendOptions): Promise<TaskEnd> {
    this.#spent = 0;
    for (let requests = 0; ; requests++) {
      if (options.signal.aborted) return { outcome: "stopped" };
      const budget = budgetReached(requests, this.#spent, options);
      if (budget) {
        this.#keep({ type: "notice", reason: budget });
        return { outcome: "stopped" };
      }
      try {
        const calls = await this.#step(options);
        if (calls === 0) return { outcome: "done" };
      } catch (error) {
        if (!(error instanceof UnusableAnswer)) throw error;
        this.#keepPartial(error, options.model);
        return error.cause instanceof AgentError ? { outcome: "failed", error: error.cause } : { outcome: "stopped" };
      }
    }
  }

  /** One request and the calls of its answer. Returns how many calls there were. */
  async #step(options: SendOptions): Promise<number> {
    this.#turn++;
    this.#noticeModelSwitch(options.model);
    const { message, usage } = await requestAnswer(
      this.#deps.model,
      {
        model: options.model,
        tools: this.head.tools,
        messages: [{ role: "system", content: this.head.system }, ...this.#messages],
        thinking: options.thinking,
      },
      (event) => this.#show(event),
      options,
    );
    this.#append(message);
    if (usage) this.#count(usage, options.model);
    const calls = message.tool_calls ?? [];
    for (const { id, function: f } of calls)
      this.#show({ type: "tool_call", id, name: f.name, arguments: f.arguments });
    const deps = { ...this.#deps, emit: (event: AgentEventBody) => this.#show(event) };
    await runCalls(calls, deps, (result) => this.#answer(result), options);
    return calls.length;
  }

  #answer({ call, status, text }: CallResult): void {
    this.#append({ role: "tool", tool_call_id: call.id, content: text });
    // The message holds the text; the kept event adds how the call ended.
    this.#deps.journal.event(this.#stamp({ type: "tool_result", id: call.id, status, text: "" }));
    this.#show({ type: "tool_result", id: call.id, status, text });
  }

  #count(usage: Usage, model: string): void {
    const credits = this.#deps.price(model, usage, this.#deps.clock.now());
    this.#spent += credits;
    this.#last = { model, prompt: usage.prompt + usage.output };
    this.#deps.journal.usage({ purpose: "agent", model, usage, credits });
    this.#keep({ type: "usage", ...usage, credits });
  }

  /** Another model has another cache: the whole window is missed once. */
  #noticeModelSwitch(model: string): void {
    if (!this.#last || this.#last.model === model) return;
    const usage: Usage = { prompt: this.#last.prompt, cached: 0, output: 0, reasoning: 0 };
    const credits = this.#deps.price(model, usage, this.#deps.clock.now());
    this.#keep({ type: "prefix_break", reason: "model_switch", tokens: this.#last.prompt, credits });
    // Said once, also when the request fails and is sent again.
    this.#last = { model, prompt: this.#last.prompt };
  }

  #keepPartial({ partial, usage }: UnusableAnswer, model: string): void {
    if (partial.reasoning) this.#deps.journal.event(this.#stamp({ type: "reasoning_delta", text: partial.reasoning }));
    if (partial.content) this.#deps.journal.event(this.#stamp({ type: "content_delta", text: partial.content }));
    if (usage) this.#count(usage, model);
  }

  #append(message: Message): void {
    this.#messages.push(message);
    this.#deps.journal.message(message);
  }

  #keep(body: AgentEventBody): void {
    const event = this.#stamp(body);
    this.#deps.journal.event(event);
    this.#deps.emit(event);
  }

  #show(body: AgentEventBody): void {
    if (body.type === "approval") this.#keep(body);
    else this.#deps.emit(this.#stamp(body));
  }

  #stamp(body: AgentEventBody): AgentEvent {
    const { type, ...rest } = body;
    return { type, at: this.#deps.clock.now().toISOString(), turn: this.#turn, ...rest } as AgentEvent;
  }
}

export function createChat(deps: ChatDeps, start: ChatStart): Chat {
  return new Chat(deps, start);
}

function budgetReached(requests: number, spent: number, options: SendOptions): string | undefined {
  if (options.maxTurns !== undefined && requests >= options.maxTurns) return "max_turns";
  if (options.maxCredits !== undefined && spent >= options.maxCredits) return "max_credits";
  return undefined;
}
