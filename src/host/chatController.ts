import * as vscode from "vscode";
import type { AgentEvent } from "../agent/events.ts";
import type { ApprovalAnswer, Place } from "../agent/ports.ts";
import type { PanelState, ViewEvent } from "../protocol/view.ts";
import type { Account } from "./account.ts";
import type { ChoiceStore } from "./choices.ts";
import type { Diffs } from "./diffs.ts";
import { type Log, messageOf } from "./log.ts";
import type { ChatWorld, OpenChat } from "./openChat.ts";
import { type QuestionEvent, Questions } from "./questions.ts";
import type { SessionFolder } from "./sessions.ts";
import { Transcript } from "./transcript.ts";
import { workspaceRoots } from "./workspace.ts";

const TITLE_LENGTH = 60;
/** A window that closes has about five seconds to write the end of its task. */
const RESUME_WAIT_MS = 6_000;
const RESUME_POLL_MS = 100;

export interface ControllerParts {
  readonly account: Account;
  readonly choices: ChoiceStore;
  readonly diffs: Diffs;
  readonly sessions: SessionFolder;
  readonly log: Log;
}

interface Task {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** The current chat of this window: opens, resumes, runs and stops it, and holds what a view shows of it. */
export class ChatController implements vscode.Disposable {
  readonly #parts: ControllerParts;
  readonly #transcript = new Transcript();
  readonly #questions: Questions;
  readonly #events = new vscode.EventEmitter<ViewEvent>();
  readonly #reset = new vscode.EventEmitter<void>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #open: OpenChat | undefined;
  #resuming: Promise<void> | undefined;
  #task: Task | undefined;
  #turn = 0;
  /** One event for the transcript, in order. */
  readonly onEvent = this.#events.event;
  /** The transcript was replaced as a whole. */
  readonly onReset = this.#reset.event;
  /** `state` or `waiting` changed. */
  readonly onDidChange = this.#changed.event;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#questions = new Questions((event) => this.#onQuestion(event));
    const changed = () => this.#changed.fire();
    this.#subscriptions = [
      parts.account.onDidChange(changed),
      parts.choices.onDidChange(changed),
      vscode.workspace.onDidGrantWorkspaceTrust(changed),
      vscode.workspace.onDidChangeWorkspaceFolders(changed),
    ];
  }

  get events(): readonly ViewEvent[] {
    return this.#transcript.events;
  }

  get busy(): boolean {
    return this.#task !== undefined;
  }

  /** Questions that nobody has answered yet. */
  get waiting(): number {
    return this.#questions.waiting;
  }

  get state(): PanelState {
    const { account, choices } = this.#parts;
    const { model, thinking, mode } = choices.current;
    return {
      ...account.view,
      model: account.serving(model),
      thinking,
      webSearch: false,
      queue: [],
      cachedTokens: 0,
      mode,
      busy: this.busy,
      trusted: vscode.workspace.isTrusted,
      folder: vscode.workspace.name,
      title: this.#title(),
    };
  }

  /** Goes on with the chat that was open when the window closed. Does so once, however often it is called. */
  resume(): Promise<void> {
    this.#resuming ??= this.#resume().catch((error) => this.#notResumed(error));
    return this.#resuming;
  }

  /** Works on a message to its end. Ignored while another one is worked on. */
  async send(text: string): Promise<void> {
    if (this.#task || text.trim() === "") return;
    const controller = new AbortController();
    const done = this.#work(text, controller.signal).finally(() => {
      this.#task = undefined;
      this.#changed.fire();
    });
    this.#task = { controller, done };
    this.#changed.fire();
    await done;
  }

  /** Ends the running task; every open call gets its result first. */
  async stop(): Promise<void> {
    this.#task?.controller.abort();
    await this.#task?.done;
  }

  async newChat(): Promise<void> {
    await this.resume();
    await this.stop();
    const path = this.#open?.path;
    await this.#closeChat();
    if (path !== undefined) await this.#parts.sessions.close(path);
    await this.#parts.sessions.closeAbandoned();
    this.#parts.diffs.clear();
    this.#turn = 0;
    this.#transcript.reset([]);
    this.#reset.fire();
    this.#changed.fire();
  }

  answer(id: string, answer: ApprovalAnswer): void {
    this.#questions.answer(id, answer);
  }

  revealTerminal(): boolean {
    return this.#open?.shell.reveal() ?? false;
  }

  /** A path as a card shows it. undefined outside the workspace. */
  async locate(shown: string): Promise<Place | undefined> {
    const place = await this.#open?.files.locate(shown);
    return place?.inside ? place : undefined;
  }

  /** The window closes: what runs is stopped in good order and written down. */
  async close(): Promise<void> {
    await this.stop();
    await this.#closeChat();
  }

  dispose(): void {
    this.#task?.controller.abort();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#events.dispose();
    this.#reset.dispose();
    this.#changed.dispose();
  }

  async #resume(): Promise<void> {
    await this.#parts.account.target();
    const paths = await this.#parts.sessions.open();
    if (paths.length === 0) return;
    const open = await this.#openFirst(paths);
    this.#open = open;
    this.#turn = open.history.at(-1)?.turn ?? 0;
    this.#transcript.reset(open.history);
    this.#reset.fire();
    this.#changed.fire();
  }

  /**
   * The latest of these chats that no window holds. A window that is reloaded may still be writing the end of its own,
   * so they are tried for a while; one that cannot be read is told of and passed over.
   */
  async #openFirst(paths: readonly string[]): Promise<OpenChat> {
    const until = Date.now() + RESUME_WAIT_MS;
    const left = new Set(paths);
    for (;;) {
      for (const path of left) {
        try {
          return await this.#openAt(path);
        } catch (error) {
          if (isInUse(error)) continue;
          left.delete(path);
          await this.#parts.sessions.close(path);
          if (left.size === 0) throw error;
          this.#parts.log.error("a chat could not be opened", error);
        }
      }
      if (Date.now() >= until) return await this.#openAt(paths[0] ?? "");
      await new Promise((resolve) => setTimeout(resolve, RESUME_POLL_MS));
    }
  }

  #notResumed(error: unknown): void {
    this.#parts.log.error("the last chat could not be resumed", error);
    if (isInUse(error)) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t("The last chat is open in another window. A new chat begins here."),
      );
      return;
    }
    void vscode.window.showWarningMessage(
      vscode.l10n.t("The last chat could not be opened. Its file is kept; a new chat begins."),
    );
  }

  async #work(text: string, signal: AbortSignal): Promise<void> {
    const { log, sessions } = this.#parts;
    try {
      await this.resume();
      this.#push({ type: "user", ...this.#stamp(), text, model: this.#modelName() });
      // The first message names the chat.
      this.#changed.fire();
      this.#open ??= await this.#openAt(await sessions.create());
      const { thinking, model } = this.#choose();
      const end = await this.#open.chat.send(text, { signal, model, thinking });
      log.info(`task ended: ${end.outcome}${end.error ? ` (${end.error.reason}: ${end.error.message})` : ""}`);
      await this.#open.sync();
    } catch (error) {
      log.error("the task could not go on", error);
      this.#push({ type: "end", ...this.#stamp(), outcome: "failed" });
      void vscode.window.showErrorMessage(vscode.l10n.t("The chat could not go on: {0}", messageOf(error)));
      // What is in memory may be ahead of the file: the next message goes on from the file.
      await this.#closeChat().catch(() => {});
      this.#resuming = undefined;
    }
  }

  #choose(): { model: string; thinking: boolean } {
    const { account, choices } = this.#parts;
    const { model, thinking } = choices.current;
    const serving = account.serving(model);
    if (serving !== model) this.#push({ type: "notice", ...this.#stamp(), reason: "model_retired" });
    return { model: serving, thinking };
  }

  async #openAt(path: string): Promise<OpenChat> {
    // Loaded when it is first needed: the platform's client has no place in the start of the window.
    const { openChat } = await import("./deferred.ts");
    return openChat(this.#world(), { path, model: this.state.model });
  }

  #world(): ChatWorld {
    const { account, choices, diffs } = this.#parts;
    return {
      roots: workspaceRoots,
      trusted: () => vscode.workspace.isTrusted,
      mode: () => choices.current.mode,
      target: () => account.target(),
      appRoot: vscode.env.appRoot,
      approver: this.#questions,
      emit: (event) => this.#onAgentEvent(event),
      planned: (callId, actions) => {
        const change = diffs.planned(callId, actions);
        if (change) this.#push({ type: "change", ...this.#stamp(), callId, change });
      },
    };
  }

  #onAgentEvent(event: AgentEvent): void {
    this.#turn = Math.max(this.#turn, event.turn);
    const line = logLine(event);
    if (line) this.#parts.log.info(line);
    this.#push(event);
  }

  #onQuestion(event: QuestionEvent): void {
    this.#push({ ...event, ...this.#stamp() });
    this.#changed.fire();
  }

  #push(event: ViewEvent): void {
    this.#transcript.push(event);
    this.#events.fire(event);
  }

  #stamp(): { at: string; turn: number } {
    return { at: new Date().toISOString(), turn: this.#turn };
  }

  #modelName(): string {
    const { model, models } = this.state;
    return models.find(({ id }) => id === model)?.name ?? model;
  }

  #title(): string {
    const first = this.#transcript.events.find((event) => event.type === "user");
    const line = first?.text.trim().split("\n")[0] ?? "";
    return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1)}…` : line;
  }

  async #closeChat(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.close();
  }
}

/** What the log keeps of an event: figures and reasons, never what was said. */
function logLine(event: AgentEvent): string | undefined {
  switch (event.type) {
    case "usage": {
      const { turn, prompt, cached, output, credits } = event;
      return `turn ${turn}: ${prompt} tokens in (${cached} from cache), ${output} out, ${Math.round(credits)} credits`;
    }
    case "retry":
      return `turn ${event.turn}: retry ${event.attempt} after ${event.delayMs} ms (${event.reason})`;
    case "prefix_break":
      return `turn ${event.turn}: prefix break (${event.reason}), ${event.tokens} tokens`;
    case "tool_result":
      return `turn ${event.turn}: call ${event.id} ${event.status}`;
    default:
      return undefined;
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && error.name === "ChatInUse";
}
