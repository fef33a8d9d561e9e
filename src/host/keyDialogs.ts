import * as vscode from "vscode";
import type { Item, KeyDialogs } from "./keyFlow.ts";

/** VS Code's own boxes and messages. */
export const KEY_DIALOGS: KeyDialogs = {
  input: async ({ title, prompt, secret, value, check }) =>
    vscode.window.showInputBox({
      title,
      prompt,
      password: secret === "yes",
      ignoreFocusOut: true,
      ...(secret === "yes" ? { placeHolder: "tp-… / sk-…" } : {}),
      ...(value === undefined ? {} : { value }),
      // Nothing is said before the first character.
      validateInput: (text) => (text === "" ? undefined : messageFor(check(text))),
    }),
  ask: async ({ message, detail, tone, no, options }) => {
    const items = [
      ...options.map(({ id, text }) => ({ id, title: text })),
      ...(no === undefined ? [] : [{ id: undefined, title: no, isCloseAffordance: true }]),
    ];
    const show = tone === "neutral" ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
    return (await show(message, { modal: true, detail }, ...items))?.id;
  },
  pick: async (title, items) => (await vscode.window.showQuickPick(items.flatMap(toQuickPick), { title }))?.value,
  progress: async (title, work) =>
    vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (_, token) => {
        const controller = new AbortController();
        const subscription = token.onCancellationRequested(() => controller.abort());
        try {
          return await work(controller.signal);
        } catch (error) {
          throw controller.signal.aborted ? new vscode.CancellationError() : error;
        } finally {
          subscription.dispose();
        }
      },
    ),
  tell: (severity, message) => {
    if (severity === "info") void vscode.window.showInformationMessage(message);
    else void vscode.window.showErrorMessage(message);
  },
};

function messageFor(
  checked: { readonly problem: string } | { readonly note: string } | undefined,
): string | vscode.InputBoxValidationMessage | undefined {
  if (checked === undefined) return undefined;
  if ("problem" in checked) return checked.problem;
  return { severity: vscode.InputBoxValidationSeverity.Info, message: checked.note };
}

function toQuickPick<T>({ label, description, detail, group, value }: Item<T>) {
  const item = {
    label,
    value,
    ...(description === undefined ? {} : { description }),
    ...(detail === undefined ? {} : { detail }),
  };
  if (group === undefined) return [item];
  return [{ label: group, kind: vscode.QuickPickItemKind.Separator, value }, item];
}
