import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import * as vscode from "vscode";
import type { Action, FileChange } from "../agent/ports.ts";
import type { BlobStore, FileStep } from "../node/changeRecorder.ts";
import { openDocument } from "./documents.ts";
import { applyHunks } from "./hunkText.ts";

const SCHEME = "mimo-agent-change";
/** What is larger is not kept for a diff before the change, and all of it together not over the second; in bytes. */
const FILE_LIMIT = 2_000_000;
const TOTAL_LIMIT = 20_000_000;
/** Calls whose texts an open diff can still ask for. */
const SHOWN_AT_MOST = 30;

/** What remembers a call's changes when it is done, also those of an earlier window. */
export interface CallMemory {
  readonly store: BlobStore;
  readonly checkpoints: { stepsOf(callId: string): Promise<readonly FileStep[]> };
}

const UNKNOWN = Symbol("too large, or no file");

/** A file before a planned change: an editor's text, the disk's bytes, or undefined where nothing was. */
interface Planned {
  readonly change: FileChange;
  /** Where it is until then: for a move another path than the change's. */
  readonly source: string;
  readonly before: string | Buffer | undefined | typeof UNKNOWN;
}

/** The two sides of a diff; "" stands for no file. */
interface Sides {
  readonly path: string;
  readonly shown: string;
  readonly before: string;
  readonly after: string;
  /** The file has exactly the text after: it stands on the right itself and can be edited. */
  readonly isCurrent: boolean;
}

/** VS Code's diff editor for what a call changes. Before the change the planned one, afterwards what was written. */
export class Diffs implements vscode.Disposable {
  readonly #planned = new Map<string, readonly Planned[]>();
  readonly #sides = new Map<string, readonly Sides[]>();
  readonly #registration: vscode.Disposable;
  #memory: CallMemory | undefined;
  #total = 0;

  constructor() {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) => this.#content(uri),
    });
  }

  /** The memory of the chat that is shown. */
  look(memory: CallMemory | undefined): void {
    this.#memory = memory;
  }

  /** Must be called before anything happens; returns what would change, a file each. */
  planned(callId: string, actions: readonly Action[]): readonly FileChange[] {
    const writes = actions.filter((action) => action.kind === "write");
    if (writes.length === 0) return [];
    this.#keep(
      callId,
      writes.map(({ change, from }) => {
        const source = from?.path ?? change.path;
        return { change, source, before: currentContent(source) };
      }),
    );
    return writes.map(({ change }) => change);
  }

  clear(): void {
    this.#planned.clear();
    this.#sides.clear();
    this.#total = 0;
    this.#memory = undefined;
  }

  /** What a call has changed, as its card shows it, a file each; none when it changed nothing or that is not kept. */
  async changesOf(callId: string): Promise<readonly FileChange[]> {
    const steps = await this.#stepsOf(callId);
    if (!this.#memory || steps.length === 0) return [];
    const { callFiles, changesOfFiles } = await import("./deferred.ts");
    return changesOfFiles(await callFiles(steps, this.#memory.store), shownOf);
  }

  /** False when the texts of this call are not kept (any more). */
  async open(callId: string): Promise<boolean> {
    const done = await this.#done(callId);
    if (done && done.length > 0) {
      await this.#show(callId, done);
      return true;
    }
    const planned = this.#planned.get(callId);
    const [first] = planned ?? [];
    if (!planned || !first) return false;
    const { kind, path, truncated } = first.change;
    // These change no text: the file or folder is all there is to see.
    if (kind === "folder" || kind === "move") return (await reveal(first.source)) || reveal(path);
    const sides = await this.#plannedSides(planned);
    if (sides.length > 0) {
      await this.#show(callId, sides);
      return true;
    }
    if (!truncated && (await reveal(first.source))) return true;
    void vscode.window.showInformationMessage(
      vscode.l10n.t("This change is too large to be shown before it is made. The card shows its beginning."),
    );
    return true;
  }

  dispose(): void {
    this.#registration.dispose();
    this.clear();
  }

  async #stepsOf(callId: string): Promise<readonly FileStep[]> {
    return (await this.#memory?.checkpoints.stepsOf(callId)) ?? [];
  }

  async #done(callId: string): Promise<readonly Sides[] | undefined> {
    const steps = await this.#stepsOf(callId);
    if (!this.#memory || steps.length === 0) return undefined;
    const { callFiles, textIn } = await import("./deferred.ts");
    const files = await callFiles(steps, this.#memory.store);
    return files.flatMap(({ path, before, after, isCurrent }) => {
      const [old, now] = [textIn(before), textIn(after)];
      if (old === undefined || now === undefined) return [];
      return [{ path, shown: shownOf(path), before: old, after: now, isCurrent: isCurrent && after.kind === "text" }];
    });
  }

  async #plannedSides(planned: readonly Planned[]): Promise<readonly Sides[]> {
    const { textOfBytes } = await import("./deferred.ts");
    return planned.flatMap(({ change, before: kept }) => {
      const { path, shown, kind, hunks, truncated } = change;
      if (kept === UNKNOWN) return [];
      const before = Buffer.isBuffer(kept) ? textOfBytes(kept, path) : (kept ?? "");
      if (before === undefined) return [];
      if (kind === "delete") return [{ path, shown, before, after: "", isCurrent: false }];
      const now = currentText(path, textOfBytes);
      if (!truncated) {
        const after = applyHunks(before, hunks);
        return [{ path, shown, before, after, isCurrent: now !== undefined && sameLines(now, after) }];
      }
      // What is not known line by line can be seen in the file, once it is there.
      return now === undefined || sameLines(now, before) ? [] : [{ path, shown, before, after: now, isCurrent: true }];
    });
  }

  async #show(callId: string, sides: readonly Sides[]): Promise<void> {
    this.#sides.delete(callId);
    this.#sides.set(callId, sides);
    for (const oldest of this.#sides.keys()) {
      if (this.#sides.size <= SHOWN_AT_MOST) break;
      this.#sides.delete(oldest);
    }
    const editors = sides.map(({ path, isCurrent }, index) => ({
      file: vscode.Uri.file(path),
      left: uriOf(path, { callId, index, side: "before" }),
      right: isCurrent ? vscode.Uri.file(path) : uriOf(path, { callId, index, side: "after" }),
    }));
    const [first] = editors;
    const title = vscode.l10n.t("{0} (MiMo's change)", sides[0]?.shown ?? "");
    if (first && editors.length === 1) {
      await vscode.commands.executeCommand("vscode.diff", first.left, first.right, title, { preview: true });
      return;
    }
    const resources = editors.map(({ file, left, right }) => [file, left, right]);
    await vscode.commands.executeCommand("vscode.changes", vscode.l10n.t("MiMo's changes"), resources);
  }

  #keep(callId: string, planned: readonly Planned[]): void {
    this.#total += sizeOf(planned) - sizeOf(this.#planned.get(callId) ?? []);
    this.#planned.delete(callId);
    this.#planned.set(callId, planned);
    for (const [oldest, other] of this.#planned) {
      if (this.#total <= TOTAL_LIMIT) return;
      this.#planned.delete(oldest);
      this.#total -= sizeOf(other);
    }
  }

  #content(uri: vscode.Uri): string {
    const values = new URLSearchParams(uri.query);
    const sides = this.#sides.get(values.get("callId") ?? "")?.[Number(values.get("index"))];
    return (values.get("side") === "after" ? sides?.after : sides?.before) ?? "";
  }
}

function sizeOf(planned: readonly Planned[]): number {
  return planned.reduce((sum, { before }) => sum + (before === UNKNOWN ? 0 : (before?.length ?? 0)), 0);
}

/** The live buffer when the file is open, else the disk. */
function currentContent(path: string): Planned["before"] {
  const open = openDocument(path);
  if (open) return open.getText();
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return undefined;
    return found.isFile() && found.size <= FILE_LIMIT ? readFileSync(path) : UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

function currentText(
  path: string,
  textOfBytes: (bytes: Buffer, path: string) => string | undefined,
): string | undefined {
  const content = currentContent(path);
  if (content === UNKNOWN) return undefined;
  return Buffer.isBuffer(content) ? textOfBytes(content, path) : content;
}

async function reveal(path: string): Promise<boolean> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return false;
  const command = found.isDirectory() ? "revealInExplorer" : "vscode.open";
  await vscode.commands.executeCommand(command, vscode.Uri.file(path));
  return true;
}

function shownOf(path: string): string {
  return vscode.workspace.asRelativePath(path);
}

function sameLines(a: string, b: string): boolean {
  return a.replaceAll("\r\n", "\n") === b.replaceAll("\r\n", "\n");
}

interface SideOf {
  readonly callId: string;
  readonly index: number;
  readonly side: "before" | "after";
}

/** The file's own name stands last in the path, so that the editor knows its language. */
function uriOf(path: string, { callId, index, side }: SideOf): vscode.Uri {
  const query = new URLSearchParams({ callId, index: String(index), side }).toString();
  return vscode.Uri.from({ scheme: SCHEME, path: `/${basename(path)}`, query });
}
