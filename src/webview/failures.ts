import type { ErrorDetail, ErrorReason } from "../agent/errors.ts";
import { t } from "./l10n.ts";

/** What a failure's card says and offers, by its reason. The message that came with it is only a detail. */

export type Press =
  | "setKey"
  | "openConsole"
  | "goOn"
  | "newChat"
  | "editMessage"
  | "chooseModel"
  | "chooseSeeing"
  | "dropImages"
  | "searchOff"
  | "keys";

/** What there is in this window to offer, or is missing. */
export type Circumstance = "severalKeys" | "largerModel" | "seeingModel";

export interface Trouble {
  readonly reason: ErrorReason;
  readonly detail?: ErrorDetail | undefined;
  /** Until when the platform asks to wait, for people. */
  readonly until?: string | undefined;
  readonly given?: readonly Circumstance[];
}

export interface FailureWords {
  readonly title: string;
  readonly happened: string;
  /** What to do; names the buttons. */
  readonly advice: string;
}

/** The buttons of a card; the first is the next step. */
export function pressesFor({ reason, detail, given = [] }: Trouble): readonly [Press, ...Press[]] {
  if (detail === "images_refused") {
    return given.includes("seeingModel") ? ["chooseSeeing", "dropImages", "goOn"] : ["dropImages", "newChat"];
  }
  if (detail === "web_search_off") return ["searchOff", "openConsole"];
  if (detail === "model_gone") return ["chooseModel", "goOn"];
  switch (reason) {
    case "auth":
    case "pairing":
      return given.includes("severalKeys") ? ["setKey", "keys", "goOn"] : ["setKey", "goOn"];
    case "balance":
    case "region":
      return ["openConsole", "goOn"];
    case "quota":
      return given.includes("severalKeys")
        ? ["openConsole", "setKey", "keys", "goOn"]
        : ["openConsole", "setKey", "goOn"];
    case "risk":
      return ["openConsole", "newChat"];
    case "filter":
      return ["editMessage", "newChat"];
    case "bad_request":
      return ["editMessage", "chooseModel", "newChat"];
    case "input":
      return ["chooseModel", "editMessage"];
    case "too_long":
      return given.includes("largerModel") ? ["newChat", "chooseModel", "editMessage"] : ["newChat", "editMessage"];
    case "rate":
    case "server":
    case "network":
    case "stalled":
    case "cut":
    case "not_a_stream":
    case "malformed":
    case "truncated":
    case "repetition":
      return ["goOn"];
  }
}

export function labelOf(press: Press): string {
  switch (press) {
    case "setKey":
      return t("Add key");
    case "openConsole":
      return t("Open console");
    case "goOn":
      return t("Go on");
    case "newChat":
      return t("New chat");
    case "editMessage":
      return t("Edit message");
    case "chooseModel":
      return t("Choose model");
    case "chooseSeeing":
      return t("Choose another model");
    case "dropImages":
      return t("Send without images");
    case "searchOff":
      return t("Switch web search off and go on");
    case "keys":
      return t("Manage keys…");
  }
}

/** Of a failure that is tried again by itself. */
export function retryWords(reason: ErrorReason): Pick<FailureWords, "title" | "happened"> {
  if (reason !== "balance") return wordsOf({ reason });
  return {
    title: t("The platform asks to slow down"),
    happened: t("The platform says that there is no balance. With a Token Plan key it also says so under load."),
  };
}

export function wordsOf({ reason, detail, until, given = [] }: Trouble): FailureWords {
  if (detail === "images_refused") return imageWords(given);
  if (detail === "key_missing") return missingKeyWords();
  if (detail === "model_gone") return goneModelWords();
  if (detail === "web_search_off") {
    return {
      title: t("Web search is off in the console"),
      happened: t("The account's web search is switched off, or was switched on less than five minutes ago."),
      advice: t("Press Switch web search off and go on, or press Open console and switch it on there."),
    };
  }
  const words = reasonWords(reason, given);
  if (until === undefined) return words;
  const happened = t("The platform asks to wait until {0}. What was done is kept.", until);
  if (reason !== "rate" && reason !== "server") return { ...words, happened: `${words.happened} ${happened}` };
  return { ...words, happened, advice: t("Press Go on then. With another model or key it can be sooner.") };
}

function imageWords(given: readonly Circumstance[]): FailureWords {
  return {
    title: t("The model does not take images"),
    happened: t("The platform refused the images of this chat for this model."),
    advice: given.includes("seeingModel")
      ? t("Press Choose another model, then Go on; or press Send without images to take them out for good.")
      : t("Press Send without images to take them out of this chat for good."),
  };
}

function missingKeyWords(): FailureWords {
  return {
    title: t("A key is missing"),
    happened: t("No key is set for this chat, so nothing was sent."),
    advice: t("Press Add key, then Go on. This chat is kept."),
  };
}

function goneModelWords(): FailureWords {
  return {
    title: t("The model is not served here"),
    happened: t("The platform does not know the chosen model, or no longer serves it."),
    advice: t("Press Choose model and take another one, then Go on. This chat is kept."),
  };
}

function reasonWords(reason: ErrorReason, given: readonly Circumstance[]): FailureWords {
  switch (reason) {
    case "auth":
      return {
        title: t("The key was refused"),
        happened: t("A key that works here is missing: it may be incomplete, withdrawn, or of another cluster."),
        advice: t("Press Add key, then Go on. This chat is kept."),
      };
    case "pairing":
      return {
        title: t("This key belongs to another address"),
        happened: t("Token Plan keys and pay-as-you-go keys work on their own addresses only. Nothing was sent."),
        advice: t("Press Add key and add one that fits, or set the endpoint to Automatic; then press Go on."),
      };
    case "balance":
      return {
        title: t("The balance is used up"),
        happened: t("The account has no balance left, so the platform did not answer."),
        advice: t("Press Open console and top up, then Go on. Nothing of this chat is lost."),
      };
    case "quota":
      return {
        title: t("Token Plan used up"),
        happened: t("The credits of the Token Plan are spent until it renews."),
        advice: t(
          "Press Open console to buy more, or Add key for another key; then Go on. Nothing of this chat is lost.",
        ),
      };
    case "rate":
      return {
        title: t("Too many requests"),
        happened: t("The account's limit of requests or tokens a minute was reached."),
        advice: t("Wait a minute, then press Go on."),
      };
    case "region":
      return {
        title: t("Not available in this region"),
        happened: t("The platform does not serve this account from where the request came."),
        advice: t("Press Open console to see where the account is served; from there, press Go on."),
      };
    case "risk":
      return {
        title: t("Refused by the platform's risk control"),
        happened: t("The platform's risk control stopped the request or restricts the account."),
        advice: t("Press Open console to see why. If the account is fine, press New chat and word it differently."),
      };
    case "too_long":
      return {
        title: t("The chat is too long for the model"),
        happened: t("This chat no longer fits into the model's window."),
        advice: given.includes("largerModel")
          ? t("Press New chat, Choose model for one with a larger window, or Edit message to shorten it.")
          : t("Press New chat, or Edit message to shorten it. This chat is kept."),
      };
    default:
      return requestWords(reason);
  }
}

type OfRequest = Exclude<
  ErrorReason,
  "auth" | "pairing" | "balance" | "quota" | "rate" | "region" | "risk" | "too_long"
>;

/** Failures of a request and of its answer, where the account is fine. */
function requestWords(reason: OfRequest): FailureWords {
  switch (reason) {
    case "filter":
      return {
        title: t("Stopped by the content filter"),
        happened: t("The platform's content filter found something in the message or in the answer."),
        advice: t("Press Edit message and word it differently, or press New chat."),
      };
    case "bad_request":
      return {
        title: t("The platform refused the request"),
        happened: t("The platform could not accept the request as it was."),
        advice: t(
          "Press Edit message and try it another way, Choose model for another one, or New chat. The log says more.",
        ),
      };
    case "input":
      return {
        title: t("The model does not take this input"),
        happened: t("The model or the address does not know this kind of request."),
        advice: t("Press Choose model and take another one, or Edit message."),
      };
    case "server":
      return {
        title: t("The platform has a fault"),
        happened: t("The platform is faulty or overloaded."),
        advice: t("Wait a moment, then press Go on. What was done is kept."),
      };
    case "network":
      return {
        title: t("No connection"),
        happened: t("The platform could not be reached."),
        advice: t("Check the connection or the proxy, then press Go on. What was done is kept."),
      };
    default:
      return answerWords(reason);
  }
}

type OfAnswer = Exclude<OfRequest, "filter" | "bad_request" | "input" | "server" | "network">;

/** Answers that came and could not be used. Nothing of them was run. */
function answerWords(reason: OfAnswer): FailureWords {
  const goOn = t("Press Go on to ask again. What was done before is kept.");
  switch (reason) {
    case "stalled":
      return {
        title: t("The answer stopped coming"),
        happened: t("The connection stayed open, but nothing more came. Nothing of this answer was run."),
        advice: goOn,
      };
    case "cut":
      return {
        title: t("The answer was cut off"),
        happened: t("The connection ended before the answer did. Nothing of this answer was run."),
        advice: goOn,
      };
    case "not_a_stream":
      return {
        title: t("Something else answered than the model"),
        happened: t("A web page or another service answered in the model's place, often a proxy or a sign-in page."),
        advice: t("Check the proxy and the address in the settings, then press Go on. What was done is kept."),
      };
    case "malformed":
      return {
        title: t("The answer could not be read"),
        happened: t("The answer broke the platform's own form. Nothing of it was run."),
        advice: goOn,
      };
    case "truncated":
      return {
        title: t("The answer reached its length limit"),
        happened: t("The model wrote as much as one answer may hold. Nothing of this answer was run."),
        advice: t("Press Go on, or write that it should take smaller steps. What was done before is kept."),
      };
    case "repetition":
      return {
        title: t("The answer repeated itself"),
        happened: t("The model went in circles with a passage or a call, so it was ended there."),
        advice: t("Press Go on, or write what to do differently. What was done before is kept."),
      };
  }
}
