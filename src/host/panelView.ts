import type * as vscode from "vscode";
import type { PanelState, ToView, ViewEvent } from "../protocol/view.ts";
import { joinEvent } from "./transcript.ts";

/** Least time between two posts of events, in milliseconds: about a frame. */
const FRAME_MS = 16;

type Unnumbered = ToView extends infer M ? (M extends { seq: number } ? Omit<M, "seq"> : never) : never;

/**
 * The sending half of one view: a snapshot when it is ready, then events and states in their order, at most once a
 * frame, with consecutive numbers. Nothing is sent to a view that does not listen.
 */
export class PanelView {
  readonly #webview: Pick<vscode.Webview, "postMessage">;
  #ready = false;
  #seq = 0;
  #events: ViewEvent[] = [];
  #state: PanelState | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sentAt = 0;

  constructor(webview: Pick<vscode.Webview, "postMessage">) {
    this.#webview = webview;
  }

  /** Everything up to now; what was waiting to be sent is part of it. */
  snapshot(state: PanelState, events: readonly ViewEvent[], draft = ""): void {
    this.#drop();
    this.#ready = true;
    this.#post({ type: "snapshot", state, events, ...(draft === "" ? {} : { draft }) });
  }

  event(event: ViewEvent): void {
    if (!this.#ready) return;
    joinEvent(this.#events, event);
    this.#schedule();
  }

  state(state: PanelState): void {
    if (!this.#ready) return;
    this.#state = state;
    this.#schedule();
  }

  /** `text` is put before what stands there. */
  focusComposer(text = ""): void {
    if (!this.#ready) return;
    this.#flush();
    this.#post({ type: "focusComposer", ...(text === "" ? {} : { text }) });
  }

  /** The page is gone: it will say `ready` when it is back. */
  lost(): void {
    this.#ready = false;
    this.#drop();
  }

  get isReady(): boolean {
    return this.#ready;
  }

  #schedule(): void {
    if (this.#timer) return;
    const wait = Math.max(0, FRAME_MS - (Date.now() - this.#sentAt));
    this.#timer = setTimeout(() => this.#flush(), wait);
  }

  #flush(): void {
    const events = this.#events;
    const state = this.#state;
    this.#drop();
    if (events.length > 0) this.#post({ type: "events", events });
    if (state) this.#post({ type: "state", state });
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#events = [];
    this.#state = undefined;
  }

  #post(message: Unnumbered): void {
    this.#seq += 1;
    this.#sentAt = Date.now();
    this.#webview.postMessage({ ...message, seq: this.#seq }).then(
      (delivered) => {
        if (!delivered) this.lost();
      },
      () => this.lost(),
    );
  }
}
