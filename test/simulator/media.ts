import { createHash } from "node:crypto";
import { takesMedia } from "./models.ts";
import { badRequest, noImages, notFound, TEXT_NOT_SET } from "./refusal.ts";
import type { ChatBody, ContentPart } from "./request.ts";

export type Medium = "image" | "audio" | "video";

/** First bytes of the image types that the platform takes. */
const IMAGE_TYPES: Readonly<Record<string, (bytes: Buffer) => boolean>> = {
  "image/jpeg": (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  "image/jpg": (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  "image/png": (bytes) => bytes.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1")),
  "image/gif": (bytes) => /^GIF8[79]a$/.test(bytes.subarray(0, 6).toString("latin1")),
  "image/webp": (bytes) => /^RIFF[\s\S]{4}WEBP$/.test(bytes.subarray(0, 12).toString("latin1")),
  "image/bmp": (bytes) => bytes.subarray(0, 2).toString("latin1") === "BM",
};

/** Throws a Refusal for media that the model or the platform does not take. */
export function checkMedia(body: ChatBody): void {
  body.messages.forEach((message, index) => {
    if (message.role !== "user" || typeof message.content === "string") return;
    const media = message.content.filter((part) => part.type !== "text");
    if (media.length === 0) return;
    if (!takesMedia(body.model)) throw refusalOf(media, body.model);
    if (media.length === message.content.length) throw badRequest(TEXT_NOT_SET);
    for (const part of media) checkPart(part, `messages.${index}`);
  });
}

function refusalOf(media: readonly ContentPart[], model: string): Error {
  const kind = media.some((part) => part.type === "image_url") ? undefined : media[0]?.type;
  if (kind === undefined) return noImages(model);
  return notFound(`No endpoints found that support ${kind === "input_audio" ? "audio" : "video"} input: ${model}`);
}

function checkPart(part: ContentPart, place: string): void {
  const source = sourceOf(part);
  if (!source || /^https?:\/\/\S+$/.test(source.data)) return;
  const { type, bytes } = readDataUrl(source.data, place);
  if (source.medium === "image") {
    const fits = IMAGE_TYPES[type];
    if (!fits) throw badRequest(`${place}: ${type} is no supported image type`);
    if (!fits(bytes)) throw badRequest(`${place}: the data is no ${type}`);
  } else if (!type.startsWith(`${source.medium}/`)) {
    throw badRequest(`${place}: ${type} is no ${source.medium}`);
  }
}

/** Throws a Refusal unless it is a whole base64 data URL. */
export function readDataUrl(url: string, place: string): { readonly type: string; readonly bytes: Buffer } {
  const match = /^data:([\w.+-]+\/[\w.+-]+);base64,/.exec(url);
  const data = match ? url.slice(match[0].length) : "";
  if (!match?.[1] || data === "" || data.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) {
    throw badRequest(`${place}: neither an address nor a base64 data URL`);
  }
  return { type: match[1].toLowerCase(), bytes: Buffer.from(data, "base64") };
}

/** A picture counts as its text would, up to this: the platform scales it down, so its size has a bound. */
const MOST_BYTES = 4096;

/** The messages as they are counted and cached: data over the bound is replaced by as much that depends on all of it. */
export function countedMessages(body: ChatBody, messages: unknown): unknown {
  if (!body.messages.some((message) => message.role === "user" && typeof message.content !== "string")) return messages;
  return (messages as readonly RawMessage[]).map((message) =>
    message.role === "user" && Array.isArray(message.content)
      ? { ...message, content: message.content.map(shortenedPart) }
      : message,
  );
}

/** As it came, with its keys in their order. */
interface RawMessage {
  readonly role: string;
  readonly content: unknown;
}

function shortenedPart(part: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      key === "text" ? value : JSON.parse(JSON.stringify(value), shorten),
    ]),
  );
}

function shorten(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || value.length <= MOST_BYTES) return value;
  const digest = createHash("sha256").update(value).digest("hex");
  return digest.repeat(MOST_BYTES / digest.length);
}

/** Bytes of each medium in the prompt as it is counted. */
export function mediaBytes(body: ChatBody): Readonly<Record<Medium, number>> {
  const bytes = { image: 0, audio: 0, video: 0 };
  for (const message of body.messages) {
    if (message.role !== "user" || typeof message.content === "string") continue;
    for (const part of message.content) {
      const source = sourceOf(part);
      if (source) bytes[source.medium] += Math.min(MOST_BYTES, source.data.length);
    }
  }
  return bytes;
}

function sourceOf(part: ContentPart): { readonly medium: Medium; readonly data: string } | undefined {
  switch (part.type) {
    case "text":
      return undefined;
    case "image_url":
      return { medium: "image", data: part.image_url.url };
    case "input_audio":
      return { medium: "audio", data: part.input_audio.data };
    case "video_url":
      return { medium: "video", data: part.video_url.url };
  }
}
