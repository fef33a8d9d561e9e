import { signal } from "@preact/signals";

/** Follows new text only while the end is in sight. */
export const atEnd = signal(true);

const NEAR_PX = 24;
/** A scroll this soon after a wheel, key or touch is the user's, in milliseconds; smooth scrolling takes that long. */
const BY_USER_MS = 600;
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
  let byUserUntil = 0;
  let held = false;
  const onInput = () => {
    byUserUntil = performance.now() + BY_USER_MS;
  };
  const onHold = (event: Event) => {
    held = event.type === "pointerdown";
    onInput();
  };
  const onScroll = () => {
    const left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    const byUser = held || performance.now() < byUserUntil;
    // Only the user's own move upwards leaves the end. The browser moves too, when a card above folds or the panel
    // is resized.
    if (left <= NEAR_PX) atEnd.value = true;
    else if (byUser && scroller.scrollTop < top) atEnd.value = false;
    top = scroller.scrollTop;
  };
  const observer = new ResizeObserver(() => {
    if (atEnd.value) scrollToEnd?.();
    else onScroll();
  });
  observer.observe(content);
  observer.observe(scroller);
  const listening = new AbortController();
  const options = { passive: true, signal: listening.signal };
  scroller.addEventListener("scroll", onScroll, options);
  for (const type of ["wheel", "touchmove", "keydown"]) scroller.addEventListener(type, onInput, options);
  scroller.addEventListener("pointerdown", onHold, options);
  for (const type of ["pointerup", "pointercancel"]) window.addEventListener(type, onHold, options);
  return () => {
    observer.disconnect();
    listening.abort();
  };
}
