import { basename } from "node:path";
import * as vscode from "vscode";
import { ToolError } from "../agent/errors.ts";
import type { BlobRef, BlobStore } from "../node/changeRecorder.ts";
import type { Comparison, Difference } from "../node/checkpointsTypes.ts";
import { decodeText } from "../node/text.ts";

const SCHEME = "mimo-agent-checkpoint";

let stores: BlobStore | undefined;
let registration: vscode.Disposable | undefined;

/**
 * Shows how files were before a message beside what they are, in VS Code's multi-file diff. Returns the paths of
 * those that have no text to compare.
 */
export async function showComparison({ files }: Comparison, store: BlobStore): Promise<string[]> {
  stores = store;
  registration ??= vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: (uri) => contentOf(uri.query, uri.path),
  });
  const readable = await Promise.all(files.map((file) => isReadable(file, store)));
  const texts = files.filter((_, index) => readable[index]);
  if (texts.length > 0) {
    const title = vscode.l10n.t("Before this message and now");
    await vscode.commands.executeCommand("vscode.changes", title, texts.map(sidesOf));
  }
  return files.filter((_, index) => !readable[index]).map(({ path }) => path);
}

/** Whoever closes the window's last chat. */
export function forgetComparison(): void {
  registration?.dispose();
  registration = undefined;
  stores = undefined;
}

function sidesOf({ path, before, kind }: Difference): [vscode.Uri, vscode.Uri | undefined, vscode.Uri | undefined] {
  const file = vscode.Uri.file(path);
  // The file's own name stands last in the path, so that the editor knows its language.
  const left =
    before === undefined ? undefined : vscode.Uri.from({ scheme: SCHEME, path: `/${basename(path)}`, query: before });
  return [file, left, kind === "deleted" ? undefined : file];
}

async function isReadable({ path, before, now, missing }: Difference, store: BlobStore): Promise<boolean> {
  if (missing !== undefined) return false;
  const sides = await Promise.all([before, now].map((ref) => textOf(ref, path, store)));
  return sides.every((text) => text !== undefined);
}

async function contentOf(ref: BlobRef, path: string): Promise<string> {
  return (stores && (await textOf(ref, path, stores))) ?? "";
}

/** undefined for what is no text, or not kept. */
async function textOf(ref: BlobRef | undefined, path: string, store: BlobStore): Promise<string | undefined> {
  if (ref === undefined) return "";
  const bytes = await store.get(ref);
  if (!bytes) return undefined;
  try {
    return decodeText(bytes, path).text;
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}
