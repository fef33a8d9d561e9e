import type { Signal } from "@preact/signals";
import type { ErrorDetail, ErrorReason } from "../agent/errors.ts";
import type { TaskOutcome, ToolStatus } from "../agent/events.ts";
import type { FileChange, WebSource } from "../agent/ports.ts";
import type { ImageView, QuestionView } from "../protocol/view.ts";

/** What the transcript consists of. Values are replaced, never changed: a signal a value, so that only it re-renders. */

export type Decision = "once" | "session" | "deny" | "stopped" | "replied";

export interface Question {
  readonly id: string;
  readonly asks: QuestionView;
  /** undefined while it waits for the user. */
  readonly decision: Decision | undefined;
}

export interface Call {
  readonly id: string;
  readonly name: string;
  /** Raw, as the model wrote them; may be invalid JSON. */
  readonly arguments: string;
  /** When it was called, or when the user let it run. */
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  readonly status: "running" | ToolStatus;
  /** What the model was told. */
  readonly result: string;
  readonly output: Output;
  /** One a file; empty while nobody has told what the call changes. */
  readonly changes: readonly FileChange[];
  /** The line in which the command waits for somebody's input. */
  readonly waitsFor: string | undefined;
  readonly question: Question | undefined;
}

/** The end of what a command printed, and how many lines before it were let go. */
export interface Output {
  readonly text: string;
  readonly dropped: number;
}

/** Calls that are no more than a line; neighbours of the same verb are joined. */
export type LookVerb = "read" | "search" | "list" | "find" | "problems" | "output" | "stop";

/** A step of the model's plan. */
export interface Todo {
  readonly text: string;
  readonly status: "pending" | "active" | "done";
}

export type Item =
  | {
      readonly kind: "reasoning";
      readonly key: string;
      readonly turn: number;
      readonly text: string;
      readonly startedAt: string;
      readonly endedAt: string | undefined;
    }
  | {
      readonly kind: "answer";
      readonly key: string;
      readonly turn: number;
      readonly text: string;
      readonly open: boolean;
      readonly sources: readonly WebSource[];
    }
  | { readonly kind: "looks"; readonly key: string; readonly verb: LookVerb; readonly calls: readonly Call[] }
  | { readonly kind: "edit"; readonly key: string; readonly call: Call }
  | { readonly kind: "command"; readonly key: string; readonly call: Call }
  | { readonly kind: "ask"; readonly key: string; readonly call: Call }
  | { readonly kind: "todos"; readonly key: string; readonly call: Call }
  | { readonly kind: "other"; readonly key: string; readonly call: Call }
  | { readonly kind: "question"; readonly key: string; readonly callId: string; readonly question: Question }
  | {
      readonly kind: "retry";
      readonly key: string;
      readonly at: string;
      readonly reason: ErrorReason;
      /** Once it is over: the attempts that were made. */
      readonly attempt: number;
      readonly delayMs: number;
      /** The answer came, or the task ended: nothing counts down any more. */
      readonly over: boolean;
    }
  | {
      readonly kind: "notice";
      readonly key: string;
      readonly reason: string;
      readonly model: string | undefined;
      /** What the platform says about it. */
      readonly message: string | undefined;
    }
  /** Pages of a web search. Empty once the answer that follows shows them. */
  | {
      readonly kind: "sources";
      readonly key: string;
      readonly turn: number;
      readonly sources: readonly WebSource[];
    }
  | {
      readonly kind: "prefix_break";
      readonly key: string;
      readonly reason: string;
      readonly tokens: number;
      readonly credits: number;
    }
  | {
      readonly kind: "error";
      readonly key: string;
      readonly reason: ErrorReason;
      readonly message: string;
      /** ISO 8601: the platform asked not to be asked again before. */
      readonly retryAt: string | undefined;
      readonly detail: ErrorDetail | undefined;
    };

export type ItemOf<K extends Item["kind"]> = Extract<Item, { readonly kind: K }>;

export interface Totals {
  readonly prompt: number;
  readonly cached: number;
  readonly output: number;
  readonly credits: number;
  readonly requests: number;
}

/** One message of the user and everything that came of it. */
export interface Task {
  readonly key: string;
  /** undefined when the transcript begins in the middle. */
  readonly user:
    | {
        readonly text: string;
        readonly model: string | undefined;
        readonly images: readonly ImageView[];
        /** What a restore names it by. */
        readonly message: number | undefined;
      }
    | undefined;
  readonly startedAt: string;
  /** Only grows; `count` says when. */
  readonly items: Signal<Item>[];
  readonly count: Signal<number>;
  readonly totals: Signal<Totals>;
  readonly end: Signal<{ readonly outcome: TaskOutcome; readonly at: string } | undefined>;
}

export interface Waiting {
  readonly id: string;
  readonly callId: string;
  readonly asks: QuestionView;
}
