import { type Message, type Outgoing, type TextPart, type UserMessage, wellFormed } from "./message.ts";

/**
 * What the editor tells the model beside the user's words. It stands at the head of a user message and is never
 * rewritten: facts that change later go into later messages, so that every request continues the one before.
 */
const OPEN = "<context>\n";
const CLOSE = "\n</context>\n\n";
/** Stands for the words of a message that has images only: the platform wants a text beside them. */
const NO_WORDS = "[image]";

/** Facts and instructions before the user's words, images after them. A block that would be empty is left out. */
export function userMessage(
  typed: string | Outgoing,
  facts: ReadonlyMap<string, string>,
  instructions = "",
): UserMessage {
  const { text, images } = typeof typed === "string" ? { text: typed, images: [] } : typed;
  if (images.length === 0) return { role: "user", content: textOf(text, facts, instructions) };
  const words = textOf(text.trim() === "" ? NO_WORDS : text, facts, instructions);
  return { role: "user", content: [{ type: "text", text: words }, ...images] };
}

export interface Surroundings {
  /** undefined when they could not be read. */
  readonly facts: ReadonlyMap<string, string> | undefined;
  readonly instructions: string;
}

/** The user's message as it follows a history: with everything at its beginning, later with what has changed. */
export function messageAfter(
  history: readonly Message[],
  message: string | Outgoing,
  { facts, instructions }: Surroundings,
): UserMessage {
  const isFirst = history.length === 0;
  const told = isFirst || !facts ? facts : changedFacts(knownFacts(history), facts);
  return userMessage(message, told ?? new Map(), isFirst ? instructions : "");
}

function textOf(typed: string, facts: ReadonlyMap<string, string>, instructions: string): string {
  // Half a character, as a cut-off paste may end in, is nothing that the platform can read.
  const text = wellFormed(typed);
  const lines = [...facts].map(([name, value]) => `${name}: ${oneLine(value)}`);
  // Facts stand first; where there are none their place stays empty, so that instructions are never read as facts.
  const rules = instructions.trim();
  const body = rules === "" ? lines.join("\n") : `${lines.join("\n")}\n\n${rules}`;
  // Words that themselves begin like a block get an empty one before them: what the user typed stays tellable.
  if (body === "" && !text.startsWith(OPEN)) return text;
  return `${OPEN}${wellFormed(body).replaceAll("</context>", "<\\/context>")}${CLOSE}${text}`;
}

/** The user's own words of a message. */
export function userText(message: UserMessage): string {
  if (typeof message.content === "string") return ownWords(message.content);
  const texts = message.content.filter((part): part is TextPart => part.type === "text");
  const words = texts.map((part) => ownWords(part.text)).join("\n");
  return words === NO_WORDS && texts.length < message.content.length ? "" : words;
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
    const content = message.role === "user" ? headText(message) : "";
    if (!content.startsWith(OPEN)) continue;
    const end = content.indexOf(CLOSE, OPEN.length - 1);
    const block = content.slice(OPEN.length, end < 0 ? undefined : end);
    for (const line of (block.split("\n\n")[0] ?? "").split("\n")) {
      const colon = line.indexOf(": ");
      if (colon > 0) facts.set(line.slice(0, colon), line.slice(colon + 2));
    }
  }
  return facts;
}

/** Where a block would stand. */
function headText({ content }: UserMessage): string {
  if (typeof content === "string") return content;
  const first = content[0];
  return first?.type === "text" ? first.text : "";
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
