import { useSignal } from "@preact/signals";
import type { ModelView, PanelState } from "../../protocol/view.ts";
import { thin } from "../figures.ts";
import { Icon } from "../icons.tsx";
import { t } from "../l10n.ts";
import { post } from "../store.ts";
import { closePopup, Listbox, openPopup, Popup } from "./Popup.tsx";

function nameOf(state: PanelState): string {
  return state.models.find((model) => model.id === state.model)?.name ?? state.model;
}

export function ModelButton({ state }: { state: PanelState }) {
  const open = openPopup.value === "models";
  const name = nameOf(state);
  return (
    <button
      type="button"
      class="pick shrinks"
      data-opens="models"
      aria-haspopup="dialog"
      aria-expanded={open}
      aria-label={t("Model: {0}", name)}
      title={t("Model: {0}", name)}
      onClick={() => {
        openPopup.value = open ? undefined : "models";
      }}
    >
      <span class="ell">{name.replace(/^MiMo-/, "")}</span>
      <Icon name="down" small />
    </button>
  );
}

/** Models with what they cost, and whether they think. */
export function ModelPopup({ state }: { state: PanelState }) {
  const active = useSignal<string>(state.model);
  const choose = (id: string) => {
    if (id !== state.model) post({ type: "setModel", model: id });
    closePopup();
  };
  return (
    <Popup label={t("Model")}>
      <KeyLine state={state} />
      <div class="price head" aria-hidden="true">
        <span>{t("Credits per token")}</span>
        <span>{t("New")}</span>
        <span>{t("Cached")}</span>
        <span>{t("Out")}</span>
      </div>
      <Listbox
        name="model"
        label={t("Model")}
        options={state.models.map(optionOf)}
        chosen={state.model}
        active={active}
        choose={choose}
      />
      <hr />
      <ThinkingSwitch on={state.thinking} />
    </Popup>
  );
}

function optionOf({ id, name, rate }: ModelView) {
  const words = t("new {0}, cached {1}, out {2}", rate.miss, rate.hit, rate.output);
  return {
    id,
    body: (
      <span class="price num">
        <span class="ell">{name}</span>
        <span class="sr">{`${t("Credits per token")}: ${words}`}</span>
        <span aria-hidden="true">{figure(rate.miss)}</span>
        <span aria-hidden="true">{figure(rate.hit)}</span>
        <span aria-hidden="true">{figure(rate.output)}</span>
      </span>
    ),
  };
}

function figure(value: number): string {
  return value < 1000 ? String(value) : thin(value);
}

function KeyLine({ state: { key } }: { state: PanelState }) {
  if (key.state !== "set") return null;
  const kinds = { plan: "Token Plan", payg: t("Pay as you go"), other: t("Key") };
  return (
    <div class="popfoot mut">
      <Icon name="key" />
      <span class="grow ell">{`${kinds[key.kind]} · ${key.hint}`}</span>
    </div>
  );
}

function ThinkingSwitch({ on }: { on: boolean }) {
  return (
    <button
      type="button"
      class="popfoot"
      role="switch"
      aria-checked={on}
      onClick={() => post({ type: "setThinking", on: !on })}
    >
      <span class="grow">{t("Think before answering")}</span>
      <span class={on ? "switch on" : "switch"} aria-hidden="true" />
    </button>
  );
}
