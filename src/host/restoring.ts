import * as vscode from "vscode";
import { userText } from "../agent/context.ts";
import type { Comparison, MissingReason, Restored } from "../node/checkpointsTypes.ts";
import type { RestoreWhat } from "./chatRestore.ts";
import type { OpenChat } from "./openChat.ts";

export type RestoreRequest =
  | { readonly kind: "to"; readonly message: number; readonly what: RestoreWhat }
  | { readonly kind: "undo" };

export interface RestoreResult {
  /** The chat has another history. */
  readonly rewound: boolean;
  /** Of the message that is not part of the chat any more; "" when there is none. */
  readonly words: string;
}

/**
 * Does what the user asks for, and asks first where it takes what they changed themselves. Throws SessionError when the
 * disk refuses.
 */
export async function restore(open: OpenChat, how: RestoreRequest): Promise<RestoreResult> {
  if (!(await (how.kind === "to" ? mayTake(open, how) : mayTakeBack(open)))) return NOTHING;
  const { last } = open.restore;
  const { rewound, message, files } = await (how.kind === "undo"
    ? open.restore.undo()
    : open.restore.to(how.message, how.what));
  if (files) tellMissing(files);
  else if (how.kind === "undo" && last && last.files > 0) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t("The files stay as they are: MiMo or a command has changed some since the restore."),
    );
  }
  return { rewound, words: message ? userText(message) : "" };
}

const NOTHING: RestoreResult = { rewound: false, words: "" };

/** Shows how files were before a message beside what they are. */
export async function compare(open: OpenChat, message: number): Promise<void> {
  const { kept } = open;
  if (!kept) return;
  const { showComparison } = await import("./deferred.ts");
  const comparison = await kept.checkpoints.compare(message);
  if (comparison.files.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("No file has changed since this message."));
    return;
  }
  const opaque = await showComparison(comparison, kept.store);
  if (opaque.length === 0) return;
  void vscode.window.showInformationMessage(
    vscode.l10n.t("{0} files have no text to compare: {1}", opaque.length, namesOf(opaque)),
  );
}

/** What was changed since the restore would go with it, and nothing would bring that back. */
async function mayTakeBack({ restore: { last }, kept }: OpenChat): Promise<boolean> {
  const own = last?.what === "chat" ? [] : ((await kept?.checkpoints.changedSinceRestore()) ?? []);
  if (own.length === 0) return true;
  const button = vscode.l10n.t("Undo");
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t("Files were changed since the restore. Undo takes these changes, too."),
    { modal: true, detail: namesOf(own) },
    button,
  );
  return answer === button;
}

async function mayTake(
  open: OpenChat,
  { message, what }: Extract<RestoreRequest, { readonly kind: "to" }>,
): Promise<boolean> {
  if (what === "chat") return true;
  const comparison = await open.kept?.checkpoints.compare(message);
  const own = ownChanges(comparison);
  if (own.length === 0) return true;
  const button = vscode.l10n.t("Restore");
  const answer = await vscode.window.showWarningMessage(
    own.length === 1
      ? vscode.l10n.t("You changed {0} yourself since. Restore it too?", namesOf(own))
      : vscode.l10n.t("You changed {0} of these files yourself since. Restore them too?", own.length),
    { modal: true, detail: vscode.l10n.t("{0}\n\nUndo brings your changes back.", namesOf(own)) },
    button,
  );
  return answer === button;
}

function ownChanges(comparison: Comparison | undefined): string[] {
  return (comparison?.files ?? []).flatMap(({ path, userChanged }) => (userChanged ? [path] : []));
}

function tellMissing({ missing, uncovered }: Restored): void {
  const [first] = missing;
  if (first) {
    const files = missing.length === 1 ? namesOf([first.path]) : vscode.l10n.t("{0} files", missing.length);
    void vscode.window.showWarningMessage(vscode.l10n.t("Not restored: {0} ({1})", files, whyMissing(first.why)));
  } else if (uncovered.length > 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        "The workspace is too large to be watched as a whole: what commands changed in {0} is not restored.",
        namesOf(uncovered.map(({ path }) => path)),
      ),
    );
  }
}

function whyMissing(why: MissingReason): string {
  switch (why) {
    case "too_large":
      return vscode.l10n.t("too large to be kept");
    case "unreadable":
      return vscode.l10n.t("it could not be read");
    case "storage":
      return vscode.l10n.t("the disk refused to keep it");
    case "pruned":
      return vscode.l10n.t("no longer kept: it was too long ago");
    case "changed":
      return vscode.l10n.t("it was changed meanwhile");
    case "blocked":
      return vscode.l10n.t("something else stands in its place");
    case "refused":
      return vscode.l10n.t("the system refused to write it");
  }
}

const NAMED = 5;

function namesOf(paths: readonly string[]): string {
  const names = paths.slice(0, NAMED).map((path) => vscode.workspace.asRelativePath(path));
  return paths.length > NAMED ? `${names.join(", ")}, …` : names.join(", ");
}
