import { credits, thin } from "./figures.ts";
import type { ItemOf } from "./items.ts";
import { t } from "./l10n.ts";

/** Sentences for what the agent notes on the way. Reasons are identifiers; new ones may come. */

/** `model`: the name, for people, of the model that a notice is about. */
export function noticeWords(reason: string, model?: string): string {
  switch (reason) {
    case "max_turns":
      return t("Paused: this task reached its limit of requests. Send a message to go on.");
    case "max_credits":
      return t("Paused: this task reached its limit of credits. Send a message to go on.");
    case "model_retired":
      return model === undefined
        ? t("The chosen model is retired. Its successor answers; choose a model below to change that.")
        : t("The chosen model is retired. {0} answers instead; choose a model below to change that.", model);
    case "repetition":
      return t("The model keeps repeating a call. It was told so, and the call was not run again.");
    case "flood":
      return t("The model asked for too much at once. The first calls were run; it was told to send the rest later.");
    case "leaked_calls":
      return t("The model wrote its calls as text. They were read as calls and asked for as usual.");
    case "thinking_off":
      return t("Thinking is off for this chat: the platform did not accept the earlier thoughts in it.");
    case "no_answer":
      return t("The model thought and said nothing. Its thoughts are above; send a message to go on.");
    case "web_search_failed":
      return t("The web search failed. The model answers without it.");
    case "session_repaired":
      return t("A part of this chat's file was damaged and has been passed over. The rest is whole.");
    case "storage_full":
      return t("The disk is full, so this step could not be saved. Free some space, then send your message again.");
    default:
      return t("The agent notes: {0}", spelled(reason));
  }
}

/** Notices of something that the user should do something about. */
export function isWarning(reason: string): boolean {
  return reason === "storage_full" || reason === "session_repaired";
}

/** A lost cache, and what it costs. */
export function prefixBreakWords(lost: Pick<ItemOf<"prefix_break">, "reason" | "tokens" | "credits">): string {
  const { reason, tokens } = lost;
  const cost = [thin(tokens), credits(lost.credits)] as const;
  switch (reason) {
    case "model_switch":
      return t("Model switched: about {0} tokens are read anew, {1}", ...cost);
    case "key_switch":
      return t("Key switched: about {0} tokens are read anew, {1}", ...cost);
    case "web_search":
      return t("Web search switched: about {0} tokens are read anew, {1}", ...cost);
    case "text_repair":
      return t("The history was repaired: about {0} tokens are read anew, {1}", ...cost);
    case "images_removed":
      return t("Images removed from this chat: about {0} tokens are read anew, {1}", ...cost);
    default:
      return t("The cache starts anew ({0}): about {1} tokens are read anew, {2}", spelled(reason), ...cost);
  }
}

function spelled(reason: string): string {
  return reason.replaceAll("_", " ");
}
