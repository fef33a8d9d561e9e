import * as vscode from "vscode";
import type { ChangedFileView } from "../protocol/view.ts";

/** Of files without what the agent changed in them: the left side of a diff, and what gutter marks are drawn against. */
export const BASELINE_SCHEME = "mimo-agent-review";

export interface ShownFile extends Pick<ChangedFileView, "kind" | "opaque" | "shown"> {
  /** Absolute. */
  readonly path: string;
}

/** The file's own path stands in it, so that the editor knows its language and name. */
export function baselineUri(path: string): vscode.Uri {
  return vscode.Uri.file(path).with({ scheme: BASELINE_SCHEME });
}

/** The file that a document belongs to, on whichever side of a diff it stands. */
export function reviewedPath(uri: vscode.Uri): string | undefined {
  if (uri.scheme === "file") return uri.fsPath;
  return uri.scheme === BASELINE_SCHEME ? uri.with({ scheme: "file" }).fsPath : undefined;
}

/** The agent's changes in one file. On the right stands the file itself, where it can be edited. */
export async function showFile(file: ShownFile): Promise<void> {
  const uri = vscode.Uri.file(file.path);
  if (file.opaque && file.kind !== "deleted") {
    await vscode.commands.executeCommand("vscode.open", uri);
    return;
  }
  if (file.kind === "deleted") {
    await showFiles([file]);
    return;
  }
  const title = vscode.l10n.t("{0} (MiMo's change)", file.shown);
  await vscode.commands.executeCommand("vscode.diff", baselineUri(file.path), uri, title, { preview: true });
}

/** One under the other. What has no lines is left out, unless there is nothing else. */
export async function showFiles(files: readonly ShownFile[]): Promise<void> {
  const texts = files.filter(({ opaque }) => !opaque);
  const [first] = files;
  if (texts.length === 0) {
    if (first && first.kind !== "deleted") await showFile(first);
    return;
  }
  const resources = texts.map(({ path, kind }) => {
    const uri = vscode.Uri.file(path);
    const left = kind === "created" ? undefined : baselineUri(path);
    return [uri, left, kind === "deleted" ? undefined : uri];
  });
  await vscode.commands.executeCommand("vscode.changes", reviewTitle(), resources);
}

export function reviewTitle(): string {
  return vscode.l10n.t("MiMo's changes");
}

/** Nothing is left to be reviewed: a multi-file diff would go on showing what it was opened with. */
export async function closeFiles(): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  await vscode.window.tabGroups.close(tabs.filter(({ label }) => label.startsWith(reviewTitle())));
}
