import * as z from "zod";
import type { AgentEvent } from "../agent/events.ts";
import type { ApprovalMode, FileChange } from "../agent/ports.ts";

/**
 * What the panel and the extension say to each other. The view is hostile input: the host parses every message with
 * `FromView`. The host sends one `snapshot` after `ready`, then deltas with consecutive sequence numbers.
 */

// ------------------------------------------------------------------------------------------------- view -> host

export const COMMANDS = ["setKey", "openConsole", "manageTrust", "showLog", "history", "diagnose", "keys"] as const;
export type ViewCommand = (typeof COMMANDS)[number];

export const MAX_IMAGES = 8;
/** Base64 of at most 5 MB. */
const Image = z.strictObject({
  mime: z.enum(["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"]),
  data: z
    .string()
    .min(1)
    .max(7_000_000)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/),
});

export const FromView = z.discriminatedUnion("type", [
  /** The view is drawn and listens; the host answers with a snapshot. Also sent when a sequence number was missed. */
  z.strictObject({ type: z.literal("ready") }),
  /** Also while a task runs: then it is queued. Text may be empty when there are images. */
  z.strictObject({
    type: z.literal("send"),
    text: z.string().max(1_000_000),
    images: z.array(Image).max(MAX_IMAGES).optional(),
  }),
  /** Takes a queued message out again. The view puts its text back into the composer. */
  z.strictObject({ type: z.literal("unqueue"), id: z.string().max(64) }),
  /** Sends the queue's first message now: after a stop or a failure the queue waits for this. */
  z.strictObject({ type: z.literal("sendQueued") }),
  z.strictObject({ type: z.literal("stop") }),
  /** Answers a question of the model's (`question` with kind "ask"). */
  z.strictObject({ type: z.literal("reply"), id: z.string().max(64), text: z.string().min(1).max(100_000) }),
  /** Takes the images out of the history for good and goes on without them. */
  z.strictObject({ type: z.literal("dropImages") }),
  /** What stands in the composer, so that it survives a move to the other side bar. */
  z.strictObject({ type: z.literal("draft"), text: z.string().max(1_000_000) }),
  z.strictObject({ type: z.literal("newChat") }),
  /** `id` echoes a question's id; ids the host did not issue, or that were answered, are ignored. */
  z.strictObject({
    type: z.literal("answer"),
    id: z.string().max(64),
    decision: z.enum(["once", "session", "deny"]),
    reason: z.string().max(4000).optional(),
  }),
  z.strictObject({ type: z.literal("setModel"), model: z.string().max(100) }),
  z.strictObject({ type: z.literal("setThinking"), on: z.boolean() }),
  z.strictObject({ type: z.literal("setWebSearch"), on: z.boolean() }),
  /** This chat's key, by the id that the state gave it. */
  z.strictObject({ type: z.literal("chooseKey"), id: z.string().max(64) }),
  z.strictObject({ type: z.literal("setMode"), mode: z.enum(["ask", "edit", "auto", "plan"]) }),
  /** Buttons that stand for commands of the extension or of VS Code; the host maps them. */
  z.strictObject({ type: z.literal("command"), name: z.enum(COMMANDS) }),
  /** http(s) links of an answer: the host shows the whole address and asks before it opens. */
  z.strictObject({ type: z.literal("openLink"), href: z.string().max(4000) }),
  /** A path as shown in a card; the host resolves it inside the workspace only. */
  z.strictObject({ type: z.literal("openFile"), path: z.string().max(4000), line: z.int().min(1).optional() }),
  /** VS Code's diff editor for a call's change (before it is approved, or after). */
  z.strictObject({ type: z.literal("openDiff"), callId: z.string().max(200) }),
  /** Reveals the terminal of a command's call. */
  z.strictObject({ type: z.literal("openTerminal"), callId: z.string().max(200) }),
  z.strictObject({ type: z.literal("insertCode"), text: z.string().max(1_000_000) }),
]);
export type FromView = z.infer<typeof FromView>;

// ------------------------------------------------------------------------------------------------- host -> view

export type QuestionView =
  | { readonly kind: "write"; readonly change: FileChange; readonly reason: string }
  | { readonly kind: "command"; readonly command: string; readonly cwd: string; readonly reason: string }
  | { readonly kind: "read"; readonly path: string; readonly reason: string }
  /** The model asks the user something; answered by `reply`, or refused by `answer` with "deny". */
  | { readonly kind: "ask"; readonly text: string; readonly options: readonly string[] };

/** An image of a message, for a chip that names it: the picture itself is not sent to the view again. */
export interface ImageView {
  readonly mime: string;
  readonly bytes: number;
}

/** What the transcript is drawn from: the agent's events and what only a face needs. */
export type ViewEvent =
  | AgentEvent
  /** The user's message, as typed; with the name of the model that answers it, where that is known. */
  | {
      readonly type: "user";
      readonly at: string;
      readonly turn: number;
      readonly text: string;
      readonly model?: string | undefined;
      readonly images?: readonly ImageView[] | undefined;
    }
  /** What an edit call changes; comes before its question or result. */
  | {
      readonly type: "change";
      readonly at: string;
      readonly turn: number;
      readonly callId: string;
      readonly change: FileChange;
    }
  /** Follows an `approval` event with the same id. */
  | {
      readonly type: "question";
      readonly at: string;
      readonly turn: number;
      readonly id: string;
      readonly callId: string;
      readonly question: QuestionView;
    }
  /** The question was answered, or taken back because the task was stopped. */
  | {
      readonly type: "answered";
      readonly at: string;
      readonly turn: number;
      readonly id: string;
      readonly decision: "once" | "session" | "deny" | "stopped" | "replied";
    };

export interface ModelView {
  readonly id: string;
  /** For people: "MiMo-V2.6-Pro". */
  readonly name: string;
  /** Credits a token: input missed, input from the cache, output. */
  readonly rate: { readonly miss: number; readonly hit: number; readonly output: number };
  readonly contextWindow: number;
  /** Takes images. */
  readonly images: boolean;
}

/** A key as it may be shown. */
export interface KeyView {
  readonly id: string;
  readonly kind: "payg" | "plan" | "other";
  /** The user's name for it, or one made from its kind and host. */
  readonly label: string;
  /** Its last characters. */
  readonly hint: string;
  readonly host: string;
}

export interface QueuedView {
  readonly id: string;
  readonly text: string;
  readonly images: number;
}

/** Small and bounded; sent whole when any of it changes. */
export interface PanelState {
  readonly key:
    | { readonly state: "none" }
    | { readonly state: "set"; readonly kind: "payg" | "plan" | "other"; readonly hint: string }
    | { readonly state: "notNeeded"; readonly host: string };
  /** All keys, and which of them this chat uses. */
  readonly keys: readonly KeyView[];
  readonly keyId: string | undefined;
  readonly models: readonly ModelView[];
  readonly model: string;
  readonly thinking: boolean;
  readonly webSearch: boolean;
  readonly mode: ApprovalMode;
  /** Messages that wait for the running task, oldest first. */
  readonly queue: readonly QueuedView[];
  /** Tokens that the cache holds for this chat: what switching model or key pays once more. 0 in a new chat. */
  readonly cachedTokens: number;
  readonly busy: boolean;
  readonly trusted: boolean;
  readonly folder: string | undefined;
  /** The endpoint is a simulator on this machine: said in the panel so that nobody takes it for the model. */
  readonly simulated: boolean;
  readonly title: string;
}

export type ToView =
  | {
      readonly type: "snapshot";
      readonly seq: number;
      readonly state: PanelState;
      readonly events: readonly ViewEvent[];
      /** What stood in the composer of the view before. */
      readonly draft?: string;
    }
  | { readonly type: "events"; readonly seq: number; readonly events: readonly ViewEvent[] }
  | { readonly type: "state"; readonly seq: number; readonly state: PanelState }
  /** Puts the cursor into the composer, with text before it when given. */
  | { readonly type: "focusComposer"; readonly seq: number; readonly text?: string };
