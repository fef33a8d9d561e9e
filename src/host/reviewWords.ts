import { basename } from "node:path";
import * as vscode from "vscode";
import type { ChangedFileView } from "../protocol/view.ts";
import type { Question, ReviewTarget } from "./reviewTypes.ts";
import type { Impossible, Undone } from "./reviewUndo.ts";

/** What is asked before an undo, if anything. */
export function confirmUndo(
  target: ReviewTarget,
  files: readonly ChangedFileView[],
  { touched }: { readonly touched: boolean },
): Question | undefined {
  const [first] = files;
  if (!first) return undefined;
  if (target === "all") {
    return {
      message:
        files.length === 1
          ? vscode.l10n.t("Undo MiMo's changes in {0}?", first.shown)
          : vscode.l10n.t("Undo MiMo's changes in {0} files?", files.length),
      detail: vscode.l10n.t("What you have changed yourself stays."),
      button: vscode.l10n.t("Undo"),
    };
  }
  if (!touched) return undefined;
  if (first.kind === "created") {
    return {
      message: vscode.l10n.t("You have edited {0} since MiMo created it. Delete it?", first.shown),
      detail: vscode.l10n.t("What you wrote in it goes with it."),
      button: vscode.l10n.t("Delete"),
    };
  }
  return {
    message: vscode.l10n.t("You have edited this change of MiMo's in {0}. Undo it all the same?", first.shown),
    detail: vscode.l10n.t("What you wrote in it goes with it."),
    button: vscode.l10n.t("Undo"),
  };
}

/** What to say after an undo; undefined when everything was undone. */
export function undoTold(files: readonly Undone[]): string | undefined {
  const failed = files.find((file) => file.kind === "failed");
  if (failed) {
    const more = files.filter(({ kind }) => kind === "failed").length - 1;
    const name = basename(failed.path);
    const why = reason(failed.why);
    if (more === 0) return vscode.l10n.t("{0} was not put back: {1}", name, why);
    return vscode.l10n.t("{0} and {1} more were not put back: {2}", name, more, why);
  }
  const left = files.reduce((sum, file) => sum + (file.kind === "done" ? file.left : 0), 0);
  if (left === 0) return undefined;
  if (left === 1) return vscode.l10n.t("One change was left because you have edited it. It can be undone on its own.");
  return vscode.l10n.t("{0} changes were left because you have edited them. Each can be undone on its own.", left);
}

function reason(why: Impossible): string {
  switch (why) {
    case "not_kept":
      return vscode.l10n.t("what was there before is no longer kept.");
    case "no_encoding":
      return vscode.l10n.t("its encoding has no bytes for what was there before.");
    case "unsaved":
      return vscode.l10n.t("it has unsaved changes. Save it or close it first.");
    case "busy":
      return vscode.l10n.t("it keeps changing. Try again.");
    case "refused":
      return vscode.l10n.t("the disk refused it. The log says more.");
  }
}
