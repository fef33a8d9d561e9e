import * as vscode from "vscode";
import { messageOf } from "./log.ts";
import type { ChatReview } from "./review.ts";
import { closeFiles, reviewedPath, reviewTitle } from "./reviewDiffs.ts";
import { ReviewLens } from "./reviewLens.ts";
import { ReviewMarks } from "./reviewMarks.ts";
import {
  activePath,
  type Direction,
  goToChange,
  hunkAtCursor,
  hunksIn,
  type PeekedChange,
  type Stop,
} from "./reviewPlaces.ts";
import type { ReviewTarget } from "./reviewTypes.ts";

export interface ReviewSource {
  /** Of the chat that is shown. */
  readonly review: () => ChatReview | undefined;
  /** `review()` may be another one from here on. May fire for other reasons too. */
  readonly onDidChange: vscode.Event<void>;
  readonly log: { error(message: string, error?: unknown): void };
}

type Verb = "keep" | "undo";

/** What the manifest's conditions ask for. */
class ReviewKeys {
  #told = "";
  #isInReview = false;

  /** A multi-file diff says in its label alone whose it is. */
  look(): void {
    const isInReview = vscode.window.tabGroups.activeTabGroup.activeTab?.label.startsWith(reviewTitle()) === true;
    if (isInReview !== this.#isInReview) {
      void vscode.commands.executeCommand("setContext", "mimoAgent.inReview", isInReview);
    }
    this.#isInReview = isInReview;
  }

  refresh(paths: readonly string[]): void {
    const spelt = paths.flatMap(spellings);
    if (spelt.join("\n") === this.#told) return;
    if (paths.length === 0) void closeFiles();
    this.#told = spelt.join("\n");
    void vscode.commands.executeCommand("setContext", "mimoAgent.hasChanges", paths.length > 0);
    void vscode.commands.executeCommand("setContext", "mimoAgent.changedPaths", spelt);
  }
}

/** As VS Code compares it: a window on Windows spells the paths of a remote Linux its own way. */
function spellings(path: string): string[] {
  const { fsPath } = vscode.Uri.file(path);
  return fsPath.includes("\\") ? [fsPath] : [fsPath, fsPath.replaceAll("/", "\\")];
}

/** Commands, gutter marks and lenses for the review that is shown. Once for a window, with its first chat. */
export function registerReview(source: ReviewSource): vscode.Disposable {
  const { review } = source;
  const marks = new ReviewMarks(review);
  const lens = new ReviewLens(review);
  let followed: ChatReview | undefined;
  let following: vscode.Disposable | undefined;
  const keys = new ReviewKeys();
  const refresh = () => {
    marks.refresh();
    lens.refresh();
    keys.refresh((review()?.marks ?? []).map(({ path }) => path));
  };
  const follow = () => {
    if (review() === followed) return;
    followed = review();
    following?.dispose();
    following =
      followed &&
      vscode.Disposable.from(
        followed.onDidChange(refresh),
        followed.onDidCompare(() => marks.refreshBaselines()),
      );
    marks.refreshBaselines();
    refresh();
  };
  follow();
  return vscode.Disposable.from(
    ...Object.entries(reviewCommands(review)).map(([name, run]) =>
      vscode.commands.registerCommand(`mimoAgent.${name}`, async (...given: unknown[]) => {
        try {
          await run(...given);
        } catch (error) {
          source.log.error(`mimoAgent.${name} failed`, error);
          void vscode.window.showErrorMessage(vscode.l10n.t("MiMo could not do that: {0}", messageOf(error)));
        }
      }),
    ),
    source.onDidChange(follow),
    vscode.window.tabGroups.onDidChangeTabs(() => keys.look()),
    vscode.window.tabGroups.onDidChangeTabGroups(() => keys.look()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("mimoAgent.review")) lens.refresh();
    }),
    marks,
    lens,
    new vscode.Disposable(() => following?.dispose()),
  );
}

type Commands = Readonly<Record<string, (...given: unknown[]) => unknown>>;

/** By their names without the extension's. */
export function reviewCommands(review: () => ChatReview | undefined): Commands {
  const hunk = async (verb: Verb, given: readonly unknown[]) => {
    const open = review();
    if (!open) return;
    const target = await hunkTarget(open, given);
    if (target) return open[verb](target);
    void vscode.window.showInformationMessage(vscode.l10n.t("The cursor is in none of MiMo's changes."));
  };
  const file = async (verb: Verb, given: readonly unknown[]) => {
    const open = review();
    if (!open) return;
    const path = given[0] instanceof vscode.Uri ? reviewedPath(given[0]) : activePath();
    const marks = path === undefined ? undefined : await open.marksOf(path);
    if (marks) return open[verb]({ file: marks.id });
    void vscode.window.showInformationMessage(vscode.l10n.t("MiMo has changed nothing in this file."));
  };
  const go = async (direction: Direction, [from]: readonly unknown[]) => {
    const open = review();
    // Deleted and binary files have no line to go to.
    if (open && !(await goToChange(open, direction, isStop(from) ? from : undefined))) await open.open();
  };
  return {
    reviewChanges: () => review()?.open(),
    keepHunk: (...given) => hunk("keep", given),
    undoHunk: (...given) => hunk("undo", given),
    keepFile: (...given) => file("keep", given),
    undoFile: (...given) => file("undo", given),
    keepAll: () => review()?.keep("all"),
    undoAll: () => review()?.undo("all"),
    nextChange: (...given) => go("next", given),
    previousChange: (...given) => go("previous", given),
  };
}

/** From a lens (its target), from the peek of a gutter mark (file, changes, which of them), or where the cursor is. */
async function hunkTarget(review: ChatReview, [first, changes, index]: readonly unknown[]) {
  if (isTarget(first)) return first;
  const path = first instanceof vscode.Uri ? reviewedPath(first) : activePath();
  const marks = path === undefined ? undefined : await review.marksOf(path);
  if (!marks) return undefined;
  const peeked = Array.isArray(changes) && typeof index === "number" ? (changes[index] as unknown) : undefined;
  const atCursor = hunkAtCursor(marks);
  const hunks = isPeeked(peeked) ? hunksIn(marks, peeked) : atCursor ? [atCursor] : [];
  return hunks.length === 0 ? undefined : { file: marks.id, hunks: hunks.map(({ id }) => id) };
}

function isTarget(given: unknown): given is Exclude<ReviewTarget, "all"> {
  if (typeof given !== "object" || given === null || !("file" in given) || !("hunks" in given)) return false;
  return typeof given.file === "string" && Array.isArray(given.hunks);
}

function isPeeked(given: unknown): given is PeekedChange {
  return typeof given === "object" && given !== null && "modifiedStartLineNumber" in given;
}

function isStop(given: unknown): given is Stop {
  return typeof given === "object" && given !== null && "path" in given && "line" in given;
}
