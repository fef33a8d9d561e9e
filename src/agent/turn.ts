import { Accumulator, type Answer, type ReadLeaked } from "./accumulate.ts";
import { AgentError, isAbort, StoppedError } from "./errors.ts";
import type { AgentEventBody } from "./events.ts";
import { findLeak } from "./leaked.ts";
import type { Usage, WireToolCall } from "./message.ts";
import type { ChatModel, ChatRequest } from "./ports.ts";
import { RepeatWatch } from "./repeats.ts";

/** An answer that will not be used: why, and what had arrived. Its text is kept for the user and never sent back. */
export class UnusableAnswer extends Error {
  override readonly cause: AgentError | StoppedError;
  readonly partial: { readonly reasoning: string; readonly content: string };
  readonly usage: Usage | undefined;

  constructor(cause: AgentError | StoppedError, seen: Accumulator) {
    super(cause.message);
    this.cause = cause;
    this.partial = seen.partial();
    this.usage = seen.usage;
  }
}

export interface TurnParts {
  readonly model: ChatModel;
  readonly show: (event: AgentEventBody) => void;
  readonly newId: () => string;
}

/** Asks the model once and shows the answer while it comes. Throws UnusableAnswer, and nothing else. */
export async function requestAnswer(
  { model, show, newId }: TurnParts,
  request: ChatRequest,
  options: { readonly signal: AbortSignal },
): Promise<Answer> {
  const accumulator = new Accumulator();
  const watches = { reasoning_delta: new RepeatWatch(), content_delta: new RepeatWatch() };
  try {
    for await (const chunk of model.stream(request, options)) {
      for (const delta of accumulator.push(chunk)) {
        show(delta);
        // Leaving the loop closes the connection: what is not read is not paid for much longer.
        if (watches[delta.type].push(delta.text)) throw new AgentError("repetition", LOOPS);
      }
      if (options.signal.aborted) throw new StoppedError();
    }
    if (options.signal.aborted) throw new StoppedError();
    const answer = accumulator.finish({
      readLeaked: leakReader(request, newId),
      newCallId: () => callId(newId()),
    });
    checkFinish(answer);
    checkSomethingSaid(answer);
    return answer;
  } catch (error) {
    throw new UnusableAnswer(causeOf(error, options.signal), accumulator);
  }
}

const LOOPS = "The model repeated one passage over and over; the answer was ended.";

/** What the model thought aloud counts as calls only when it said nothing else. */
function leakReader({ tools }: ChatRequest, newId: () => string): ReadLeaked {
  return ({ reasoning, content }) => {
    const leak = findLeak(content.trim() === "" ? reasoning : content, tools);
    switch (leak.kind) {
      case "none":
        return [];
      case "unreadable":
        throw new AgentError("malformed", "The model wrote a tool call as text, in a form that cannot be read.");
      case "calls":
        return leak.calls.map((call): WireToolCall => ({ id: callId(newId()), type: "function", function: call }));
    }
  };
}

/** In the platform's own form: `call_` and 24 hexadecimal digits. */
function callId(id: string): string {
  const digits = id.toLowerCase().replace(/[^0-9a-f]/g, "");
  return `call_${digits.slice(0, 24).padStart(24, "0")}`;
}

function checkFinish({ finish }: Answer): void {
  switch (finish) {
    case "stop":
    case "tool_calls":
      return;
    case "length":
      throw new AgentError("truncated", "The answer reached the model's output limit and was cut off.");
    case "content_filter":
      throw new AgentError("filter", "The platform's content filter ended the answer.");
    case "repetition_truncation":
      throw new AgentError("repetition", "The platform ended the answer because it repeated itself.");
  }
}

/** The platform takes no empty message back: kept, it would make every later request fail. */
function checkSomethingSaid({ message }: Answer): void {
  if (message.content !== "" || message.reasoning_content || message.tool_calls) return;
  throw new AgentError("malformed", "The model answered with nothing.");
}

function causeOf(error: unknown, signal: AbortSignal): AgentError | StoppedError {
  if (signal.aborted || isAbort(error)) return new StoppedError();
  if (error instanceof AgentError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // The client names its failures. What comes without a name is a fault on this side: asking again would not mend it.
  return new AgentError("network", message, { cause: error, transient: false });
}
