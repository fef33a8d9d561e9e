import { useSignal } from "@preact/signals";
import type { ApprovalMode } from "../../agent/ports.ts";
import { Icon, type IconName } from "../icons.tsx";
import { t } from "../l10n.ts";
import { post } from "../store.ts";
import { closePopup, Listbox, openPopup, Popup } from "./Popup.tsx";

const MODES = ["ask", "edit", "auto", "plan"] as const;
type Mode = (typeof MODES)[number];

const ICONS: Readonly<Record<ApprovalMode, IconName>> = {
  ask: "ask",
  edit: "edit",
  auto: "auto",
  plan: "plan",
  all: "warning",
};

export function modeName(mode: ApprovalMode): string {
  switch (mode) {
    case "ask":
      return t("Ask");
    case "edit":
      return t("Auto edit");
    case "auto":
      return t("Auto");
    case "plan":
      return t("Plan");
    case "all":
      return t("Everything");
  }
}

function explained(mode: Mode): string {
  switch (mode) {
    case "ask":
      return t("Asks before every edit and command");
    case "edit":
      return t("Edits files, asks before commands");
    case "auto":
      return t("As Auto edit for now: still asks before commands");
    case "plan":
      return t("Reads and plans, changes nothing");
  }
}

export function ModeButton({ mode }: { mode: ApprovalMode }) {
  const open = openPopup.value === "modes";
  return (
    <button
      type="button"
      class="pick"
      data-opens="modes"
      aria-haspopup="dialog"
      aria-expanded={open}
      aria-label={t("Mode: {0}", modeName(mode))}
      title={`${t("Mode: {0}", modeName(mode))} (Ctrl+.)`}
      onClick={() => {
        openPopup.value = open ? undefined : "modes";
      }}
    >
      <Icon name={ICONS[mode]} tone={mode === "all" ? "warn" : undefined} />
      <span class="mid">{modeName(mode)}</span>
      <Icon name="down" small />
    </button>
  );
}

export function ModePopup({ mode }: { mode: ApprovalMode }) {
  const active = useSignal<string>(mode);
  const choose = (id: string) => {
    const chosen = MODES.find((other) => other === id);
    if (chosen && chosen !== mode) post({ type: "setMode", mode: chosen });
    closePopup();
  };
  const options = MODES.map((id) => ({
    id,
    body: (
      <>
        <Icon name={ICONS[id]} />
        <span class="grow">
          {modeName(id)}
          <span class="d">{explained(id)}</span>
        </span>
        {id === mode ? <Icon name="check" /> : null}
      </>
    ),
  }));
  return (
    <Popup label={t("Mode")}>
      <div class="two">
        <Listbox name="mode" label={t("Mode")} options={options} chosen={mode} active={active} choose={choose} first />
      </div>
      <hr />
      <div class="popfoot mut">
        <span class="grow">{t("Switch mode")}</span>
        <span class="kbd">Ctrl+.</span>
      </div>
    </Popup>
  );
}
