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

export const MAX_CHANGES = 200;
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
    /** With "once" for a change whose hunks can be chosen: the indices of those that are wanted. */
    hunks: z.array(z.int().min(0).max(9_999)).min(1).max(1_000).optional(),
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
  /** A card is unfolded that has no `change` event (an earlier session's): the host sends one, if it still can. */
  z.strictObject({ type: z.literal("wantChange"), callId: z.string().max(200) }),
  /** What somebody types for a command that waits for input; a line end is added. */
  z.strictObject({ type: z.literal("commandInput"), callId: z.string().max(200), text: z.string().max(10_000) }),
  /** Ends one command that runs in the background. */
  z.strictObject({ type: z.literal("stopCommand"), callId: z.string().max(200) }),
  /** All changes of the chat: shown in VS Code's multi-file diff, kept, or undone. */
  z.strictObject({ type: z.literal("review"), action: z.enum(["open", "keep", "undo"]) }),
  /** One file of `state.changes`, by its `id`. */
  z.strictObject({ type: z.literal("reviewFile"), id: z.string().max(64), action: z.enum(["open", "keep", "undo"]) }),
  /** Back to how things were before a message of the user: `message` is the ordinal that its event carries. */
  z.strictObject({
    type: z.literal("restore"),
    message: z.int().min(1),
    what: z.enum(["files", "chat", "both", "compare"]),
  }),
  /** Takes the last restore back, files and chat. */
  z.strictObject({ type: z.literal("undoRestore") }),
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
      /** Its ordinal among the session's messages of the user, from 1: what a restore names. */
      readonly message?: number | undefined;
    }
  /** A command waits for somebody's input, in this line; or goes on (undefined). */
  | {
      readonly type: "command_waiting";
      readonly at: string;
      readonly turn: number;
      readonly callId: string;
      readonly prompt: string | undefined;
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

/** A file that the agent changed in this chat and that the user has neither kept nor undone. */
export interface ChangedFileView {
  readonly id: string;
  readonly shown: string;
  readonly kind: "edited" | "created" | "deleted";
  readonly added: number;
  readonly removed: number;
  /** There are no lines to count: a binary file, or one too large to compare. */
  readonly opaque: boolean;
}

/** A command that goes on beside the chat. */
export interface RunningView {
  readonly callId: string;
  readonly command: string;
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
  /** What waits for the user's review, in the order of the paths; at most MAX_CHANGES of `changeCount`. */
  readonly changes: readonly ChangedFileView[];
  readonly changeCount: number;
  readonly running: readonly RunningView[];
  /** The last thing that happened was a restore: it can be taken back. `files` that it changed. */
  readonly restored: { readonly what: "files" | "chat" | "both"; readonly files: number } | undefined;
  /** Files can be restored: checkpoints are on and there is a folder. */
  readonly checkpoints: boolean;
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
