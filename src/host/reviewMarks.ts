import * as vscode from "vscode";
import { openDocument } from "./documents.ts";
import type { ChatReview } from "./review.ts";
import { BASELINE_SCHEME, baselineUri, reviewedPath } from "./reviewDiffs.ts";

/**
 * The left sides of diffs, and marks in the gutter of what the agent changed. `review` is the one that is open. The
 * marks' source control is there only while there is something to mark, so that the Source Control view stays clean.
 */
export class ReviewMarks implements vscode.Disposable {
  readonly #review: () => ChatReview | undefined;
  readonly #baseline = new vscode.EventEmitter<vscode.Uri>();
  readonly #subscriptions: vscode.Disposable[];
  #control: vscode.SourceControl | undefined;
  #marked = "";
  #generation = 0;

  constructor(review: () => ChatReview | undefined) {
    this.#review = review;
    this.#subscriptions = [
      this.#baseline,
      vscode.workspace.registerTextDocumentContentProvider(BASELINE_SCHEME, {
        onDidChange: this.#baseline.event,
        provideTextDocumentContent: (uri) => this.#content(uri),
      }),
      // VS Code passes over news of a document that it is just opening.
      vscode.workspace.onDidOpenTextDocument(({ uri }) => {
        if (uri.scheme === BASELINE_SCHEME) this.#baseline.fire(uri);
      }),
      // VS Code lets extensions edit what nobody can type into: the content is asked for again then.
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === BASELINE_SCHEME) this.#baseline.fire(document.uri);
      }),
    ];
  }

  /** Files were compared again. */
  refreshBaselines(): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme === BASELINE_SCHEME) this.#baseline.fire(uri);
    }
  }

  /** Other files may be listed. */
  refresh(): void {
    const paths = (this.#review()?.marks ?? []).map(({ path }) => path);
    const marked = paths.join("\n");
    if (marked === this.#marked) return;
    this.#marked = marked;
    if (paths.length === 0) {
      this.#control?.dispose();
      this.#control = undefined;
      return;
    }
    this.#control ??= vscode.scm.createSourceControl("mimoAgent", "MiMo");
    this.#generation += 1;
    // VS Code asks once for each file, and again when the provider is another.
    (this.#control as { quickDiffProvider?: vscode.QuickDiffProvider | undefined }).quickDiffProvider = undefined;
    this.#control.quickDiffProvider = { provideOriginalResource: (uri) => this.#original(uri) };
  }

  dispose(): void {
    this.#control?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Once a file is kept or undone, nothing differs. */
  async #content(uri: vscode.Uri): Promise<string | undefined> {
    const path = reviewedPath(uri);
    if (path === undefined) return undefined;
    const review = this.#review();
    const baseline = await review?.baseline(path);
    if (baseline !== undefined) return baseline;
    const left = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
    // Without a chat nobody knows: what is open stays as it is.
    return left && ((review && openDocument(path)) ?? left).getText();
  }

  /** undefined for what the agent did not touch: everything in it would count as changed. */
  #original(uri: vscode.Uri): vscode.Uri | undefined {
    if (uri.scheme !== "file") return undefined;
    if (!this.#review()?.marks.some(({ path }) => vscode.Uri.file(path).fsPath === uri.fsPath)) return undefined;
    // Never the same twice, and never a diff's: VS Code lets go of the last one and takes the next in one tick when the
    // provider is another or the file's encoding. Where both have one name it loses track of the text: marks no longer
    // follow it, and diffs with that name stay empty.
    const query = `${this.#generation} ${openDocument(uri.fsPath)?.encoding}`;
    return baselineUri(uri.fsPath).with({ query });
  }
}
