import type { Message, WireTool } from "./message.ts";

/**
 * What the agent needs of the world, in small ports owned here. Adapters in `node/`, `host/`, `headless/` and `mimo/`
 * bear the ports' names. Everything that can wait takes an AbortSignal as its last option and rejects when it fires.
 */

// ---------------------------------------------------------------------------------------------------------- model

export interface ChatRequest {
  readonly model: string;
  readonly tools: readonly WireTool[];
  readonly messages: readonly Message[];
  readonly thinking: boolean;
  /** Offers the platform's own web search beside the tools. It is billed apart. */
  readonly webSearch?: boolean;
}

/** A page that the platform's web search found. Hostile input like any other page. */
export interface WebSource {
  readonly url: string;
  readonly title: string;
  readonly site?: string;
  readonly summary?: string;
  readonly published?: string;
}

/** One part of a streamed tool call. Id and name come with the first fragment only; later ones may be null. */
export interface ToolCallFragment {
  readonly index?: number | null | undefined;
  readonly id?: string | null | undefined;
  readonly function?:
    | { readonly name?: string | null | undefined; readonly arguments?: string | null | undefined }
    | null
    | undefined;
}

export interface ChunkUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number | null | undefined } | null | undefined;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number | null | undefined } | null | undefined;
  readonly web_search_usage?:
    | { readonly tool_usage?: number | null | undefined; readonly page_usage?: number | null | undefined }
    | null
    | undefined;
}

/** A `chat.completion.chunk` as far as the agent reads it; already validated by the client. */
export interface ChatChunk {
  readonly choices: readonly {
    readonly delta?:
      | {
          readonly content?: string | null | undefined;
          readonly reasoning_content?: string | null | undefined;
          readonly tool_calls?: readonly ToolCallFragment[] | null | undefined;
          /** Pages of the platform's web search, already checked and capped by the client. */
          readonly sources?: readonly WebSource[] | undefined;
          /** What the platform's web search says went wrong with it, in its words: plain text, capped. */
          readonly searchError?: string | undefined;
        }
      | null
      | undefined;
    readonly finish_reason?: string | null | undefined;
  }[];
  readonly usage?: ChunkUsage | null | undefined;
}

export interface ChatModel {
  /**
   * Streams one answer. One call is one HTTP request: retries are the caller's. Throws AgentError, also "stalled" when
   * nothing comes for too long; ends without error also when the stream was cut: the caller checks.
   */
  stream(request: ChatRequest, options: { readonly signal: AbortSignal }): AsyncIterable<ChatChunk>;
}

/** What keeps all chats, windows and helpers of this machine together under the platform's rate limit. */
export interface RequestGate {
  /** Resolves when one more request may be sent now. Rejects with StoppedError on abort, with nothing else. */
  enter(options: { readonly signal: AbortSignal }): Promise<void>;
  /** 0 <= n < 1: where in its backoff window the next retry is sent. Successive answers, also those of different
   * processes, lie far apart. */
  spread(): Promise<number>;
}

// ---------------------------------------------------------------------------------------------------------- files

/** A resolved path. Made by `Files.locate` only. */
export interface Place {
  /** Absolute, with the separators of the system. */
  readonly path: string;
  /** How the model and the user see it: relative to the folder, with `/`; in multi-root with the folder's name first;
   * absolute when outside. */
  readonly shown: string;
  /** Real path (symlinks of the nearest existing ancestor resolved) lies in a workspace folder. */
  readonly inside: boolean;
  readonly kind: "file" | "folder" | "other" | "missing";
  /** Another name of it, from which links lead to `path`: absolute, judged like `path`. */
  readonly alias?: string | undefined;
  /** The whole output of a command, kept by us under `output://NAME`: reading it needs no question. */
  readonly isOutput?: true;
}

/** A text file. `text` is without BOM and with line endings as on disk. */
export interface TextFile {
  readonly text: string;
  /** Names these exact bytes; a changed file has another version. */
  readonly version: string;
  readonly bytes: number;
  /** What the bytes are encoded as, by VS Code's names: `utf8`, `utf8bom`, `utf16le`, `utf16be`, `gb18030`, `cp950`,
   * `shiftjis`, `windows1252` … */
  readonly encoding: string;
}

/** Some lines of a file that may be too large to be read whole. */
export interface FilePart {
  /** Whole lines with their endings. */
  readonly text: string;
  /** The first and the last line of `text`, from 1; `to` is `from - 1` when there is none. */
  readonly from: number;
  readonly to: number;
  /** How many lines the file has; undefined when that was not counted to its end. */
  readonly lines: number | undefined;
  /** The last line of `text` is cut: it alone is longer than what was asked for. */
  readonly cut: boolean;
  /** As in TextFile: a file read in parts can be edited after it. */
  readonly version: string;
  readonly encoding: string;
}

export interface Files {
  /** Relative paths are taken from the workspace folder. Never throws for paths that do not exist. */
  locate(path: string): Promise<Place>;
  /** Throws ToolError in words for the model when missing, a folder, binary, in no known encoding or over the cap. */
  read(place: Place): Promise<TextFile>;
  /** Lines `start` to `end` (from 1) of a text file of any size, at most `maxBytes` of them as UTF-8. Throws like
   * `read`, but for the cap. */
  readPart(
    place: Place,
    range: { readonly start: number; readonly end: number; readonly maxBytes: number },
    options: { readonly signal: AbortSignal },
  ): Promise<FilePart>;
  /**
   * Writes the whole text in the encoding of the file that is there, for a new one in the editor's own, else UTF-8;
   * creates parent folders; atomic. `expect` is the version the caller saw, or "missing": anything else there now is
   * refused with ToolError and nothing is written. Text that the encoding has no bytes for is refused by naming the
   * characters. Checks again that an `inside` place is still inside. Returns what is there afterwards: an editor that
   * formats on save may have changed it once more.
   */
  write(place: Place, text: string, options: { readonly expect: string | "missing" }): Promise<TextFile>;
}

/** Files and folders as a whole. What an editor holds unsaved is refused. Throws ToolError in words for the model. */
export interface FileTree {
  /** With the folders above it. */
  createFolder(place: Place): Promise<void>;
  /** A file or folder to a place where nothing is; creates the folders above it. */
  move(from: Place, to: Place): Promise<void>;
  /** A file, or a folder with all it holds. */
  remove(place: Place): Promise<void>;
  /** Every file in a folder, or the file itself: absolute paths, sorted. `more` when the limit cut it. Ignore files do
   * not count. */
  filesIn(place: Place, options: { readonly limit: number }): Promise<{ paths: string[]; more: boolean }>;
}

// --------------------------------------------------------------------------------------------------------- search

export interface TextMatch {
  readonly shown: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export interface TextQuery {
  readonly pattern: string;
  readonly literal: boolean;
  readonly ignoreCase: boolean;
  readonly glob: string | undefined;
  readonly within: Place;
  /** Matches wanted at the most. */
  readonly limit: number;
}

export interface Search {
  /** Matching lines, ignore files respected. `more` when the limit cut the answer. */
  text(query: TextQuery, options: { readonly signal: AbortSignal }): Promise<{ matches: TextMatch[]; more: boolean }>;
  /** Files whose path matches a glob, ignore files respected, shown paths sorted. */
  files(
    query: { readonly glob: string; readonly within: Place; readonly limit: number },
    options: { readonly signal: AbortSignal },
  ): Promise<{ paths: string[]; more: boolean }>;
  /** Entries of a folder down to `depth` levels; folders end in `/`. Ignore files respected, `.git` left out. */
  list(
    query: { readonly folder: Place; readonly depth: number; readonly limit: number },
    options: { readonly signal: AbortSignal },
  ): Promise<{ paths: string[]; more: boolean }>;
}

// ---------------------------------------------------------------------------------------------------------- shell

export interface ShellResult {
  /** Both streams in the order they came, escapes stripped, capped: head and tail kept, the cut said in the middle. */
  readonly output: string;
  /** undefined when it was ended by us or by a signal. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  /** Where the whole of it can be read when `output` is not all: a path for `Files.locate`, `output://NAME`. */
  readonly wholeOutput?: string | undefined;
  /** What it last asked, when it was still waiting for input as it ended. */
  readonly waitedFor?: string | undefined;
}

export interface ShellCommand {
  readonly command: string;
  readonly cwd: string;
  readonly timeoutMs: number;
  /** The call this runs for; faces use it to link the card and the terminal. */
  readonly callId: string;
}

export interface Shell {
  /** What runs the command, for the model: for example `bash`. */
  readonly name: string;
  /** Runs to the end, the timeout or the signal; ends the whole process tree then. On abort it resolves with what was
   * printed so far and exitCode undefined. Rejects with ToolError only when it could not start. */
  run(
    command: ShellCommand,
    options: {
      readonly onOutput: (text: string) => void;
      /** It seems to wait for somebody's input: the line it stands in, or undefined once it goes on. */
      readonly onWaiting?: (prompt: string | undefined) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<ShellResult>;
}

/** How a command that runs in the background stands. */
export interface BackgroundState {
  readonly id: string;
  readonly command: string;
  readonly running: boolean;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** Commands that go on beside the conversation. They end with the chat, at the latest with the process. */
export interface Background {
  /** Resolves once it runs, with the id that the model names it by ("bg1", "bg2", …, per chat). Throws ToolError, and
   * StoppedError where the signal fired before it ran: nothing is started then. */
  start(
    command: Omit<ShellCommand, "timeoutMs">,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<BackgroundState>;
  /**
   * What was printed since the last read, capped as `ShellResult.output`. With `waitMs` it waits that long for new
   * output or the end. Throws ToolError for unknown ids.
   */
  read(
    id: string,
    options: { readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<{ readonly output: string; readonly state: BackgroundState }>;
  /** Ends the whole process tree and waits for that, briefly. Throws ToolError for unknown ids. */
  stop(id: string): Promise<{ readonly output: string; readonly state: BackgroundState }>;
  list(): readonly BackgroundState[];
}

// ---------------------------------------------------------------------------------------------------- diagnostics

export interface Diagnostic {
  readonly shown: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly severity: "error" | "warning" | "info" | "hint";
  readonly message: string;
  /** "ts", "eslint" and the like; "" when it says none. */
  readonly source: string;
  readonly code: string;
}

/** Problems of files that are about to be changed. */
export interface DiagnosticsWatch {
  /** Those that were not there before, worst first; waits for the language servers, but not for long. */
  news(options: { readonly signal: AbortSignal }): Promise<readonly Diagnostic[]>;
}

/** What the editor's language servers report. Only in the editor. */
export interface Diagnostics {
  /** Notes what is reported of these files before a change. Cheap, never throws. */
  watch(places: readonly Place[]): DiagnosticsWatch;
  /** Of one file or of everything under a folder, worst first. A file that no editor shows is opened for it when that is
   * needed to have it checked, and its report is awaited for a bounded time. */
  read(place: Place, options: { readonly signal: AbortSignal }): Promise<readonly Diagnostic[]>;
}

// ------------------------------------------------------------------------------------------------------- the user

export interface UserQuestion {
  readonly callId: string;
  readonly question: string;
  /** Answers to pick from; may be empty. The user can always write another one. */
  readonly options: readonly string[];
}

/** The person in front of it, for the tool that asks them. Absent where nobody is. */
export interface User {
  /** The answer, never empty. Rejects with StoppedError on abort. */
  ask(question: UserQuestion, options: { readonly signal: AbortSignal }): Promise<string>;
}

// ------------------------------------------------------------------------------------------------------- approval

export type ApprovalMode = "ask" | "edit" | "auto" | "plan" | "all";

/** Lines of a change for a person: unified hunks. `truncated` when lines were left out for size. */
export interface Hunk {
  readonly oldStart: number;
  readonly newStart: number;
  readonly lines: readonly { readonly sign: " " | "+" | "-"; readonly text: string }[];
}

export interface FileChange {
  readonly shown: string;
  readonly path: string;
  readonly kind: "edit" | "create" | "overwrite" | "delete" | "move" | "folder";
  /** Where it was, for a move. */
  readonly from?: string | undefined;
  /** Files that a folder's move or removal takes with it. */
  readonly files?: number | undefined;
  /** The hunks can be taken one by one: `ApprovalAnswer.hunks`. */
  readonly selectable?: true | undefined;
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly Hunk[];
  readonly truncated: boolean;
}

/** What a call is about to do: what the policy judges and the approval card shows. */
export type Action =
  | { readonly kind: "read"; readonly place: Place }
  /** `from`: a second place that changes with it, as in a move. Both are judged. */
  | {
      readonly kind: "write";
      readonly place: Place;
      readonly from?: Place | undefined;
      /** Absolute paths of files that come or go with a folder: judged like the folder itself. */
      readonly below?: readonly string[] | undefined;
      readonly change: FileChange;
    }
  | { readonly kind: "command"; readonly command: string; readonly cwd: Place };

export interface Verdict {
  readonly verdict: "allow" | "ask" | "deny";
  /** One of a closed list of sentences, in English: for the judge, the card and the model. */
  readonly reason: string;
}

export interface Policy {
  judge(action: Action): Verdict;
  /** The user allowed this kind of action for the rest of the chat. */
  grant(action: Action): void;
}

export interface ApprovalRequest {
  /** Held by the asker; a face can only echo it. */
  readonly id: string;
  readonly callId: string;
  readonly tool: string;
  readonly action: Action;
  readonly reason: string;
}

export type ApprovalAnswer =
  /** `hunks`: the indices of the hunks that the user wants; without it all of them. */
  | { readonly decision: "once"; readonly hunks?: readonly number[] | undefined }
  | { readonly decision: "session" }
  | { readonly decision: "deny"; readonly reason?: string | undefined };

export interface Approver {
  ask(request: ApprovalRequest, options: { readonly signal: AbortSignal }): Promise<ApprovalAnswer>;
}

// ------------------------------------------------------------------------------------------------------ the others

export interface Clock {
  now(): Date;
}

export interface Timer {
  /** Rejects with StoppedError on abort, at once. */
  wait(ms: number, options: { readonly signal: AbortSignal }): Promise<void>;
}

/** Facts of the workspace as `name: value` lines, in a fixed order; what the model is told first and when they change. */
export interface WorkspaceFacts {
  read(options: { readonly signal: AbortSignal }): Promise<ReadonlyMap<string, string>>;
}
