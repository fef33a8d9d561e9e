import { StoppedError } from "../agent/errors.ts";
import type { Action, ApprovalAnswer, ApprovalRequest, Approver } from "../agent/ports.ts";
import type { QuestionView } from "../protocol/view.ts";

export type QuestionEvent =
  | { readonly type: "question"; readonly id: string; readonly callId: string; readonly question: QuestionView }
  | { readonly type: "answered"; readonly id: string; readonly decision: ApprovalAnswer["decision"] | "stopped" };

/**
 * The Approver of the editor. Open questions are held here; a view can only echo their ids, and an id that was not
 * issued, or was answered, does nothing.
 */
export class Questions implements Approver {
  readonly #open = new Map<string, (answer: ApprovalAnswer) => void>();
  readonly #emit: (event: QuestionEvent) => void;

  constructor(emit: (event: QuestionEvent) => void) {
    this.#emit = emit;
  }

  get waiting(): number {
    return this.#open.size;
  }

  ask(request: ApprovalRequest, { signal }: { readonly signal: AbortSignal }): Promise<ApprovalAnswer> {
    const { id, callId, action, reason } = request;
    if (signal.aborted) return Promise.reject(new StoppedError());
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#open.delete(id);
        this.#emit({ type: "answered", id, decision: "stopped" });
        reject(new StoppedError());
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#open.set(id, (answer) => {
        signal.removeEventListener("abort", onAbort);
        resolve(answer);
      });
      this.#emit({ type: "question", id, callId, question: questionView(action, reason) });
    });
  }

  answer(id: string, answer: ApprovalAnswer): void {
    const resolve = this.#open.get(id);
    if (!resolve) return;
    this.#open.delete(id);
    this.#emit({ type: "answered", id, decision: answer.decision });
    resolve(answer);
  }
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
