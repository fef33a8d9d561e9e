import * as vscode from "vscode";
import type { SendOptions } from "../agent/chat.ts";
import type { AgentEvent } from "../agent/events.ts";
import type { ImagePart, Outgoing } from "../agent/message.ts";
import type { ApprovalAnswer, FileChange, Place } from "../agent/ports.ts";
import type { PanelState, ViewEvent } from "../protocol/view.ts";
import { sessionFailure } from "../sessions/errors.ts";
import type { Account } from "./account.ts";
import { ChatHolder } from "./chatHolder.ts";
import { chatWorld } from "./chatWorld.ts";
import type { ChoiceStore } from "./choices.ts";
import type { Diffs } from "./diffs.ts";
import type { LastErrors } from "./lastErrors.ts";
import type { Log } from "./log.ts";
import { logLine } from "./logLine.ts";
import { MessageQueue } from "./messageQueue.ts";
import type { ChatWorld, OpenChat } from "./openChat.ts";
import { type QuestionEvent, Questions } from "./questions.ts";
import { type RestoreRequest, restore } from "./restoring.ts";
import { reviewState } from "./reviewView.ts";
import { sessionFailureText, tellNotResumed } from "./sessionFailures.ts";
import type { SessionFolder } from "./sessions.ts";
import { TaskSlot } from "./taskSlot.ts";
import { imageView, Transcript } from "./transcript.ts";

export interface ControllerParts {
  readonly account: Account;
  readonly choices: ChoiceStore;
  readonly diffs: Diffs;
  readonly sessions: SessionFolder;
  readonly errors: LastErrors;
  readonly processFolder: string;
  readonly checkpointFolder: string;
  readonly log: Log;
}

/** The current chat of this window: opens, resumes, runs and stops it, and holds what a view shows of it. */
export class ChatController implements vscode.Disposable {
  readonly #parts: ControllerParts;
  readonly #holder: ChatHolder;
  readonly #transcript = new Transcript();
  readonly #questions: Questions;
  readonly #queue: MessageQueue;
  readonly #events = new vscode.EventEmitter<ViewEvent>();
  readonly #reset = new vscode.EventEmitter<void>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #takenBack = new vscode.EventEmitter<string>();
  readonly #task = new TaskSlot(() => this.#changed.fire());
  readonly #subscriptions: vscode.Disposable[];
  #resuming: Promise<void> | undefined;
  /** Settled when no other chat is being brought up. */
  #moving: Promise<unknown> = Promise.resolve();
  #turn = 0;
  /** The model that answers in place of a retired one, once that was said. */
  #successor: string | undefined;
  /** One event for the transcript, in order. */
  readonly onEvent = this.#events.event;
  /** The transcript was replaced as a whole. */
  readonly onReset = this.#reset.event;
  /** A message was taken back: its words are for the composer. */
  readonly onTakenBack = this.#takenBack.event;
  /** `state` or `waiting` changed. */
  readonly onDidChange = this.#changed.event;
  /** What stands in the composer of the view, for the view that comes after it. */
  draft = "";

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#questions = new Questions((event) => this.#onQuestion(event));
    this.#queue = new MessageQueue((messages) => {
      this.#holder.open?.keepQueue(messages);
      this.#changed.fire();
    });
    this.#holder = new ChatHolder({
      ...parts,
      world: () => this.#world(),
      model: () => this.state.model,
      taken: (open) => this.#taken(open),
    });
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
    return this.#task.busy;
  }

  /** Questions that nobody has answered yet. */
  get waiting(): number {
    return this.#questions.waiting;
  }

  /** The file of the chat that is shown. */
  get path(): string | undefined {
    return this.#holder.path;
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
      ...reviewState(this.#holder.open),
      cachedTokens: this.#holder.open?.chat.cachedTokens ?? 0,
      busy: this.busy,
      trusted: vscode.workspace.isTrusted,
      folder: vscode.workspace.name,
      title: this.#transcript.title,
    };
  }

  /** Goes on with the chat that was open when the window closed. Does so once, however often it is called. */
  resume(): Promise<void> {
    this.#resuming ??= this.#resume().catch((error) => tellNotResumed(error, this.#parts.log));
    return this.#resuming;
  }

  /** Works on a message to its end. While another one is worked on it waits, and goes in with that one's next step. */
  async send(text: string, images: readonly ImagePart[] = []): Promise<void> {
    if (text.trim() === "" && images.length === 0) return;
    // One that comes while another chat is brought up is for that one.
    await this.#moving;
    await this.#deliver({ text, images });
  }

  /** Sends what waits since the task before ended otherwise than well. */
  async sendQueued(): Promise<void> {
    await this.#moving;
    const next = this.busy ? undefined : this.#queue.take();
    if (next) await this.#deliver(next);
  }

  unqueue(id: string): void {
    this.#queue.remove(id);
  }

  /** Takes the images out of what is sent, for good, and goes on. */
  async dropImages(): Promise<void> {
    if (this.busy || !this.#holder.open) return;
    this.#holder.open.chat.dropImages();
    await this.send(vscode.l10n.t("Go on."));
  }

  /** Ends the running task; every open call gets its result first. */
  async stop(): Promise<void> {
    await this.#task.stop();
  }

  newChat(): Promise<void> {
    return this.#move(async () => {
      await this.#leave();
      this.#draw([]);
      await this.#tidy((sessions) => sessions.closeAbandoned());
    });
  }

  /** Goes on with another chat; the one that is open keeps what it has. Throws when it cannot be opened. */
  openSession(path: string): Promise<void> {
    return this.#move(async () => {
      if (path === this.path) return;
      const next = await this.#holder.at(path);
      await this.#leave();
      this.#show(next);
      await this.#tidy((sessions) => sessions.markOpen(path));
    });
  }

  answer(id: string, answer: ApprovalAnswer): void {
    this.#questions.answer(id, answer);
  }

  reply(id: string, text: string): void {
    this.#questions.reply(id, text);
  }

  /** undefined when there is none. */
  get open(): OpenChat | undefined {
    return this.#holder.open;
  }

  /** Brings files, chat or both back to before a message, or takes that back. Not while a task runs. */
  restore(how: RestoreRequest): Promise<void> {
    return this.#move(async () => {
      const { open } = this;
      if (this.busy || !open) return;
      const { rewound, words } = await restore(open, how);
      this.#changed.fire();
      if (rewound) this.#draw(open.history);
      if (words !== "") this.#takenBack.fire(words);
    });
  }

  /** A view shows the change of an earlier call: what it was is looked up. */
  async sendChange(callId: string): Promise<void> {
    const { open } = this;
    const changes = await this.#parts.diffs.changesOf(callId);
    if (open === this.open) for (const change of changes) this.#changing(callId, change);
  }

  /** A path as a card shows it. undefined outside the workspace. */
  async locate(shown: string): Promise<Place | undefined> {
    const place = await this.#holder.open?.files.locate(shown);
    return place?.inside ? place : undefined;
  }

  /** The window closes: what runs is stopped in good order and written down. */
  async close(): Promise<void> {
    await this.stop();
    await this.#holder.close();
  }

  dispose(): void {
    this.#task.abort();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#events.dispose();
    this.#reset.dispose();
    this.#changed.dispose();
    this.#takenBack.dispose();
  }

  async #resume(): Promise<void> {
    const { account, log } = this.#parts;
    await account.target(undefined).catch((error) => log.error("the keys could not be read", error));
    const open = await this.#holder.latest();
    if (open) this.#show(open);
  }

  #show(open: OpenChat): void {
    this.#queue.load(open.queued);
    this.#holder.take(open);
    this.#draw(open.history);
    if (open.isDamaged) this.#push({ type: "notice", ...this.#stamp(), reason: "session_repaired" });
  }

  /** What was typed while no chat was open had no place to be kept in. */
  #taken(open: OpenChat): void {
    open.keepQueue(this.#queue.kept);
    this.#parts.diffs.look(open.kept);
    void open.restore.load().then(() => this.#changed.fire());
  }

  #draw(events: readonly ViewEvent[]): void {
    this.#turn = events.at(-1)?.turn ?? 0;
    this.#successor = undefined;
    this.#transcript.reset(events);
    this.#reset.fire();
    this.#changed.fire();
  }

  /** Nothing of the chat that was open is left in this window. */
  async #leave(): Promise<void> {
    await this.stop();
    const { path } = this;
    await this.#holder.leave();
    if (path !== undefined) await this.#tidy((sessions) => sessions.close(path));
    this.#parts.diffs.clear();
    this.#queue.load([]);
  }

  /** Chats are brought up one after the other: two at once would leave one open that nobody shows. */
  #move(work: () => Promise<void>): Promise<void> {
    const done = this.#moving.then(() => this.resume()).then(work);
    this.#moving = done.catch(() => {});
    return done;
  }

  /** What only says which chat comes back after a reload. A disk that refuses it keeps nobody from a chat. */
  async #tidy(work: (sessions: SessionFolder) => Promise<void>): Promise<void> {
    await work(this.#parts.sessions).catch((error) => this.#parts.log.error("the open chat is not noted", error));
  }

  async #deliver(message: Outgoing): Promise<void> {
    if (this.busy) return this.#queue.add(message);
    // What waited longer is said first, and both go into the same request.
    if (this.#queue.view.length > 0) this.#queue.add(message);
    else this.#queue.carry(message);
    const first = this.#queue.take() ?? message;
    await this.#task.run((signal) => this.#work(first, signal));
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
      const open = await this.#holder.ensure();
      const end = await open.chat.send(message, { signal, ...this.#choose() });
      log.info(`task ended: ${end.outcome}${end.error ? ` (${end.error.reason}: ${end.error.message})` : ""}`);
      await open.sync();
      return end.outcome;
    } catch (error) {
      log.error("the task could not go on", error);
      if (sessionFailure(error) === "full") this.#push({ type: "notice", ...this.#stamp(), reason: "storage_full" });
      this.#push({ type: "end", ...this.#stamp(), outcome: "failed" });
      void vscode.window.showErrorMessage(vscode.l10n.t("The chat could not go on: {0}", sessionFailureText(error)));
      this.#queue.putBack();
      // What is in memory may be ahead of the file: the next message goes on from the file.
      await this.#holder.close();
      return "failed";
    }
  }

  #choose(): Omit<SendOptions, "signal"> {
    const { account, choices } = this.#parts;
    const { model, thinking, webSearch } = choices.current;
    const serving = account.serving(model, this.path);
    if (serving !== model && serving !== this.#successor) {
      this.#push({ type: "notice", ...this.#stamp(), reason: "model_retired", model: serving });
    }
    this.#successor = serving;
    // Looked up for every request, as the key itself is: it may be switched while a task runs.
    return { model: serving, thinking, webSearch, account: () => account.viewFor(this.path).keyId };
  }

  #world(): ChatWorld {
    return chatWorld(this.#parts, {
      approver: this.#questions,
      user: this.#questions.user,
      queued: () => this.#takeQueued(),
      emit: (event) => this.#onAgentEvent(event),
      changing: (callId, change) => this.#changing(callId, change),
      waiting: (callId, prompt) => this.#push({ type: "command_waiting", ...this.#stamp(), callId, prompt }),
      changed: () => this.#changed.fire(),
    });
  }

  #changing(callId: string, change: FileChange): void {
    this.#push({ type: "change", ...this.#stamp(), callId, change });
  }

  #takeQueued(): Outgoing | undefined {
    const message = this.#queue.take();
    if (message) this.#pushUser(message);
    return message;
  }

  #onAgentEvent(event: AgentEvent): void {
    this.#turn = Math.max(this.#turn, event.turn);
    // The answer to a message comes after the message is written down.
    this.#queue.heard();
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
    this.#push({ type: "user", ...this.#stamp(), text, model: this.#modelName(), ...this.#holder.next, ...shown });
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
}
