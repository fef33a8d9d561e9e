import { signal } from "@preact/signals";

/** Follows new text only while the end is in sight. */
export const atEnd = signal(true);

const NEAR_PX = 24;
let scrollToEnd: (() => void) | undefined;

export function goToEnd(): void {
  atEnd.value = true;
  scrollToEnd?.();
}

/** Returns what ends it. */
export function followEnd(scroller: HTMLElement, content: HTMLElement): () => void {
  scrollToEnd = () => {
    scroller.scrollTop = scroller.scrollHeight;
  };
  let top = scroller.scrollTop;
  const onScroll = () => {
    const left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    // Only a move upwards leaves the end: content that grew below is followed.
    if (left <= NEAR_PX) atEnd.value = true;
    else if (scroller.scrollTop < top) atEnd.value = false;
    top = scroller.scrollTop;
  };
  const observer = new ResizeObserver(() => {
    if (atEnd.value) scrollToEnd?.();
    else onScroll();
  });
  observer.observe(content);
  observer.observe(scroller);
  scroller.addEventListener("scroll", onScroll, { passive: true });
  return () => {
    observer.disconnect();
    scroller.removeEventListener("scroll", onScroll);
  };
}
