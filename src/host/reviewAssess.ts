import { splitLines } from "../edit/lineDiff.ts";
import { baselineOf, type Comparison, compareTexts, hunkId } from "../edit/review.ts";
import type { BlobStore } from "../node/changeRecorder.ts";
import type { ChangedFileView } from "../protocol/view.ts";
import { type Content, type ContentNow, contentIn, contentNow, isSame } from "./reviewContents.ts";
import type { FileReview } from "./reviewState.ts";
import type { MarkedHunk } from "./reviewTypes.ts";

/** How a file stands, with all its texts: made for one action and let go. */
export interface Assessed {
  readonly state: FileReview;
  readonly before: Content;
  readonly after: Content;
  readonly now: ContentNow;
  /** undefined where the file is kept or undone as a whole only. */
  readonly comparison: Comparison | undefined;
  readonly summary: Summary;
}

/** What is remembered of it between two looks. */
export interface Summary {
  /** Something of the agent's is there to be kept or undone. */
  readonly listed: boolean;
  readonly kind: ChangedFileView["kind"];
  readonly opaque: boolean;
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly MarkedHunk[];
  /** Somebody else has changed it in a way that undoing the whole of it would take back. */
  readonly touched: boolean;
}

export const UNLISTED: Summary = {
  listed: false,
  kind: "edited",
  opaque: false,
  added: 0,
  removed: 0,
  hunks: [],
  touched: false,
};

/** `state` must be settled. */
export async function assess(state: FileReview, blobs: BlobStore): Promise<Assessed> {
  const { path } = state;
  const now = await contentNow(path);
  const hint = now.kind === "text" ? now.encoding : undefined;
  const before = await contentIn(blobs, state.before, { path, hint });
  const after = state.after === state.before ? before : await contentIn(blobs, state.after, { path, hint });
  const comparison =
    before.kind === "text" && after.kind === "text" && now.kind === "text"
      ? compareTexts({ before: before.text, after: after.text, now: now.text })
      : undefined;
  return { state, before, after, now, comparison, summary: summaryOf(state, { before, after, now, comparison }) };
}

type Contents = Pick<Assessed, "before" | "after" | "now" | "comparison">;

function summaryOf(state: FileReview, contents: Contents): Summary {
  const { before, after, now, comparison } = contents;
  const isTouched = !isSame(now, after);
  if (now.kind === "absent") {
    // Somebody else's removal is theirs: the agent's changes went with it.
    if (before.kind === "absent" || after.kind !== "absent") return UNLISTED;
    const removed = linesOf(before);
    return { ...UNLISTED, listed: true, kind: "deleted", opaque: removed === undefined, removed: removed ?? 0 };
  }
  if (before.kind === "absent") {
    if (after.kind === "absent") return UNLISTED;
    const added = linesOf(now);
    const touched = isTouched || state.mixed;
    const whole = { id: "whole", start: 0, end: added ?? 0, baselineStart: 0, baselineEnd: 0, touched };
    const hunks = added === undefined ? [] : [whole];
    return {
      listed: true,
      kind: "created",
      opaque: added === undefined,
      added: added ?? 0,
      removed: 0,
      hunks,
      touched,
    };
  }
  // It was removed, and somebody else has put something there again.
  if (after.kind === "absent") return UNLISTED;
  if (!comparison) {
    if (isSame(now, before)) return UNLISTED;
    return { ...UNLISTED, listed: true, opaque: true, touched: isTouched };
  }
  const hunks = marked(comparison);
  // Only the encoding differs, or a byte order mark: there are no lines to show.
  const isSilent = hunks.length === 0 && !isTouched && !isSame(now, before);
  return {
    listed: hunks.length > 0 || isSilent,
    kind: "edited",
    opaque: false,
    added: hunks.reduce((sum, { start, end }) => sum + end - start, 0),
    removed: hunks.reduce((sum, { baselineStart, baselineEnd }) => sum + baselineEnd - baselineStart, 0),
    hunks,
    touched: comparison.hunks.some(({ touched }) => touched),
  };
}

function marked({ hunks }: Comparison): MarkedHunk[] {
  let shift = 0;
  return hunks.map((hunk) => {
    const baselineStart = hunk.nowStart + shift;
    shift += hunk.beforeEnd - hunk.beforeStart - (hunk.nowEnd - hunk.nowStart);
    return {
      id: hunkId(hunk),
      start: hunk.nowStart,
      end: hunk.nowEnd,
      baselineStart,
      baselineEnd: hunk.nowEnd + shift,
      touched: hunk.touched,
    };
  });
}

/** What the marks are drawn against, and what stands on the left of a diff. */
export function baselineText({ before, now, comparison, summary }: Assessed): string {
  if (comparison) return baselineOf(comparison);
  if (!summary.listed) return now.kind === "text" ? now.text : "";
  return before.kind === "text" ? before.text : "";
}

function linesOf(content: Content): number | undefined {
  return content.kind === "text" ? splitLines(content.text).length : undefined;
}
