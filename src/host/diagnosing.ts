import { stat } from "node:fs/promises";
import * as vscode from "vscode";
import { StoppedError, ToolError } from "../agent/errors.ts";
import type { Place } from "../agent/ports.ts";
import { openDocument, unsavedDocument } from "./documents.ts";

/**
 * Getting the language servers to say what they think of the files as they are now. They tell nobody when they are done:
 * reports come in one to three pieces, and none comes for a file that was clean and still is. So the waits are bounded.
 */

/** A language server that has just been started answers its first question within this, or is not waited for. */
const SERVER_MS = 20_000;
/** Then its reports come within this … */
const REPORT_MS = 3_000;
/** … and after one report the next, deeper one within this. */
const NEXT_REPORT_MS = 1_300;
/** A file written less than this ago is one whose report may be of the text before. */
const RECENT_MS = 5_000;
const MAX_BYTES = 5_000_000;
const MAX_AGAIN = 5;

type Options = { readonly signal: AbortSignal };

const checks = new Map<string, Promise<readonly vscode.Diagnostic[]>>();
/** Files whose tab was closed again, with their time on the disk. Their reports stay for minutes, and nobody corrects
 * them when the file changes. */
const checkedBehind = new Map<string, { readonly place: Place; readonly written: number }>();

/** The reports on one file. One that is in no tab is put into one for that, behind the others: TypeScript's server, for
 * one, checks nothing else. */
export function checkFile(place: Place, options: Options): Promise<readonly vscode.Diagnostic[]> {
  const uri = vscode.Uri.file(place.path);
  const key = uri.toString();
  // Two calls that open and close the same tab would cut each other short.
  const check = checks.get(key) ?? checkNow(uri, place, options).finally(() => checks.delete(key));
  checks.set(key, check);
  return check;
}

async function checkNow(uri: vscode.Uri, place: Place, options: Options): Promise<readonly vscode.Diagnostic[]> {
  if (tabsOf(uri).length > 0) {
    if (await isRecent(uri)) await reported(uri, options);
    return vscode.languages.getDiagnostics(uri);
  }
  const close = await openBehind(uri, place);
  try {
    await reported(uri, options);
    await noteChecked(uri, place);
    return vscode.languages.getDiagnostics(uri);
  } finally {
    await close();
  }
}

/** The tab of this file is closed again after a check. */
export async function noteChecked(uri: vscode.Uri, place: Place): Promise<void> {
  checkedBehind.set(uri.toString(), { place, written: await writtenAt(uri) });
}

/** Waits for the reports on files below a folder that have just been written, and checks those again that were checked
 * before and have changed. */
export async function settleFolder(folder: Place, options: Options): Promise<void> {
  const again = await changedSinceChecked(folder);
  const open = vscode.workspace.textDocuments.filter(
    ({ uri }) => uri.scheme === "file" && uri.fsPath.startsWith(folder.path) && tabsOf(uri).length > 0,
  );
  const recent = await Promise.all(open.map(({ uri }) => isRecent(uri)));
  // They come side by side.
  const [first] = open.filter((_, i) => recent[i]);
  await Promise.all([...again.map((place) => checkFile(place, options)), first && reported(first.uri, options)]);
}

async function changedSinceChecked(folder: Place): Promise<readonly Place[]> {
  const changed: Place[] = [];
  for (const [key, { place, written }] of checkedBehind) {
    const uri = vscode.Uri.parse(key, true);
    // With its document go its reports.
    if (!openDocument(place.path) || tabsOf(uri).length > 0) checkedBehind.delete(key);
    else if (place.path.startsWith(folder.path) && (await writtenAt(uri)) !== written) changed.push(place);
  }
  return changed.slice(0, MAX_AGAIN);
}

async function isRecent(uri: vscode.Uri): Promise<boolean> {
  if (unsavedDocument(uri.fsPath)) return true;
  return Math.abs(Date.now() - (await writtenAt(uri))) < RECENT_MS;
}

/** Milliseconds since 1970; 0 when the file is not there. */
async function writtenAt({ fsPath }: vscode.Uri): Promise<number> {
  return (await stat(fsPath).catch(() => undefined))?.mtimeMs ?? 0;
}

/** Opens a tab without showing it and gives what closes it again, unless the user has taken to it meanwhile. */
export async function openBehind(uri: vscode.Uri, { shown, path }: Place): Promise<() => Promise<void>> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > MAX_BYTES) throw new ToolError(`${shown} is too large to be checked by the editor.`);
  const wasEmpty = vscode.window.tabGroups.activeTabGroup.tabs.length === 0;
  try {
    await vscode.workspace.openTextDocument(uri);
    await vscode.commands.executeCommand("vscode.open", uri, {
      background: true,
      preserveFocus: true,
      preview: false,
      override: false,
    });
  } catch (error) {
    throw new ToolError(`${shown} could not be opened in the editor, so it was not checked.`, { cause: error });
  }
  return async () => {
    const tabs = tabsOf(uri).filter((tab) => !tab.isDirty && !tab.isPinned && (wasEmpty || !tab.isActive));
    if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, true);
  };
}

export function tabsOf(uri: vscode.Uri): readonly vscode.Tab[] {
  const wanted = uri.toString();
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === wanted);
}

async function reported(uri: vscode.Uri, options: Options): Promise<void> {
  const heard = listen(uri);
  try {
    // Answered when the server has started and read the file, or at once where there is none.
    const ready = vscode.commands.executeCommand("vscode.executeDocumentSymbolProvider", uri);
    if ((await within(SERVER_MS, Promise.resolve(ready), options)) === "late") throw notReady(uri);
    const until = performance.now() + REPORT_MS;
    for (let left = REPORT_MS; left > 0; left = until - performance.now()) {
      const again = await within(heard.any ? Math.min(left, NEXT_REPORT_MS) : left, heard.next(), options);
      if (again === "late") return;
    }
  } finally {
    heard.dispose();
  }
}

function notReady(uri: vscode.Uri): ToolError {
  return new ToolError(
    `The language server has not answered for ${vscode.workspace.asRelativePath(uri)} yet; it may still be starting. Ask again later, or run the project's own checks.`,
  );
}

function listen(uri: vscode.Uri) {
  const wanted = uri.toString();
  let any = false;
  let tell = () => {};
  const subscription = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
    if (!uris.some((one) => one.toString() === wanted)) return;
    any = true;
    tell();
  });
  return {
    get any() {
      return any;
    },
    next: () =>
      new Promise<void>((resolve) => {
        tell = resolve;
      }),
    dispose: () => subscription.dispose(),
  };
}

/** Waits for work, but not for its failure, and not for ever. Rejects with StoppedError on abort. */
export function within(ms: number, work: Promise<unknown>, { signal }: Options): Promise<"done" | "late"> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      act();
    };
    const stop = settle(() => reject(new StoppedError()));
    const timer = setTimeout(
      settle(() => resolve("late")),
      ms,
    );
    const done = settle(() => resolve("done"));
    work.then(done, done);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
