import * as vscode from "vscode";
import type { ChatReview } from "./review.ts";

const AGAIN_MS = 1_000;

/** Keep and Undo above each of the agent's changes, in plain editors; VS Code shows none in diffs. */
export class ReviewLens implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #review: () => ChatReview | undefined;
  readonly #changed = new vscode.EventEmitter<void>();
  #hasLenses = false;
  #again: NodeJS.Timeout | undefined;
  #registration: vscode.Disposable | undefined;
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(review: () => ChatReview | undefined) {
    this.#review = review;
  }

  refresh(): void {
    const isWanted = vscode.workspace.getConfiguration("mimoAgent").get<boolean>("review.codeLens", true);
    this.#hasLenses = isWanted && (this.#review()?.changeCount ?? 0) > 0;
    if (this.#hasLenses) this.#registration ??= vscode.languages.registerCodeLensProvider({ scheme: "file" }, this);
    // Not by going away: VS Code goes on showing what a provider that is gone had said last.
    this.#changed.fire();
    // VS Code drops what it was about to ask when the editor loses the focus meanwhile, as to the panel of a new chat.
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#changed.fire(), AGAIN_MS);
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!this.#hasLenses) return [];
    const marks = await this.#review()?.marksOf(document.uri.fsPath);
    if (!marks) return [];
    const { id: file, hunks } = marks;
    return hunks.flatMap(({ id, start, touched }, i) => {
      const line = Math.min(start, document.lineCount - 1);
      const range = new vscode.Range(line, 0, line, 0);
      const target = { file, hunks: [id] };
      const undo = touched ? vscode.l10n.t("Undo (edited by you)") : vscode.l10n.t("Undo");
      const lens = (title: string, command: string) =>
        new vscode.CodeLens(range, { title, command: `mimoAgent.${command}`, arguments: [target] });
      const lenses = [lens(vscode.l10n.t("Keep"), "keepHunk"), lens(undo, "undoHunk")];
      if (hunks.length < 2) return lenses;
      const place = vscode.l10n.t("{0} of {1}", i + 1, hunks.length);
      const next = new vscode.CodeLens(range, {
        title: place,
        command: "mimoAgent.nextChange",
        arguments: [{ path: document.uri.fsPath, line }],
      });
      return [...lenses, next];
    });
  }

  dispose(): void {
    clearTimeout(this.#again);
    this.#registration?.dispose();
    this.#changed.dispose();
  }
}
