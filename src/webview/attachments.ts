import { signal } from "@preact/signals";
import type { FromView, PanelState, QueuedView } from "../protocol/view.ts";
import { t } from "./l10n.ts";
import { type Picture, pictureOf } from "./pictures.ts";

/** The images that go with the next message. They are in this page only, and gone with it. */

export interface Attachment extends Picture {
  readonly id: number;
  readonly name: string;
}

/** As many as a message may have. */
export const MOST_IMAGES = 8;

export const attachments = signal<readonly Attachment[]>([]);
/** Why the last image was not taken; "" when there is nothing to say. */
export const imageTrouble = signal("");
/** Images that are being read. */
export const reading = signal(0);

let issued = 0;

export function imagesIn(transfer: DataTransfer | null): File[] {
  return [...(transfer?.files ?? [])].filter(({ type }) => type.startsWith("image/"));
}

/** In the order they were given, also when a later one is read sooner. */
export async function attach(files: readonly File[]): Promise<void> {
  imageTrouble.value = "";
  const room = MOST_IMAGES - attachments.value.length - reading.value;
  if (files.length > room) imageTrouble.value = t("A message takes {0} images at the most.", MOST_IMAGES);
  const taken = files.slice(0, Math.max(0, room));
  reading.value += taken.length;
  const pictures = taken.map((file) => pictureOf(file).catch(() => undefined));
  for (const [i, file] of taken.entries()) {
    const picture = await pictures[i];
    reading.value -= 1;
    if (picture) attachments.value = [...attachments.value, { ...picture, id: ++issued, name: file.name }];
    else imageTrouble.value = t("{0} could not be read as an image.", file.name);
  }
}

export function detach(id: number): void {
  imageTrouble.value = "";
  attachments.value = attachments.value.filter((other) => other.id !== id);
}

/** What the model of the chat makes of images; a model that nobody knows may take them. */
export function sees(state: PanelState): boolean {
  return state.models.find(({ id }) => id === state.model)?.images ?? true;
}

export function anySees(state: PanelState): boolean {
  return state.models.some(({ images }) => images);
}

export function wireImages(): NonNullable<Extract<FromView, { readonly type: "send" }>["images"]> {
  return attachments.value.map(({ mime, data }) => ({ mime, data }));
}

/** Sent and perhaps still in the queue, of which the host tells only how many images a message has. */
let sent: { readonly text: string; readonly images: readonly Attachment[] }[] = [];

/** The images go with a message now. */
export function letGo(text: string): void {
  if (attachments.value.length > 0) sent.push({ text, images: attachments.value });
  attachments.value = [];
  imageTrouble.value = "";
}

/** Puts the images of a message that was taken out of the queue back, as far as they are still here. */
export function takeBackImages(queued: QueuedView): void {
  const back = forgetSent(queued.text, queued.images);
  attachments.value = [...attachments.value, ...back].slice(0, MOST_IMAGES);
}

/** The message is in the chat, or was taken back. Returns its images. */
export function forgetSent(text: string, images: number): readonly Attachment[] {
  const at = sent.findIndex((message) => message.text === text && message.images.length === images);
  return at < 0 ? [] : (sent.splice(at, 1)[0]?.images ?? []);
}

/** For another chat. */
export function forgetAllSent(): void {
  sent = [];
}
