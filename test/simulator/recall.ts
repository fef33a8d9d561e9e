import type { Answer } from "./answer.ts";
import type { ChatBody } from "./request.ts";

/** What a request does with what was said before. The platform does not tell; tests want to know. */
export interface Fidelity {
  /** The tools and messages are a byte-exact continuation of the model's request before; absent on its first. */
  readonly continues?: boolean;
  /** Ids of calls that came back with another reasoning, text, name or arguments than were sent. */
  readonly altered?: readonly string[];
}

interface Said {
  readonly reasoning: string;
  readonly content: string;
  readonly name: string;
  readonly arguments: string;
}

/** Remembers its own answers and the last request, to hold the next one against them. */
export class Recall {
  readonly #said = new Map<string, Said>();
  readonly #last = new Map<string, Buffer>();

  remember(answer: Answer): void {
    const { reasoning, content } = answer;
    // Of calls that share an id the first keeps it; nobody can send the others back under it.
    for (const call of [...answer.calls].reverse()) {
      this.#said.set(call.id, { reasoning, content, name: call.name, arguments: call.arguments });
    }
  }

  compare(body: ChatBody, prompt: Buffer): Fidelity {
    const last = this.#last.get(body.model);
    this.#last.set(body.model, prompt);
    const altered = this.#altered(body);
    return {
      // All but the closing bracket of the messages.
      ...(last ? { continues: prompt.length >= last.length && startsWith(prompt, last.subarray(0, -1)) } : {}),
      ...(altered.length > 0 ? { altered } : {}),
    };
  }

  #altered(body: ChatBody): string[] {
    return body.messages.flatMap((message) => {
      if (message.role !== "assistant") return [];
      return (message.tool_calls ?? []).flatMap(({ id, function: call }) => {
        const said = this.#said.get(id);
        const same =
          said === undefined ||
          (said.reasoning === (message.reasoning_content ?? "") &&
            said.content === message.content &&
            said.name === call.name &&
            said.arguments === call.arguments);
        return same ? [] : [id];
      });
    });
  }
}

function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.subarray(0, prefix.length).equals(prefix);
}
