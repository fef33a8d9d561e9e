import * as vscode from "vscode";
import type { AgentEvent } from "../agent/events.ts";
import type { ImagePart, Outgoing } from "../agent/message.ts";
import type { ApprovalAnswer, Place } from "../agent/ports.ts";
import type { ImageView, PanelState, ViewEvent } from "../protocol/view.ts";
import { sessionFailure } from "../sessions/errors.ts";
import type { Account } from "./account.ts";
import { ChatOpener, type Unsaved } from "./chatOpener.ts";
import type { ChoiceStore } from "./choices.ts";
import type { Diffs } from "./diffs.ts";
import type { LastErrors } from "./lastErrors.ts";
import type { Log } from "./log.ts";
import { logLine } from "./logLine.ts";
import { MessageQueue } from "./messageQueue.ts";
import type { ChatWorld, OpenChat } from "./openChat.ts";
import { type QuestionEvent, Questions } from "./questions.ts";
import { sessionFailureText } from "./sessionFailures.ts";
import type { SessionFolder } from "./sessions.ts";
import { readSettings } from "./settings.ts";
import { Transcript } from "./transcript.ts";
import { workspaceRoots } from "./workspace.ts";

const TITLE_LENGTH = 60;

export interface ControllerParts {
  readonly account: Account;
  readonly choices: ChoiceStore;
  readonly diffs: Diffs;
  readonly sessions: SessionFolder;
  readonly errors: LastErrors;
  readonly processFolder: string;
  readonly log: Log;
}

interface Task {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** The current chat of this window: opens, resumes, runs and stops it, and holds what a view shows of it. */
export class ChatController implements vscode.Disposable {
  readonly #parts: ControllerParts;
  readonly #opener: ChatOpener;
  readonly #transcript = new Transcript();
  readonly #questions: Questions;
  readonly #queue: MessageQueue;
  readonly #events = new vscode.EventEmitter<ViewEvent>();
  readonly #reset = new vscode.EventEmitter<void>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #open: OpenChat | undefined;
  /** The chat that is shown, when it was closed because the disk refused. */
  #unsaved: Unsaved | undefined;
  #resuming: Promise<void> | undefined;
  #task: Task | undefined;
  #turn = 0;
  /** One event for the transcript, in order. */
  readonly onEvent = this.#events.event;
  /** The transcript was replaced as a whole. */
  readonly onReset = this.#reset.event;
  /** `state` or `waiting` changed. */
  readonly onDidChange = this.#changed.event;
  /** What stands in the composer of the view, for the view that comes after it. */
  draft = "";

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#questions = new Questions((event) => this.#onQuestion(event));
    this.#queue = new MessageQueue((messages) => {
      this.#open?.keepQueue(messages);
      this.#changed.fire();
    });
    this.#opener = new ChatOpener({ ...parts, world: () => this.#world(), model: () => this.state.model });
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

  /** The open chat's file. */
  get path(): string | undefined {
    return this.#open?.path;
  }

  get state(): PanelState {
    const { account, choices } = this.#parts;
    const { model, thinking, webSearch, mode } = choices.current;
    return {
      ...account.viewFor(this.path),
      model: account.serving(model, this.path),
      thinking,
      webSearch,
      mode,
      queue: this.#queue.view,
      cachedTokens: this.#open?.chat.cachedTokens ?? 0,
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

  /** Works on a message to its end. While another one is worked on it waits, and goes in with that one's next step. */
  async send(text: string, images: readonly ImagePart[] = []): Promise<void> {
    if (text.trim() === "" && images.length === 0) return;
    const message = { text, images };
    if (this.#task) return this.#queue.add(message);
    await this.#start((signal) => this.#work(message, signal));
  }

  /** Sends what waits since the task before ended otherwise than well. */
  async sendQueued(): Promise<void> {
    if (this.#task) return;
    const next = this.#queue.take();
    if (next) await this.send(next.text, next.images);
  }

  unqueue(id: string): void {
    this.#queue.remove(id);
  }

  /** Takes the images out of what is sent, for good, and goes on. */
  async dropImages(): Promise<void> {
    if (this.#task || !this.#open) return;
    this.#open.chat.dropImages();
    await this.send(vscode.l10n.t("Go on."));
  }

  /** Ends the running task; every open call gets its result first. */
  async stop(): Promise<void> {
    this.#task?.controller.abort();
    await this.#task?.done;
  }

  async newChat(): Promise<void> {
    await this.resume();
    await this.#leave();
    await this.#parts.sessions.closeAbandoned();
    this.#show([]);
  }

  /** Goes on with another chat; the one that is open keeps what it has. Throws when it cannot be opened. */
  async openSession(path: string): Promise<void> {
    await this.resume();
    if (path === this.path) return;
    const next = await this.#opener.at(path);
    await this.#leave();
    await this.#parts.sessions.markOpen(path);
    this.#take(next);
  }

  answer(id: string, answer: ApprovalAnswer): void {
    this.#questions.answer(id, answer);
  }

  reply(id: string, text: string): void {
    this.#questions.reply(id, text);
  }

  revealTerminal(callId: string): boolean {
    return this.#open?.reveal(callId) ?? false;
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
    await this.#parts.account.target(undefined);
    const open = await this.#opener.latest();
    if (open) this.#take(open);
  }

  #take(open: OpenChat): void {
    this.#open = open;
    this.#queue.load(open.queued);
    this.#show(open.history);
    if (open.isDamaged) this.#push({ type: "notice", ...this.#stamp(), reason: "session_repaired" });
  }

  #show(events: readonly ViewEvent[]): void {
    this.#turn = events.at(-1)?.turn ?? 0;
    this.#transcript.reset(events);
    this.#reset.fire();
    this.#changed.fire();
  }

  /** Nothing of the chat that was open is left in this window. */
  async #leave(): Promise<void> {
    await this.stop();
    const path = this.path ?? this.#unsaved?.path;
    await this.#closeChat();
    this.#unsaved = undefined;
    if (path !== undefined) await this.#parts.sessions.close(path);
    this.#parts.diffs.clear();
    this.#queue.load([]);
  }

  #notResumed(error: unknown): void {
    this.#parts.log.error("the last chat could not be resumed", error);
    void vscode.window.showWarningMessage(
      sessionFailure(error) === "in_use"
        ? vscode.l10n.t("The last chat is open in another window. A new chat begins here.")
        : vscode.l10n.t("The last chat could not be opened and a new one begins: {0}", sessionFailureText(error)),
    );
  }

  async #start(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    const done = work(controller.signal).finally(() => {
      this.#task = undefined;
      this.#changed.fire();
    });
    this.#task = { controller, done };
    this.#changed.fire();
    await done;
  }

  /** A task that is done is followed by what waits; one that was stopped or failed leaves it to the user. */
  async #work(first: Outgoing, signal: AbortSignal): Promise<void> {
    for (let message: Outgoing | undefined = first; message; ) {
      const outcome = await this.#workOn(message, signal);
      message = outcome === "done" && !signal.aborted ? this.#queue.take() : undefined;
    }
  }

  async #workOn(message: Outgoing, signal: AbortSignal): Promise<"done" | "stopped" | "failed"> {
    const { log } = this.#parts;
    try {
      await this.resume();
      this.#pushUser(message);
      // The first message names the chat.
      this.#changed.fire();
      this.#open ??= await this.#reopen();
      const end = await this.#open.chat.send(message, { signal, ...this.#choose() });
      log.info(`task ended: ${end.outcome}${end.error ? ` (${end.error.reason}: ${end.error.message})` : ""}`);
      await this.#open.sync();
      return end.outcome;
    } catch (error) {
      log.error("the task could not go on", error);
      if (sessionFailure(error) === "full") this.#push({ type: "notice", ...this.#stamp(), reason: "storage_full" });
      this.#push({ type: "end", ...this.#stamp(), outcome: "failed" });
      void vscode.window.showErrorMessage(vscode.l10n.t("The chat could not go on: {0}", sessionFailureText(error)));
      // What is in memory may be ahead of the file: the next message goes on from the file.
      await this.#closeChat();
      return "failed";
    }
  }

  #choose(): { model: string; thinking: boolean; webSearch: boolean; account: string | undefined } {
    const { account, choices } = this.#parts;
    const { model, thinking, webSearch } = choices.current;
    const serving = account.serving(model, this.path);
    if (serving !== model) this.#push({ type: "notice", ...this.#stamp(), reason: "model_retired", model: serving });
    return { model: serving, thinking, webSearch, account: account.viewFor(this.path).keyId };
  }

  #world(): ChatWorld {
    const { account, choices, diffs } = this.#parts;
    return {
      roots: workspaceRoots,
      trusted: () => vscode.workspace.isTrusted,
      mode: () => choices.current.mode,
      target: (path) => account.target(path),
      idleMs: () => readSettings().idleTimeout * 1_000,
      processFolder: this.#parts.processFolder,
      appRoot: vscode.env.appRoot,
      approver: this.#questions,
      user: this.#questions.user,
      queued: () => this.#takeQueued(),
      emit: (event) => this.#onAgentEvent(event),
      planned: (callId, actions) => {
        const change = diffs.planned(callId, actions);
        if (change) this.#push({ type: "change", ...this.#stamp(), callId, change });
      },
    };
  }

  #takeQueued(): Outgoing | undefined {
    const message = this.#queue.take();
    if (message) this.#pushUser(message);
    return message;
  }

  #onAgentEvent(event: AgentEvent): void {
    this.#turn = Math.max(this.#turn, event.turn);
    this.#parts.errors.event(event);
    const line = logLine(event);
    if (line) this.#parts.log.info(line);
    this.#push(event);
    // What the cache holds changed with it.
    if (event.type === "usage") this.#changed.fire();
  }

  #onQuestion(event: QuestionEvent): void {
    this.#push({ ...event, ...this.#stamp() });
    this.#changed.fire();
  }

  #pushUser({ text, images }: Outgoing): void {
    const shown = images.length === 0 ? {} : { images: images.map(imageView) };
    this.#push({ type: "user", ...this.#stamp(), text, model: this.#modelName(), ...shown });
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

  async #reopen(): Promise<OpenChat> {
    if (!this.#unsaved) return this.#opener.begin();
    const open = await this.#opener.withUnwritten(this.#unsaved);
    this.#unsaved = undefined;
    return open;
  }

  async #closeChat(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (!open) return;
    const unwritten = await open.close();
    this.#unsaved = { path: open.path, unwritten };
  }
}

function imageView({ image_url: { url } }: ImagePart): ImageView {
  const mime = /^data:([^;,]*)/.exec(url)?.[1] ?? "";
  return { mime, bytes: Math.floor(((url.length - url.indexOf(",") - 1) * 3) / 4) };
}
