import { MarkdownStream, renderWhole } from "../../../../src/webview/markdown/stream.ts";

/** The markdown renderer alone, for tests: what the page offers to them. */
export interface MarkdownPage {
  whole(source: string): string;
  /** Feeds pieces with a flush after each, so that every intermediate state is drawn. Gives the final DOM. */
  streamed(pieces: readonly string[]): string;
  /** Feeds pieces one a task, flushing as the view does, and says how long the page was busy, in milliseconds. */
  timed(pieces: readonly string[]): Promise<{ busy: number; longest: number; same: boolean }>;
}

function container(): HTMLElement {
  const node = document.createElement("div");
  node.className = "md";
  document.getElementById("app")?.replaceChildren(node);
  return node;
}

const page: MarkdownPage = {
  whole(source) {
    const node = container();
    renderWhole(node, source);
    return node.innerHTML;
  },
  streamed(pieces) {
    const node = container();
    const stream = new MarkdownStream(node);
    for (const piece of pieces) {
      stream.append(piece);
      stream.flush();
    }
    stream.finish();
    return node.innerHTML;
  },
  async timed(pieces) {
    const node = container();
    const stream = new MarkdownStream(node);
    let busy = 0;
    let longest = 0;
    const count = (work: () => void) => {
      const begun = performance.now();
      work();
      void node.offsetHeight;
      const took = performance.now() - begun;
      busy += took;
      longest = Math.max(longest, took);
    };
    for (const piece of pieces) {
      count(() => {
        stream.append(piece);
        stream.flush();
      });
    }
    count(() => stream.finish());
    const streamed = node.innerHTML;
    return { busy, longest, same: streamed === page.whole(pieces.join("")) };
  },
};

(globalThis as unknown as { markdown: MarkdownPage }).markdown = page;
