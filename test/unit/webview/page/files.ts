import type { PanelPage } from "./panelPage.ts";

/** What a user drops or pastes, drawn in the page: `size` pixels a side. */
export interface Picture {
  readonly name: string;
  readonly type: string;
  readonly width: number;
  readonly height: number;
  /** Noise does not compress. */
  readonly noise?: true;
}

export const png = (name: string, side = 12): Picture => ({ name, type: "image/png", width: side, height: side });

/** Hands files over by an event of the page, as the browser does for a paste or a drop. */
export function give({ page }: PanelPage, how: "paste" | "drop", pictures: readonly Picture[], text = "") {
  return page.evaluate(
    async ({ how, pictures, text }) => {
      const data = new DataTransfer();
      for (const { name, type, width, height, noise } of pictures) {
        const canvas = document.createElement("canvas");
        canvas.width = width;
        canvas.height = height;
        const context = canvas.getContext("2d");
        if (noise && context) {
          const pixels = context.createImageData(width, height);
          for (let at = 0; at < pixels.data.length; at += 65_536)
            crypto.getRandomValues(pixels.data.subarray(at, at + 65_536));
          for (let at = 3; at < pixels.data.length; at += 4) pixels.data[at] = 255;
          context.putImageData(pixels, 0, 0);
        }
        const kind = type === "text/plain" ? "image/png" : type;
        const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, kind));
        if (blob) data.items.add(new File(type === "image/x-broken" ? ["no image"] : [blob], name, { type }));
      }
      if (text !== "") data.setData("text/plain", text);
      const target = document.querySelector("textarea");
      const given = { bubbles: true, cancelable: true };
      if (how === "paste") target?.dispatchEvent(new ClipboardEvent("paste", { ...given, clipboardData: data }));
      else {
        target?.dispatchEvent(new DragEvent("dragover", { ...given, dataTransfer: data }));
        document.body.dispatchEvent(new DragEvent("drop", { ...given, dataTransfer: data }));
      }
    },
    { how, pictures, text },
  );
}
