import { type Signal, useComputed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Item, ItemOf } from "../items.ts";
import { MarkdownStream } from "../markdown/stream.ts";
import { Sources } from "./Sources.tsx";

/** The model's words, and where it has them from. Only the frame is the virtual DOM's; what is inside belongs to the stream. */
export function Answer({ item }: { item: Signal<Item> }) {
  const host = useRef<HTMLDivElement>(null);
  // Before the frame: a chat that opens shows its answers at once and lays them out once.
  useLayoutEffect(() => {
    const node = host.current;
    if (!node) return;
    let stream = new MarkdownStream(emptied(node));
    let fed = 0;
    const stop = item.subscribe((value) => {
      const { text, open } = value as ItemOf<"answer">;
      if (text.length < fed) {
        stream.dispose();
        stream = new MarkdownStream(emptied(node));
        fed = 0;
      }
      const added = text.slice(fed);
      fed = text.length;
      if (open) stream.append(added);
      else stream.finish(added);
      node.classList.toggle("live", open);
    });
    return () => {
      stop();
      stream.dispose();
    };
  }, [item]);
  return (
    <>
      <div class="md" dir="auto" ref={host} />
      <AnswerSources item={item} />
    </>
  );
}

function emptied(node: HTMLElement): HTMLElement {
  node.replaceChildren();
  return node;
}

/** Drawn anew for other sources only, not for every piece of the text. */
function AnswerSources({ item }: { item: Signal<Item> }) {
  const sources = useComputed(() => (item.value as ItemOf<"answer">).sources).value;
  return sources.length > 0 ? <Sources sources={sources} choiceKey={`${item.peek().key}.sources`} /> : null;
}

/** Pages of a search that no answer came of. */
export function FoundSources({ item }: { item: Signal<Item> }) {
  const { key, sources } = item.value as ItemOf<"sources">;
  return sources.length > 0 ? <Sources sources={sources} choiceKey={key} /> : null;
}
