import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { openChoice } from "../choices.ts";
import { between, seconds } from "../figures.ts";
import { Icon } from "../icons.tsx";
import type { Item, ItemOf } from "../items.ts";
import { t } from "../l10n.ts";
import { useElapsed } from "./seconds.ts";

/** One live line while the model thinks, closed by default. Its text is plain: it is not written for a reader. */
export function Reasoning({ item }: { item: Signal<Item> }) {
  const value = item.value as ItemOf<"reasoning">;
  const live = value.endedAt === undefined;
  const choice = openChoice(value.key);
  const open = choice.value ?? false;
  const toggle = () => {
    choice.value = !open;
  };
  return (
    <div class="steps">
      <button type="button" class={live ? "step live" : "step"} aria-expanded={open} onClick={toggle}>
        <Icon name="think" />
        <span class="v">{live ? <Live from={value.startedAt} /> : thought(value)}</span>
        <span class="d" />
        <Icon name={open ? "down" : "right"} small />
      </button>
      {open ? <Thoughts item={item} /> : null}
    </div>
  );
}

function Live({ from }: { from: string }) {
  const elapsed = useElapsed(from, { live: true });
  return <>{t("Thinking… {0}", seconds(elapsed))}</>;
}

function thought({ startedAt, endedAt }: ItemOf<"reasoning">): string {
  const whole = Math.round(between(startedAt, endedAt) / 1000);
  if (whole < 1) return t("Thought");
  if (whole < 60) return t("Thought for {0} s", whole);
  return t("Thought for {0} min {1} s", Math.floor(whole / 60), whole % 60);
}

/** Text is added, never laid out anew: reasoning can be long. A paragraph is a node of its own. */
function Thoughts({ item }: { item: Signal<Item> }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const node = host.current;
    if (!node) return;
    let shown = 0;
    node.replaceChildren();
    return item.subscribe((value) => {
      if (value.kind !== "reasoning") return;
      const added = value.text.slice(shown);
      shown = value.text.length;
      addParagraphs(node, added);
    });
  }, [item]);
  return <div class="think" dir="auto" ref={host} />;
}

function addParagraphs(host: HTMLElement, text: string): void {
  for (const [i, line] of text.split("\n").entries()) {
    if (i > 0 || !host.lastElementChild) host.append(document.createElement("p"));
    if (line !== "") host.lastElementChild?.append(line);
  }
}
