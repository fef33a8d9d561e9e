import { basename } from "node:path";
import * as vscode from "vscode";
import { ToolError } from "../agent/errors.ts";
import type { BlobRef, BlobStore } from "../node/changeRecorder.ts";
import type { Comparison, Difference } from "../node/checkpointsTypes.ts";
import { inParallel } from "../node/inParallel.ts";
import { decodeText } from "../node/text.ts";
import { MAX_CHANGES } from "../protocol/view.ts";

const SCHEME = "mimo-agent-checkpoint";

/** Of the comparison that was shown last; left open, it goes on asking for texts until the window closes. */
let shown: BlobStore | undefined;

/**
 * Shows how files were before a message beside what they are, in VS Code's multi-file diff. Returns the paths of
 * those that have no text to compare.
 */
export async function showComparison({ files }: Comparison, store: BlobStore): Promise<string[]> {
  if (!shown) {
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) => contentOf(uri.query, uri.path),
    });
  }
  shown = store;
  const readable = new Set<Difference>();
  await inParallel(files, async (file) => {
    if (await isReadable(file, store)) readable.add(file);
  });
  const texts = files.filter((file) => readable.has(file)).slice(0, MAX_CHANGES);
  if (texts.length > 0) {
    const title = vscode.l10n.t("Before this message and now");
    await vscode.commands.executeCommand("vscode.changes", title, texts.map(sidesOf));
  }
  return files.filter((file) => !readable.has(file)).map(({ path }) => path);
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
  return (shown && (await textOf(ref, path, shown))) ?? "";
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
