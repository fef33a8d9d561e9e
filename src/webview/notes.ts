import { credits, thin } from "./figures.ts";
import type { ItemOf } from "./items.ts";
import { t } from "./l10n.ts";

/** Sentences for what the agent notes on the way. Reasons are identifiers; new ones may come. */

export function noticeWords(reason: string): string {
  switch (reason) {
    case "max_turns":
      return t("Paused: this task reached its limit of requests. Send a message to go on.");
    case "max_credits":
      return t("Paused: this task reached its limit of credits. Send a message to go on.");
    case "model_retired":
      return t("The chosen model is retired. Its successor answers; choose a model below to change that.");
    default:
      return t("The agent notes: {0}", spelled(reason));
  }
}

/** A lost cache, and what it costs. */
export function prefixBreakWords(lost: Pick<ItemOf<"prefix_break">, "reason" | "tokens" | "credits">): string {
  const { reason, tokens } = lost;
  const cost = [thin(tokens), credits(lost.credits)] as const;
  if (reason === "model_switch") return t("Model switched: about {0} tokens are read anew, {1}", ...cost);
  return t("The cache starts anew ({0}): about {1} tokens are read anew, {2}", spelled(reason), ...cost);
}

function spelled(reason: string): string {
  return reason.replaceAll("_", " ");
}
