import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import * as vscode from "vscode";
import type { Action, FileChange } from "../agent/ports.ts";
import { openDocument } from "./documents.ts";
import { applyHunks } from "./hunkText.ts";

const SCHEME = "mimo-agent-change";
/** Texts over this many bytes are not kept for a diff, and all of them together not over the second. */
const TEXT_LIMIT = 2_000_000;
const TOTAL_LIMIT = 20_000_000;

interface Kept {
  readonly change: FileChange;
  readonly before: string;
}

/** VS Code's diff editor for what a call changes. The text before is taken when the call is planned. */
export class Diffs implements vscode.Disposable {
  readonly #kept = new Map<string, Kept>();
  readonly #registration: vscode.Disposable;
  #total = 0;

  constructor() {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) => this.#content(uri),
    });
  }

  /** Must be called before the change happens; returns the change, if there is one. */
  planned(callId: string, actions: readonly Action[]): FileChange | undefined {
    const write = actions.find((action) => action.kind === "write");
    if (!write) return undefined;
    const before = currentText(write.change.path);
    if (before !== undefined) this.#keep(callId, { change: write.change, before });
    return write.change;
  }

  clear(): void {
    this.#kept.clear();
    this.#total = 0;
  }

  /** False when the texts of this call are not kept (any more). */
  async open(callId: string): Promise<boolean> {
    const kept = this.#kept.get(callId);
    if (!kept) return false;
    const { change } = kept;
    const after = afterOf(kept);
    const file = vscode.Uri.file(change.path);
    const now = currentText(change.path) ?? "";
    // Once the change is done and nothing came after it, the file itself stands on the right and can be edited.
    const done = after === undefined ? now !== kept.before : sameLines(now, after);
    const right = done ? file : uriOf(callId, "after", change);
    const title = vscode.l10n.t("{0} (MiMo's change)", change.shown);
    await vscode.commands.executeCommand("vscode.diff", uriOf(callId, "before", change), right, title, {
      preview: true,
    });
    return true;
  }

  dispose(): void {
    this.#registration.dispose();
    this.clear();
  }

  #keep(callId: string, kept: Kept): void {
    this.#kept.set(callId, kept);
    this.#total += kept.before.length;
    for (const [oldest, { before }] of this.#kept) {
      if (this.#total <= TOTAL_LIMIT) return;
      this.#kept.delete(oldest);
      this.#total -= before.length;
    }
  }

  #content(uri: vscode.Uri): string {
    const { callId, side } = parseQuery(uri.query);
    const kept = this.#kept.get(callId);
    if (!kept) return "";
    return side === "after" ? (afterOf(kept) ?? kept.before) : kept.before;
  }
}

function afterOf({ change, before }: Kept): string | undefined {
  return change.truncated ? undefined : applyHunks(before, change.hunks);
}

/** The live buffer when the file is open, else the disk. "" for a file that is not there. */
function currentText(path: string): string | undefined {
  const open = openDocument(path);
  if (open) return open.getText();
  try {
    if (statSync(path).size > TEXT_LIMIT) return undefined;
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch {
    return "";
  }
}

function sameLines(a: string, b: string): boolean {
  return a.replaceAll("\r\n", "\n") === b.replaceAll("\r\n", "\n");
}

/** The file's own name stands last in the path, so that the editor knows its language. */
function uriOf(callId: string, side: "before" | "after", { path }: FileChange): vscode.Uri {
  const query = new URLSearchParams({ callId, side }).toString();
  return vscode.Uri.from({ scheme: SCHEME, path: `/${basename(path)}`, query });
}

function parseQuery(query: string): { callId: string; side: string } {
  const values = new URLSearchParams(query);
  return { callId: values.get("callId") ?? "", side: values.get("side") ?? "" };
}
