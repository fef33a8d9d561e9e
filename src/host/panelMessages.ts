import * as vscode from "vscode";
import type { ImagePart } from "../agent/message.ts";
import type { ApprovalAnswer } from "../agent/ports.ts";
import type { FromView, ViewCommand } from "../protocol/view.ts";
import type { ChatController } from "./chatController.ts";
import type { ChoiceStore } from "./choices.ts";
import type { Diffs } from "./diffs.ts";
import type { KeyCommands } from "./keyCommands.ts";
import type { Log } from "./log.ts";
import { compare } from "./restoring.ts";

const CONSOLE = "https://platform.xiaomimimo.com/#/console/api-keys";

export interface MessageParts {
  readonly chat: ChatController;
  readonly choices: ChoiceStore;
  readonly diffs: Diffs;
  readonly keys: KeyCommands;
  readonly log: Log;
}

export type ViewRequest = Exclude<FromView, { type: "ready" }>;

/** Does what a view asks for. The view is not trusted: it can only name things that the host looks up itself. */
export async function handleRequest(request: ViewRequest, parts: MessageParts): Promise<void> {
  const { chat, choices, diffs, keys, log } = parts;
  switch (request.type) {
    case "send":
      await haveKey(parts);
      return chat.send(request.text, (request.images ?? []).map(imagePart));
    case "unqueue":
      return chat.unqueue(request.id);
    case "sendQueued":
      await haveKey(parts);
      return chat.sendQueued();
    case "reply":
      return chat.reply(request.id, request.text);
    case "dropImages":
      return chat.dropImages();
    case "draft":
      chat.draft = request.text;
      return;
    case "setWebSearch":
      return choices.pick({ webSearch: request.on });
    case "chooseKey":
      return keys.use(request.id);
    case "stop":
      return chat.stop();
    case "newChat":
      return chat.newChat();
    case "answer":
      return chat.answer(request.id, answerOf(request));
    case "setModel":
      if (chat.state.models.some(({ id }) => id === request.model)) await choices.pick({ model: request.model });
      return;
    case "setThinking":
      return choices.pick({ thinking: request.on });
    case "setMode":
      return choices.pick({ mode: request.mode });
    case "command":
      return runCommand(request.name, log);
    case "openLink":
      return openLink(request.href);
    case "openFile":
      return openFile(request, chat);
    case "openDiff":
      return openDiff(request.callId, diffs);
    case "openTerminal":
      if (!chat.open?.reveal(request.callId)) {
        void vscode.window.showInformationMessage(vscode.l10n.t("The terminal of this command is closed."));
      }
      return;
    case "insertCode":
      return insertCode(request.text);
    case "wantChange":
      return chat.sendChange(request.callId);
    case "commandInput":
      if (!chat.open?.input(request.callId, request.text)) {
        void vscode.window.showInformationMessage(vscode.l10n.t("This command takes no input any more."));
      }
      return;
    case "stopCommand":
      return chat.open?.endCommand(request.callId);
    case "review":
      return reviewAll(request.action, chat);
    case "reviewFile":
      return request.action === "open"
        ? reviewed(chat)?.openFile(request.id)
        : reviewed(chat)?.[request.action]({ file: request.id });
    case "restore":
      if (request.what !== "compare") {
        return chat.restore({ kind: "to", message: request.message, what: request.what });
      }
      return chat.open && compare(chat.open, request.message);
    case "undoRestore":
      return chat.restore({ kind: "undo" });
  }
}

function reviewAll(action: "open" | "keep" | "undo", chat: ChatController): Promise<void> | undefined {
  const review = reviewed(chat);
  switch (action) {
    case "open":
      return review?.open();
    case "keep":
      return review?.keep("all");
    case "undo":
      // The panel has asked already.
      return review?.undo("all", { confirmed: true });
  }
}

function reviewed(chat: ChatController) {
  return chat.open?.kept?.review;
}

function answerOf(request: ViewRequest & { type: "answer" }): ApprovalAnswer {
  switch (request.decision) {
    case "once":
      return { decision: "once", hunks: request.hunks };
    case "session":
      return { decision: "session" };
    case "deny":
      return { decision: "deny", reason: request.reason };
  }
}

/** A message waits for the key; without one it could only fail. */
async function haveKey({ chat, keys }: MessageParts): Promise<void> {
  if (chat.state.key.state === "none") await keys.provide();
}

async function runCommand(name: ViewCommand, log: Log): Promise<void> {
  switch (name) {
    case "setKey":
    case "history":
    case "diagnose":
    case "keys":
      await vscode.commands.executeCommand(`mimoAgent.${name}`);
      return;
    case "openConsole":
      await vscode.env.openExternal(vscode.Uri.parse(CONSOLE));
      return;
    case "manageTrust":
      await vscode.commands.executeCommand("workbench.trust.manage");
      return;
    case "showLog":
      log.show();
      return;
  }
}

function imagePart({ mime, data }: { readonly mime: string; readonly data: string }): ImagePart {
  return { type: "image_url", image_url: { url: `data:${mime};base64,${data}` } };
}

/** VS Code itself shows the whole address and asks, unless the user trusts the domain. Hosts in their ASCII form: a
 * link can look like another host than it leads to. */
async function openLink(href: string): Promise<void> {
  const url = URL.parse(href);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) return;
  await vscode.env.openExternal(vscode.Uri.parse(url.href, true));
}

async function openFile({ path, line }: ViewRequest & { type: "openFile" }, chat: ChatController): Promise<void> {
  const place = await chat.locate(path);
  if (place?.kind !== "file") {
    void vscode.window.showInformationMessage(vscode.l10n.t("There is no such file in the workspace: {0}", path));
    return;
  }
  const start = new vscode.Position((line ?? 1) - 1, 0);
  await vscode.window.showTextDocument(vscode.Uri.file(place.path), {
    preview: true,
    ...(line === undefined ? {} : { selection: new vscode.Range(start, start) }),
  });
}

async function openDiff(callId: string, diffs: Diffs): Promise<void> {
  if (await diffs.open(callId)) return;
  void vscode.window.showInformationMessage(
    vscode.l10n.t("The text before this change is no longer kept, so it cannot be compared."),
  );
}

async function insertCode(text: string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: text }));
    return;
  }
  await editor.edit((edit) => edit.replace(editor.selection, text));
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
}
