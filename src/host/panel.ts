import * as vscode from "vscode";
import type { FromView } from "../protocol/view.ts";
import type { ChatController } from "./chatController.ts";
import type { Log } from "./log.ts";
import { panelHtml } from "./panelHtml.ts";
import { PanelView } from "./panelView.ts";
import { sessionFailureText } from "./sessionFailures.ts";

export interface PanelParts {
  readonly extensionUri: vscode.Uri;
  readonly chat: ChatController;
  readonly log: Log;
  /** What a valid message asks for; `ready` is not among them. */
  readonly handle: (message: Exclude<FromView, { type: "ready" }>) => void | Promise<void>;
  /** A view is about to be drawn for the first time. */
  readonly opened: () => void;
}

/** The chat view, in whichever place it is shown. */
export class ChatPanel implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #parts: PanelParts;
  readonly #views = new Map<vscode.WebviewView, PanelView>();
  readonly #subscriptions: vscode.Disposable[];
  #focusWanted = false;

  constructor(parts: PanelParts) {
    this.#parts = parts;
    const { chat } = parts;
    this.#subscriptions = [
      chat.onEvent((event) => this.#each((view) => view.event(event))),
      chat.onTakenBack((text) => this.#each((view) => view.focusComposer(text))),
      chat.onDidChange(() => this.#each((view) => view.state(chat.state))),
      chat.onReset(() =>
        this.#each((view) => {
          if (view.isReady) view.snapshot(chat.state, chat.events);
        }),
      ),
    ];
  }

  get visible(): boolean {
    return [...this.#views.keys()].some((view) => view.visible);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { extensionUri, opened } = this.#parts;
    const panel = new PanelView(view.webview);
    this.#views.set(view, panel);
    view.onDidDispose(() => {
      panel.lost();
      this.#views.delete(view);
    });
    view.webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(extensionUri, "dist"), vscode.Uri.joinPath(extensionUri, "media")],
    };
    // Loading goes on while the page is drawn.
    const loading = import("./deferred.ts");
    view.webview.onDidReceiveMessage(async (message) => {
      const { FromView } = await loading;
      const parsed = FromView.safeParse(message);
      if (parsed.success) await this.#receive(parsed.data, panel);
      else this.#parts.log.warn("a message of the view was not valid and is ignored");
    });
    view.webview.html = panelHtml(view.webview, extensionUri);
    opened();
  }

  /** Puts the cursor into the composer, now or when the view is there. */
  focusComposer(): void {
    this.#focusWanted = true;
    this.#each((view) => this.#giveFocus(view));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#each((view) => view.lost());
  }

  async #receive(message: FromView, panel: PanelView): Promise<void> {
    const { chat, handle, log } = this.#parts;
    try {
      if (message.type !== "ready") return await handle(message);
      await chat.resume();
      panel.snapshot(chat.state, chat.events, chat.draft);
      if (this.#focusWanted) this.#giveFocus(panel);
    } catch (error) {
      log.error(`${message.type} failed`, error);
      void vscode.window.showErrorMessage(vscode.l10n.t("MiMo could not do that: {0}", sessionFailureText(error)));
    }
  }

  #giveFocus(view: PanelView): void {
    if (!view.isReady) return;
    this.#focusWanted = false;
    view.focusComposer();
  }

  #each(work: (view: PanelView) => void): void {
    for (const view of this.#views.values()) work(view);
  }
}
