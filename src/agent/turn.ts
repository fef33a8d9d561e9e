import { Accumulator, type Answer } from "./accumulate.ts";
import { AgentError, isAbort, StoppedError } from "./errors.ts";
import type { AgentEventBody } from "./events.ts";
import type { Usage } from "./message.ts";
import type { ChatModel, ChatRequest } from "./ports.ts";

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

/** Asks the model once and shows the answer while it comes. Throws UnusableAnswer, and nothing else. */
export async function requestAnswer(
  model: ChatModel,
  request: ChatRequest,
  emit: (event: AgentEventBody) => void,
  options: { readonly signal: AbortSignal },
): Promise<Answer> {
  const accumulator = new Accumulator();
  try {
    for await (const chunk of model.stream(request, options)) {
      for (const delta of accumulator.push(chunk)) emit(delta);
      if (options.signal.aborted) throw new StoppedError();
    }
    // The SDK ends an aborted stream without an error.
    if (options.signal.aborted) throw new StoppedError();
    const answer = accumulator.finish();
    checkFinish(answer);
    return answer;
  } catch (error) {
    throw new UnusableAnswer(causeOf(error, options.signal), accumulator);
  }
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

function causeOf(error: unknown, signal: AbortSignal): AgentError | StoppedError {
  if (signal.aborted || isAbort(error)) return new StoppedError();
  if (error instanceof AgentError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AgentError("network", message, { cause: error });
}
