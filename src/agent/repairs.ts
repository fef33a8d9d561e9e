import type { Cut } from "./logbook.ts";
import type { AssistantMessage, Message, UserMessage } from "./message.ts";

/** What is sent for an empty text where the platform insists on one (field reports, May 2026). */
export const SOME_TEXT = " ";
const REMOVED = "[image removed]";

/** Cuts that give every empty answer a text that the platform takes. */
export function textRepairs(messages: readonly Message[]): readonly Cut[] {
  return messages.flatMap((message, at): Cut[] =>
    message.role === "assistant" && message.content === ""
      ? [{ from: at, to: at + 1, by: "text_repair", replacement: [withText(message)] }]
      : [],
  );
}

/** The message with a text; its other fields stay where they are. */
export function withText(message: AssistantMessage): AssistantMessage {
  return message.content === "" ? { ...message, content: SOME_TEXT } : message;
}

/** The chat was repaired once: the platform will refuse the next empty text as well. */
export function wasRepaired(messages: readonly Message[]): boolean {
  return messages.some((message) => message.role === "assistant" && message.content === SOME_TEXT);
}

/** Cuts that leave words only, for a model that does not see. */
export function imageRemovals(messages: readonly Message[]): readonly Cut[] {
  return messages.flatMap((message, at): Cut[] =>
    message.role === "user" && hasImages(message)
      ? [{ from: at, to: at + 1, by: "images_removed", replacement: [withoutImages(message)] }]
      : [],
  );
}

function hasImages({ content }: UserMessage): boolean {
  return typeof content !== "string" && content.some((part) => part.type === "image_url");
}

/** One string again: what every model takes. */
function withoutImages(message: UserMessage): UserMessage {
  if (typeof message.content === "string") return message;
  const texts = message.content.map((part) => (part.type === "text" ? part.text : REMOVED));
  return { ...message, content: texts.join("\n") };
}
