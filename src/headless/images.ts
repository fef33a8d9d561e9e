import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { ImagePart } from "../agent/message.ts";
import { UsageError } from "./options.ts";

const MAX_IMAGES = 8;
const MAX_BYTES = 5 * 1024 * 1024;

/** Images to send with the task, as `data:` URLs. What a file is, its bytes say, not its name. Throws UsageError. */
export async function readImages(paths: readonly string[]): Promise<ImagePart[]> {
  if (paths.length > MAX_IMAGES) throw new UsageError(`--image may be given ${MAX_IMAGES} times.`);
  return Promise.all(paths.map(readImage));
}

async function readImage(path: string): Promise<ImagePart> {
  const bytes = await readBytes(path);
  const type = imageType(bytes);
  if (!type) throw new UsageError(`--image takes PNG, JPEG, GIF, WebP and BMP files, which this is not: ${path}`);
  return { type: "image_url", image_url: { url: `data:${type};base64,${bytes.toString("base64")}` } };
}

async function readBytes(path: string): Promise<Buffer> {
  // Opening a pipe would wait for whoever writes to it.
  const named = await stat(resolve(path)).catch(() => undefined);
  if (named && !named.isFile()) throw new UsageError(`--image names no file: ${path}`);
  const file = named && (await open(resolve(path), "r").catch(() => undefined));
  if (!file) throw new UsageError(`--image names a file that cannot be read: ${path}`);
  try {
    const found = await file.stat();
    if (found.size > MAX_BYTES) throw new UsageError(`--image takes files of at most 5 MB, which this is not: ${path}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** The types that the platform's page lists, by how their files begin. */
export function imageType(bytes: Buffer): string | undefined {
  const begins = (text: string, at = 0) => bytes.toString("latin1", at, at + text.length) === text;
  if (begins("\x89PNG\r\n\x1a\n")) return "image/png";
  if (begins("\xff\xd8\xff")) return "image/jpeg";
  if (begins("GIF87a") || begins("GIF89a")) return "image/gif";
  if (begins("RIFF") && begins("WEBP", 8)) return "image/webp";
  return begins("BM") && bytes.length > 26 ? "image/bmp" : undefined;
}
