import type { FromView, ToView } from "../protocol/view.ts";

/** What VS Code gives a webview's page, once. */
export interface ViewApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

export interface Channel {
  post(message: FromView): void;
}

/**
 * Listens to the host. After `ready` comes a snapshot, then messages with consecutive numbers; when one is missing
 * the rest would be drawn wrong, so the view asks for a new snapshot and waits for it.
 */
export function openChannel(api: ViewApi, receive: (message: ToView) => void): Channel {
  let seq: number | undefined;
  const post = (message: FromView) => api.postMessage(message);
  const resync = () => {
    seq = undefined;
    post({ type: "ready" });
  };
  window.addEventListener("message", ({ data }: MessageEvent<ToView | undefined>) => {
    if (typeof data?.type !== "string" || typeof data.seq !== "number") return;
    if (data.type !== "snapshot") {
      if (seq === undefined) return;
      if (data.seq !== seq + 1) {
        resync();
        return;
      }
    }
    seq = data.seq;
    receive(data);
  });
  return { post };
}
