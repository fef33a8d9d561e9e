import { randomUUID } from "node:crypto";
import { StoppedError } from "../agent/errors.ts";
import type { Action, ApprovalAnswer, ApprovalRequest, Approver, User, UserQuestion } from "../agent/ports.ts";
import type { QuestionView } from "../protocol/view.ts";

export type QuestionEvent =
  | { readonly type: "question"; readonly id: string; readonly callId: string; readonly question: QuestionView }
  | { readonly type: "answered"; readonly id: string; readonly decision: Answer["decision"] | "stopped" };

type Answer = ApprovalAnswer | { readonly decision: "replied"; readonly text: string };

const NO_ANSWER = "The user did not want to answer. Decide yourself, or go on without it.";

/**
 * The Approver of the editor, and the User that the model can ask. Open questions are held here; a view can only echo
 * their ids, and an id that was not issued, or was answered, or is of the other kind, does nothing.
 */
export class Questions implements Approver {
  readonly #open = new Map<string, Open>();
  readonly #emit: (event: QuestionEvent) => void;
  readonly user: User = { ask: (question, options) => this.#askUser(question, options) };

  constructor(emit: (event: QuestionEvent) => void) {
    this.#emit = emit;
  }

  get waiting(): number {
    return this.#open.size;
  }

  async ask(request: ApprovalRequest, { signal }: { readonly signal: AbortSignal }): Promise<ApprovalAnswer> {
    const { id, callId, action, reason } = request;
    const answer = await this.#wait({ id, callId, question: questionView(action, reason) }, signal);
    // An approval is never given by words.
    return answer.decision === "replied" ? { decision: "deny", reason: answer.text } : answer;
  }

  answer(id: string, answer: ApprovalAnswer): void {
    this.#settle(id, answer);
  }

  /** The user's words for a question of the model's. */
  reply(id: string, text: string): void {
    if (this.#open.get(id)?.kind === "ask") this.#settle(id, { decision: "replied", text });
  }

  async #askUser({ callId, question, options }: UserQuestion, { signal }: { readonly signal: AbortSignal }) {
    const asked = { id: randomUUID(), callId, question: { kind: "ask", text: question, options } } as const;
    const answer = await this.#wait(asked, signal);
    if (answer.decision === "replied") return answer.text;
    const words = answer.decision === "deny" ? answer.reason?.trim() : undefined;
    return words || NO_ANSWER;
  }

  #wait(asked: Asked, signal: AbortSignal): Promise<Answer> {
    const { id, question } = asked;
    if (signal.aborted) return Promise.reject(new StoppedError());
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#open.delete(id);
        this.#emit({ type: "answered", id, decision: "stopped" });
        reject(new StoppedError());
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#open.set(id, {
        kind: question.kind,
        settle: (answer) => {
          signal.removeEventListener("abort", onAbort);
          resolve(answer);
        },
      });
      this.#emit({ type: "question", ...asked });
    });
  }

  #settle(id: string, answer: Answer): void {
    const open = this.#open.get(id);
    if (!open) return;
    this.#open.delete(id);
    this.#emit({ type: "answered", id, decision: answer.decision });
    open.settle(answer);
  }
}

interface Asked {
  readonly id: string;
  readonly callId: string;
  readonly question: QuestionView;
}

interface Open {
  readonly kind: QuestionView["kind"];
  readonly settle: (answer: Answer) => void;
}

function questionView(action: Action, reason: string): QuestionView {
  switch (action.kind) {
    case "write":
      return { kind: "write", change: action.change, reason };
    case "command":
      return { kind: "command", command: action.command, cwd: action.cwd.shown, reason };
    case "read":
      return { kind: "read", path: action.place.shown, reason };
  }
}
