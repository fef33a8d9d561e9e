import type { PanelState } from "../protocol/view.ts";
import type { OpenChat } from "./openChat.ts";

type ReviewState = Pick<PanelState, "changes" | "changeCount" | "running" | "restored" | "checkpoints">;

/** What a view shows of a chat's changes, its commands and the way back. */
export function reviewState(open: OpenChat | undefined): ReviewState {
  const { review } = open?.kept ?? {};
  return {
    changes: review?.changes ?? [],
    changeCount: review?.changeCount ?? 0,
    running: open?.running() ?? [],
    restored: open?.restore.last,
    checkpoints: open?.kept !== undefined,
  };
}
