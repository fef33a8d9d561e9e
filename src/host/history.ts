import * as vscode from "vscode";
import { describeModel } from "../mimo/models.ts";
import type { SessionStore, SessionSummary } from "../node/sessionStore.ts";
import { byDay } from "./historyDays.ts";
import { sessionFailureText } from "./sessionFailures.ts";

export interface HistoryParts {
  readonly store: Pick<SessionStore, "list" | "search" | "remove">;
  /** The file of this window's chat. */
  readonly current: () => string | undefined;
  /** Goes on with a chat. Throws when it cannot be opened. */
  readonly open: (path: string) => Promise<void>;
  /** The user deletes a chat. Called before its file goes, so that a window that shows it lets go of it first. */
  readonly deleted: (path: string) => Promise<void>;
}

interface HistoryItem extends vscode.QuickPickItem {
  readonly session?: SessionSummary;
}

type HistoryPick = vscode.QuickPick<HistoryItem>;

/** Typing looks into the chats too, once it pauses. */
const SEARCH_PAUSE_MS = 250;
const SEARCH_LIMIT = 50;
const SHORTEST_SEARCH = 2;

/** Lets the user go on with an earlier chat of this folder, find one by what was said, or delete it. */
export async function showHistory(parts: HistoryParts): Promise<void> {
  const history = new History(parts);
  try {
    const chosen = await history.choose().finally(() => history.dispose());
    if (chosen && chosen.path !== parts.current()) await parts.open(chosen.path);
  } catch (error) {
    void vscode.window.showErrorMessage(vscode.l10n.t("The chat could not be opened: {0}", sessionFailureText(error)));
  }
}

class History implements vscode.Disposable {
  readonly #parts: HistoryParts;
  readonly #pick: HistoryPick;
  readonly #subscriptions: vscode.Disposable[];
  #sessions: readonly SessionSummary[] = [];
  /** Excerpts of the chats in which the typed words were found. */
  #found: ReadonlyMap<string, string> = new Map();
  #search = new AbortController();
  #asking = false;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
    this.#pick = vscode.window.createQuickPick<HistoryItem>();
    this.#pick.title = vscode.l10n.t("Chats");
    this.#pick.matchOnDescription = true;
    this.#subscriptions = [
      this.#pick,
      this.#pick.onDidChangeValue((words) => void this.#lookFor(words)),
      this.#pick.onDidTriggerItemButton(({ item }) => void this.#remove(item.session)),
    ];
  }

  /** undefined when the user left it. */
  async choose(): Promise<SessionSummary | undefined> {
    const chosen = new Promise<SessionSummary | undefined>((resolve) => {
      this.#subscriptions.push(
        this.#pick.onDidAccept(() => {
          const session = this.#pick.selectedItems[0]?.session;
          if (session) resolve(session);
        }),
        this.#pick.onDidHide(() => {
          // The question whether to delete one hides the list for a while.
          if (!this.#asking) resolve(undefined);
        }),
      );
    });
    this.#pick.placeholder = vscode.l10n.t("Reading the chats…");
    this.#pick.busy = true;
    this.#pick.show();
    await this.#fill();
    this.#pick.busy = false;
    return chosen;
  }

  dispose(): void {
    this.#search.abort();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #fill(): Promise<void> {
    this.#sessions = await this.#parts.store.list();
    this.#pick.placeholder =
      this.#sessions.length === 0
        ? vscode.l10n.t("There are no chats here yet.")
        : vscode.l10n.t("Type to search titles and what was said");
    this.#draw();
  }

  #draw(): void {
    const current = this.#parts.current();
    const before = this.#pick.activeItems[0]?.session?.path ?? current;
    const days = byDay(this.#sessions, ({ lastAt }) => new Date(lastAt), new Date());
    const items = days.flatMap(({ days, noon, items }): HistoryItem[] => [
      { label: dayName(days, noon), kind: vscode.QuickPickItemKind.Separator },
      ...items.map((session) => historyItem(session, { current, excerpt: this.#found.get(session.path) })),
    ]);
    this.#pick.keepScrollPosition = true;
    this.#pick.items = items;
    const active = items.filter(({ session }) => session !== undefined && session.path === before);
    // None at all would leave nothing for Enter to open.
    if (active.length > 0) this.#pick.activeItems = active;
  }

  async #lookFor(words: string): Promise<void> {
    this.#search.abort();
    this.#search = new AbortController();
    const { signal } = this.#search;
    const isLong = words.trim().length >= SHORTEST_SEARCH;
    if (!isLong && this.#found.size === 0) return;
    await new Promise((resolve) => setTimeout(resolve, SEARCH_PAUSE_MS));
    if (signal.aborted) return;
    this.#pick.busy = isLong;
    const matches = isLong ? await this.#parts.store.search(words, { limit: SEARCH_LIMIT, signal }) : [];
    if (signal.aborted) return;
    this.#pick.busy = false;
    this.#found = new Map(
      matches.flatMap(({ session, excerpt }) => (excerpt === undefined ? [] : [[session.path, excerpt]])),
    );
    this.#draw();
  }

  async #remove(session: SessionSummary | undefined): Promise<void> {
    if (!session || this.#asking) return;
    this.#asking = true;
    try {
      const remove = vscode.l10n.t("Delete");
      const answer = await vscode.window.showWarningMessage(
        vscode.l10n.t("Delete the chat “{0}”?", session.title || vscode.l10n.t("Untitled")),
        { modal: true, detail: vscode.l10n.t("Its file is deleted. This cannot be undone.") },
        remove,
      );
      if (answer === remove) {
        await this.#parts.deleted(session.path);
        await this.#parts.store.remove(session.path);
      }
    } catch (error) {
      void vscode.window.showErrorMessage(
        vscode.l10n.t("The chat could not be deleted: {0}", sessionFailureText(error)),
      );
    }
    this.#pick.show();
    this.#asking = false;
    await this.#fill();
  }
}

function historyItem(
  session: SessionSummary,
  { current, excerpt }: { readonly current: string | undefined; readonly excerpt: string | undefined },
): HistoryItem {
  const isCurrent = session.path === current;
  const icon = isCurrent ? "$(check) " : session.health === "good" ? "" : "$(warning) ";
  const remove = { iconPath: new vscode.ThemeIcon("trash"), tooltip: vscode.l10n.t("Delete this chat") };
  return {
    session,
    label: icon + literal(session.title || vscode.l10n.t("Untitled")),
    description: [standing(session, isCurrent), ...figures(session)].filter((part) => part !== "").join(" · "),
    // What was found inside is shown whatever the list's own filter makes of the title.
    ...(excerpt === undefined ? {} : { detail: literal(excerpt), alwaysShow: true }),
    buttons: [remove],
  };
}

/** A title is anybody's text: it draws no icons. */
function literal(text: string): string {
  return text.replaceAll("$(", "\\$(");
}

function standing({ health, state }: SessionSummary, isCurrent: boolean): string {
  if (health === "too_new") return vscode.l10n.t("needs a newer version");
  if (health === "damaged") return vscode.l10n.t("damaged");
  if (isCurrent) return vscode.l10n.t("this chat");
  if (state === "running") return vscode.l10n.t("at work in another window");
  return state === "open" ? vscode.l10n.t("open in another window") : "";
}

function figures({ lastAt, model, credits }: SessionSummary): string[] {
  const time = new Intl.DateTimeFormat(vscode.env.language, { hour: "2-digit", minute: "2-digit" });
  const number = new Intl.NumberFormat(vscode.env.language, { notation: "compact", maximumSignificantDigits: 3 });
  return [
    time.format(new Date(lastAt)),
    model === "" ? "" : describeModel(model).name,
    credits === undefined || credits === 0 ? "" : vscode.l10n.t("{0} credits", number.format(credits)),
  ];
}

function dayName(days: number, noon: Date): string {
  if (days === 0) return vscode.l10n.t("Today");
  if (days === 1) return vscode.l10n.t("Yesterday");
  return new Intl.DateTimeFormat(vscode.env.language, {
    weekday: days < 7 ? "long" : "short",
    year: "numeric",
    month: "long",
    day: "numeric",
  }).format(noon);
}
