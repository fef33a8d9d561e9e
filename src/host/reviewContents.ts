import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type * as vscode from "vscode";
import type { BlobRef, BlobStore } from "../node/changeRecorder.ts";
import { codeOf } from "../node/places.ts";
import { decodeText } from "../node/text.ts";
import { isUnsaved, openDocument } from "./documents.ts";
import { encodingHint } from "./encodingSetting.ts";

/** Larger files are kept or undone as a whole. */
const MAX_TEXT_BYTES = 5_000_000;
/** Larger ones are not looked into at all. */
const MAX_BYTES = 50_000_000;

/** A file as it is or was. */
export type Content =
  | { readonly kind: "absent" }
  | { readonly kind: "text"; readonly text: string; readonly encoding: string; readonly bytes: Buffer }
  /** Binary, or too large to be compared line by line. */
  | { readonly kind: "opaque"; readonly bytes: Buffer }
  /** Not kept any more, or not to be read. */
  | { readonly kind: "unknown" };

/** `document` when an editor holds it unsaved: then `text` is that, and `bytes` what the disk has. */
export type ContentNow = Content & { readonly document?: vscode.TextDocument | undefined };

/** `hint`: the encoding that an editor takes the file for. */
interface Named {
  readonly path: string;
  readonly hint?: string | undefined;
}

export function contentOf(bytes: Buffer | undefined, { path, hint }: Named): Content {
  if (!bytes) return { kind: "absent" };
  if (bytes.length > MAX_TEXT_BYTES) return { kind: "opaque", bytes };
  try {
    const { text, encoding } = decodeText(bytes, path, hint);
    return { kind: "text", text, encoding, bytes };
  } catch {
    return { kind: "opaque", bytes };
  }
}

export async function contentIn(blobs: BlobStore, ref: BlobRef | undefined, file: Named): Promise<Content> {
  if (ref === undefined) return { kind: "absent" };
  const bytes = await blobs.get(ref);
  return bytes ? contentOf(bytes, file) : { kind: "unknown" };
}

/** As the user sees it: an editor's unsaved text, else the disk. */
export async function contentNow(path: string): Promise<ContentNow> {
  const hint = await encodingHint(path, openDocument(path));
  const bytes = await bytesOf(path);
  const document = openDocument(path);
  const file = { path, hint: document?.encoding ?? hint };
  const content = bytes === "unknown" ? ({ kind: "unknown" } as const) : contentOf(bytes, file);
  if (!document || !isUnsaved(document)) return content;
  const disk = bytes === "unknown" ? undefined : bytes;
  return {
    kind: "text",
    text: document.getText(),
    encoding: document.encoding,
    bytes: disk ?? Buffer.alloc(0),
    document,
  };
}

/** A whole regular file; undefined when there is none. Never waits on a pipe or a device. */
export async function bytesOf(path: string): Promise<Buffer | undefined | "unknown"> {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = await file.stat();
      return found.isFile() && found.size <= MAX_BYTES ? await file.readFile() : "unknown";
    } finally {
      await file.close();
    }
  } catch (error) {
    return codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR" ? undefined : "unknown";
  }
}

/** Text that an editor holds is compared as text: it has no bytes yet. */
export function isSame(a: ContentNow, b: ContentNow): boolean {
  if (a.kind === "unknown" || b.kind === "unknown") return false;
  if (a.kind === "absent" || b.kind === "absent") return a.kind === b.kind;
  if (a.document || b.document) return a.kind === "text" && b.kind === "text" && a.text === b.text;
  return a.bytes.equals(b.bytes);
}
