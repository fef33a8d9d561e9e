import type { Call } from "../items.ts";
import { t } from "../l10n.ts";
import { refusalOf } from "../refusals.ts";
import { visible } from "../terminal.ts";

/** Why a call was refused, where there is more to say than that: the user's own words, or the rule. */
export function Refusal({ call }: { call: Call }) {
  const refusal = call.status === "denied" ? refusalOf(call.result) : undefined;
  switch (refusal?.by) {
    case "user":
      return refusal.words === "" ? null : <div class="told">{t("You said: {0}", visible(refusal.words))}</div>;
    case "rule":
      return <div class="told">{t("Not allowed: {0}.", t(refusal.reason))}</div>;
    case "other":
      return <div class="told">{visible(call.result)}</div>;
    default:
      return null;
  }
}
