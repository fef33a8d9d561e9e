/** In the page: milliseconds from a message until the chat it brings is laid out. */
export async function drawnAfter(message: unknown): Promise<number> {
  const drawn = new Promise<void>((resolve) => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector(".log")) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
  const begun = performance.now();
  window.postMessage(message, "*");
  await drawn;
  void document.body.offsetHeight;
  return performance.now() - begun;
}
