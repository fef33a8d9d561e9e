import type { ErrorDetail, ErrorReason } from "./errors.ts";
import type { WebSource } from "./ports.ts";

/**
 * Everything a face (panel, command line) may show of the agent. A fixed interface: headless `--json` prints one a
 * line and sessions store those that cannot be derived from messages.
 */
interface Stamp {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Ordinal of the request to the model within the session, from 1. */
  readonly turn: number;
}

export type ToolStatus = "ok" | "error" | "denied" | "stopped";
export type TaskOutcome = "done" | "stopped" | "failed";

export type AgentEvent = Stamp &
  (
    | { readonly type: "reasoning_delta"; readonly text: string }
    | { readonly type: "content_delta"; readonly text: string }
    | { readonly type: "tool_call"; readonly id: string; readonly name: string; readonly arguments: string }
    | { readonly type: "approval"; readonly id: string; readonly callId: string }
    | { readonly type: "tool_output"; readonly id: string; readonly text: string }
    | { readonly type: "tool_result"; readonly id: string; readonly status: ToolStatus; readonly text: string }
    | {
        readonly type: "usage";
        readonly prompt: number;
        readonly cached: number;
        readonly output: number;
        readonly reasoning: number;
        readonly credits: number;
      }
    | { readonly type: "retry"; readonly reason: ErrorReason; readonly attempt: number; readonly delayMs: number }
    | { readonly type: "prefix_break"; readonly reason: string; readonly tokens: number; readonly credits: number }
    | {
        readonly type: "notice";
        readonly reason: string;
        /** With reason "web_sources": the pages that the platform's web search found for this answer. */
        readonly sources?: readonly WebSource[];
        /** With reason "web_search_failed": what the search said, for a person. */
        readonly message?: string;
        /** With reason "model_retired": the model that answers instead. */
        readonly model?: string;
        /** With reason "rewound": the user's message, by its ordinal in the session, before which the chat goes on. */
        readonly ordinal?: number;
      }
    | {
        readonly type: "error";
        readonly reason: ErrorReason;
        readonly message: string;
        /** ISO 8601: the platform asked not to be asked again before then. */
        readonly retryAt?: string;
        readonly detail?: ErrorDetail;
      }
    | { readonly type: "end"; readonly outcome: TaskOutcome }
  );

export type AgentEventType = AgentEvent["type"];
/** An event before it is stamped with `at` and `turn`. */
export type AgentEventBody = AgentEvent extends infer E ? (E extends Stamp ? Omit<E, keyof Stamp> : never) : never;
