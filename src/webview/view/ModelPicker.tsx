import { signal, useSignal } from "@preact/signals";
import type { KeyView, ModelView, PanelState } from "../../protocol/view.ts";
import { credits, thin } from "../figures.ts";
import { Icon } from "../icons.tsx";
import { t } from "../l10n.ts";
import { post } from "../store.ts";
import { commandLabel } from "./CommandButton.tsx";
import { closePopup, Listbox, openPopup, Popup } from "./Popup.tsx";
import { SearchSwitch } from "./WebSearch.tsx";

/** Which models the popup shows: all, or only those that take images. */
type Shown = "all" | "seeing";
const shown = signal<Shown>("all");

export function openModels(which: Shown): void {
  shown.value = which;
  openPopup.value = "models";
}

export function nameOfModel(state: PanelState): string {
  return state.models.find((model) => model.id === state.model)?.name ?? state.model;
}

export function ModelButton({ state }: { state: PanelState }) {
  const open = openPopup.value === "models";
  const name = nameOfModel(state);
  const key = state.keys.length > 1 ? state.keys.find(({ id }) => id === state.keyId)?.label : undefined;
  const title = key === undefined ? t("Model: {0}", name) : `${t("Model: {0}", name)} · ${key}`;
  return (
    <button
      type="button"
      class="pick shrinks"
      data-opens="models"
      aria-haspopup="dialog"
      aria-expanded={open}
      aria-label={title}
      title={title}
      onClick={() => (open ? closePopup() : openModels("all"))}
    >
      <span class="ell">{name.replace(/^MiMo-/, "")}</span>
      <Icon name="down" small />
    </button>
  );
}

/** Keys and models with what they cost, and what a chat does beside answering. */
export function ModelPopup({ state }: { state: PanelState }) {
  const models = shown.value === "seeing" ? state.models.filter(({ images }) => images) : state.models;
  const active = useSignal<string>(models.some(({ id }) => id === state.model) ? state.model : (models[0]?.id ?? ""));
  const choose = (id: string) => {
    if (id !== state.model) post({ type: "setModel", model: id });
    closePopup();
  };
  return (
    <Popup label={t("Model")}>
      <Keys state={state} />
      {shown.value === "seeing" ? <div class="popfoot mut">{t("Models that take images")}</div> : null}
      <div class="price head" aria-hidden="true">
        <span>{t("Credits per token")}</span>
        <span>{t("New")}</span>
        <span>{t("Cached")}</span>
        <span>{t("Out")}</span>
      </div>
      <Listbox
        name="model"
        label={t("Model")}
        options={models.map((model) => optionOf(model, model.id === state.model ? 0 : state.cachedTokens))}
        chosen={state.model}
        active={active}
        choose={choose}
        first
      />
      <hr />
      <ThinkingSwitch on={state.thinking} />
      <SearchSwitch state={state} />
    </Popup>
  );
}

/** `missed`: tokens that choosing this model has read anew, once. */
function optionOf({ id, name, rate }: ModelView, missed: number) {
  const words = t("new {0}, cached {1}, out {2}", rate.miss, rate.hit, rate.output);
  return {
    id,
    body: (
      <span class="grow">
        <span class="price num">
          <span class="ell">{name}</span>
          <span class="sr">{`${t("Credits per token")}: ${words}`}</span>
          <span aria-hidden="true">{figure(rate.miss)}</span>
          <span aria-hidden="true">{figure(rate.hit)}</span>
          <span aria-hidden="true">{figure(rate.output)}</span>
        </span>
        {missed > 0 ? <span class="d">{switchWords(missed * rate.miss)}</span> : null}
      </span>
    ),
  };
}

function switchWords(cost: number): string {
  return t("Switch: about {0}, once", credits(cost));
}

function figure(value: number): string {
  return value < 1000 ? String(value) : thin(value);
}

/** The key of the chat: told when there is one, chosen when there are several. */
function Keys({ state }: { state: PanelState }) {
  const { key, keys } = state;
  if (keys.length < 2 && key.state !== "set") return null;
  return (
    <>
      {keys.length > 1 ? <KeyList state={state} /> : <KeyLine state={state} />}
      <button
        type="button"
        class="popfoot"
        onClick={() => {
          closePopup();
          post({ type: "command", name: "keys" });
        }}
      >
        {commandLabel("keys")}
      </button>
      <hr />
    </>
  );
}

function KeyLine({ state: { key } }: { state: PanelState }) {
  if (key.state !== "set") return null;
  return (
    <div class="popfoot mut">
      <Icon name="key" />
      <span class="grow ell">{`${kindName(key.kind)} · ${key.hint}`}</span>
    </div>
  );
}

function KeyList({ state }: { state: PanelState }) {
  const { keys, keyId = "", models, model, cachedTokens } = state;
  const active = useSignal<string>(keyId || (keys[0]?.id ?? ""));
  const miss = models.find(({ id }) => id === model)?.rate.miss ?? 0;
  const choose = (id: string) => {
    if (id !== keyId) post({ type: "chooseKey", id });
    closePopup();
  };
  const options = keys.map((key) => ({
    id: key.id,
    body: (
      <>
        <Icon name="key" />
        <span class="grow">
          {key.label}
          <span class="d">{`${placeOf(key)} · ${key.hint}`}</span>
          {key.id !== keyId && cachedTokens > 0 && miss > 0 ? (
            <span class="d">{switchWords(cachedTokens * miss)}</span>
          ) : null}
        </span>
        {key.id === keyId ? <Icon name="check" /> : null}
      </>
    ),
  }));
  return <Listbox name="key" label={t("Key")} options={options} chosen={keyId} active={active} choose={choose} />;
}

function placeOf({ kind, host, label }: KeyView): string {
  const name = kindName(kind);
  return label.includes(name) ? host : `${name} · ${host}`;
}

function kindName(kind: KeyView["kind"]): string {
  return { plan: "Token Plan", payg: t("Pay as you go"), other: t("Key") }[kind];
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
