import type { FileChange } from "../agent/ports.ts";
import { textChange } from "../edit/hunks.ts";
import type { BlobStore, FileStep } from "../node/changeRecorder.ts";
import { decodeText } from "../node/text.ts";
import { type Content, contentIn, contentNow, isSame } from "./reviewContents.ts";

/** What one call did to one file. */
export interface CallFile {
  readonly path: string;
  readonly before: Content;
  readonly after: Content;
  /** Nothing has changed in it since. */
  readonly isCurrent: boolean;
}

/** From the steps of one call, in their order. Files that it left as they were are not among them. */
export async function callFiles(steps: readonly FileStep[], store: BlobStore): Promise<CallFile[]> {
  const ends = new Map<string, { before: string | undefined; after: string | undefined }>();
  for (const { path, before, after } of steps)
    ends.set(path, { before: ends.has(path) ? ends.get(path)?.before : before, after });
  const files: CallFile[] = [];
  for (const [path, refs] of ends) {
    if (refs.before === refs.after) continue;
    const now = await contentNow(path);
    const file = { path, hint: now.kind === "text" ? now.encoding : undefined };
    const [before, after] = [await contentIn(store, refs.before, file), await contentIn(store, refs.after, file)];
    files.push({ path, before, after, isCurrent: isSame(now, after) });
  }
  return files;
}

/** Of a call that changed very many files a card shows no more. */
const MOST_FILES = 50;

/** The same as a card shows it, a file each. `shown` says how a path is written there. */
export function changesOfFiles(files: readonly CallFile[], shown: (path: string) => string): FileChange[] {
  const gone = files.find(({ before, after }) => before.kind !== "absent" && after.kind === "absent");
  const fresh = files.find(({ before, after }) => before.kind === "absent" && after.kind !== "absent");
  if (files.length === 2 && gone && fresh && isSame(gone.before, fresh.after)) {
    const move = { kind: "move", path: fresh.path, shown: shown(fresh.path), from: shown(gone.path) } as const;
    return [{ ...move, added: 0, removed: 0, hunks: [], truncated: false }];
  }
  return files.slice(0, MOST_FILES).map((file) => changeOfFile(file, shown(file.path)));
}

function changeOfFile({ path, before, after }: CallFile, shown: string): FileChange {
  const kind = before.kind === "absent" ? "create" : after.kind === "absent" ? "delete" : "edit";
  const [old, now] = [textIn(before), textIn(after)];
  if (old === undefined || now === undefined) {
    return { kind, path, shown, added: 0, removed: 0, hunks: [], truncated: true };
  }
  return { kind, path, shown, ...textChange(old, now) };
}

/** "" where there is no file; undefined for what has no lines to compare. */
export function textIn(content: Content): string | undefined {
  if (content.kind === "absent") return "";
  return content.kind === "text" ? content.text : undefined;
}

/** undefined for what is no text. */
export function textOfBytes(bytes: Buffer, path: string): string | undefined {
  try {
    return decodeText(bytes, path).text;
  } catch {
    return undefined;
  }
}
