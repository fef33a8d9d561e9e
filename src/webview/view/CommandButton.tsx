import type { ViewCommand } from "../../protocol/view.ts";
import { labelOf } from "../failures.ts";
import { t } from "../l10n.ts";
import { post } from "../store.ts";

export function CommandButton({ name, primary }: { name: ViewCommand; primary: boolean }) {
  return (
    <button type="button" class={primary ? "btn" : "btn sec"} onClick={() => post({ type: "command", name })}>
      {commandLabel(name)}
    </button>
  );
}

export function commandLabel(name: ViewCommand): string {
  switch (name) {
    case "setKey":
    case "openConsole":
      return labelOf(name);
    case "manageTrust":
      return t("Manage trust");
    case "showLog":
      return t("Show log");
    case "history":
      return t("History");
    case "diagnose":
      return t("Diagnose");
    case "keys":
      return t("Manage keys…");
  }
}
