/** Images as they are sent: of a type the platform takes, small enough in pixels and bytes. */

export const TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"] as const;
export type ImageType = (typeof TYPES)[number];

export const MOST_BYTES = 5 * 1024 * 1024;
/** Pixels of the long side. */
export const LONGEST_SIDE = 2048;
/** Of the thumbnail, for screens with two pixels a point. */
const THUMBNAIL_SIDE = 64;
/** Each further try has that share of the pixels of a side. */
const SHRINK = 0.75;
const SMALLEST_SIDE = 64;

export interface Picture {
  readonly mime: ImageType;
  /** Base64. */
  readonly data: string;
  readonly bytes: number;
  /** A `data:` URL. */
  readonly thumbnail: string;
}

/** Undefined for what is no image that this browser can read. */
export async function pictureOf(file: Blob): Promise<Picture | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return undefined;
  try {
    const thumbnail = drawn(bitmap, THUMBNAIL_SIDE).toDataURL("image/png");
    const type = TYPES.find((known) => known === file.type);
    const fits = Math.max(bitmap.width, bitmap.height) <= LONGEST_SIDE && file.size <= MOST_BYTES;
    if (type && fits) return { mime: type, data: await base64Of(file), bytes: file.size, thumbnail };
    const smaller = await shrunk(bitmap, type === "image/jpeg" ? "image/jpeg" : "image/png");
    return smaller && { ...smaller, thumbnail };
  } finally {
    bitmap.close();
  }
}

/** Lossless where that is small enough: screenshots of text suffer otherwise. */
async function shrunk(
  bitmap: ImageBitmap,
  type: "image/jpeg" | "image/png",
): Promise<Omit<Picture, "thumbnail"> | undefined> {
  for (let side = LONGEST_SIDE; side >= SMALLEST_SIDE; side *= SHRINK) {
    const canvas = drawn(bitmap, side);
    for (const mime of new Set([type, "image/jpeg"] as const)) {
      if (mime === "image/jpeg") paintBehind(canvas, "white");
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, mime, 0.9));
      if (blob && blob.type === mime && blob.size <= MOST_BYTES) {
        return { mime, data: await base64Of(blob), bytes: blob.size };
      }
    }
  }
  return undefined;
}

/** Its long side is `side` pixels at the most. */
function drawn(bitmap: ImageBitmap, side: number): HTMLCanvasElement {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (context) {
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  }
  return canvas;
}

/** What is transparent would turn black without it. */
function paintBehind(canvas: HTMLCanvasElement, colour: string): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = colour;
  context.fillRect(0, 0, canvas.width, canvas.height);
}

function base64Of(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
