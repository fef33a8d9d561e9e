import { useEffect, useReducer, useRef } from "preact/hooks";
import type { Transcript } from "../transcript.ts";

/** Tasks that are drawn with the first frame: more than a tall panel shows. */
const AT_ONCE = 8;
/** Tasks that are added at a time: each is a few milliseconds. */
const A_STEP = 4;

/**
 * Index of the first task to draw: a long chat shows its end at once, and what is before it is drawn step by step.
 * Undrawn tasks keep their place, out of sight and at an assumed height, so that nothing moves when they are filled.
 */
export function useFirstDrawn(chat: Transcript, count: number): number {
  const progress = useRef<{ readonly chat: Transcript; readonly from: number } | undefined>(undefined);
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  if (progress.current?.chat !== chat) progress.current = { chat, from: Math.max(0, count - AT_ONCE) };
  const { from } = progress.current;
  useEffect(() => {
    if (from === 0) return undefined;
    const timer = setTimeout(() => {
      progress.current = { chat, from: Math.max(0, from - A_STEP) };
      redraw(undefined);
    });
    return () => clearTimeout(timer);
  }, [chat, from]);
  return from;
}
