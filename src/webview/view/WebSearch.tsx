import { signal } from "@preact/signals";
import type { PanelState } from "../../protocol/view.ts";
import { imageTrouble } from "../attachments.ts";
import { credits, thin } from "../figures.ts";
import { Icon } from "../icons.tsx";
import { t } from "../l10n.ts";
import { post } from "../store.ts";

/** The platform's price of 1,000 searches: its pricing page. */
const PRICE = "¥25 / $5";

/** What the web search was before it was switched, until a message is sent or it is switched back. */
const before = signal<boolean | undefined>(undefined);

export function forgetSwitch(): void {
  before.value = undefined;
}

function price(): string {
  return t("Billed apart: {0} per 1,000 searches", PRICE);
}

function toggle({ webSearch }: PanelState): void {
  before.value = before.value === undefined ? webSearch : undefined;
  // It would stand where the price is told.
  imageTrouble.value = "";
  post({ type: "setWebSearch", on: !webSearch });
}

/** In the composer. In a narrow panel only while it is on; the model's popup has the other switch. */
export function SearchButton({ state }: { state: PanelState }) {
  const on = state.webSearch;
  return (
    <button
      type="button"
      class={on ? "ib search on" : "ib search"}
      role="switch"
      aria-checked={on}
      aria-label={t("Web search")}
      title={`${on ? t("Web search is on") : t("Web search is off")}. ${price()}`}
      onClick={() => toggle(state)}
    >
      <Icon name="globe" />
    </button>
  );
}

export function SearchSwitch({ state }: { state: PanelState }) {
  const on = state.webSearch;
  return (
    <button type="button" class="popfoot" role="switch" aria-checked={on} onClick={() => toggle(state)}>
      <span class="grow">
        {t("Web search")}
        <span class="d">{price()}</span>
      </span>
      <span class={on ? "switch on" : "switch"} aria-hidden="true" />
    </button>
  );
}

/** Said once after a switch: what it costs, and that a running chat's cache is missed. "" when there is nothing new. */
export function switchedWords(state: PanelState): string {
  if (before.value === undefined || before.value === state.webSearch) return "";
  const miss = state.models.find(({ id }) => id === state.model)?.rate.miss ?? 0;
  const { cachedTokens } = state;
  const missed =
    cachedTokens > 0
      ? [t("The next message reads about {0} tokens anew, once: {1}", thin(cachedTokens), credits(cachedTokens * miss))]
      : [];
  const words = state.webSearch ? [t("Web search is on"), price(), ...missed] : missed;
  return words.map((sentence) => t("{0}.", sentence)).join(" ");
}
