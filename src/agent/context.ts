import { type Message, type TextPart, type UserMessage, wellFormed } from "./message.ts";

/**
 * What the editor tells the model beside the user's words. It stands at the head of a user message and is never
 * rewritten: facts that change later go into later messages, so that every request continues the one before.
 */
const OPEN = "<context>\n";
const CLOSE = "\n</context>\n\n";

/** Facts and instructions before the user's words. A block that would be empty is left out. */
export function userMessage(typed: string, facts: ReadonlyMap<string, string>, instructions = ""): UserMessage {
  // Half a character, as a cut-off paste may end in, is nothing that the platform can read.
  const text = wellFormed(typed);
  const lines = [...facts].map(([name, value]) => `${name}: ${oneLine(value)}`);
  // Facts stand first; where there are none their place stays empty, so that instructions are never read as facts.
  const rules = instructions.trim();
  const body = rules === "" ? lines.join("\n") : `${lines.join("\n")}\n\n${rules}`;
  // Words that themselves begin like a block get an empty one before them: what the user typed stays tellable.
  if (body === "" && !text.startsWith(OPEN)) return { role: "user", content: text };
  return {
    role: "user",
    content: `${OPEN}${wellFormed(body).replaceAll("</context>", "<\\/context>")}${CLOSE}${text}`,
  };
}

/** The user's own words of a message. */
export function userText(message: UserMessage): string {
  if (typeof message.content !== "string") {
    return message.content
      .filter((part): part is TextPart => part.type === "text")
      .map((part) => ownWords(part.text))
      .join("\n");
  }
  return ownWords(message.content);
}

function ownWords(content: string): string {
  if (!content.startsWith(OPEN)) return content;
  const end = content.indexOf(CLOSE, OPEN.length - 1);
  return end < 0 ? content : content.slice(end + CLOSE.length);
}

/** The facts as the model last heard them, read back from the history: a resumed chat knows what it has said. */
export function knownFacts(messages: readonly Message[]): Map<string, string> {
  const facts = new Map<string, string>();
  for (const message of messages) {
    if (message.role !== "user" || typeof message.content !== "string" || !message.content.startsWith(OPEN)) continue;
    const end = message.content.indexOf(CLOSE, OPEN.length - 1);
    const block = message.content.slice(OPEN.length, end < 0 ? undefined : end);
    for (const line of (block.split("\n\n")[0] ?? "").split("\n")) {
      const colon = line.indexOf(": ");
      if (colon > 0) facts.set(line.slice(0, colon), line.slice(colon + 2));
    }
  }
  return facts;
}

/** The facts that are new or differ. One that is gone is said to be gone. */
export function changedFacts(
  known: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const changed = new Map<string, string>();
  for (const [name, value] of now) if (known.get(name) !== oneLine(value)) changed.set(name, value);
  for (const [name, value] of known) if (!now.has(name) && value !== GONE) changed.set(name, GONE);
  return changed;
}

const GONE = "none";

function oneLine(value: string): string {
  return value.replace(/[\r\n]+/g, " ");
}
