import { wellFormed } from "../agent/message.ts";

/** Control characters, and the invisible ones that hide or turn round what stands beside them. */
const UNSEEN =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]+/gu;

/** Text of a server or a web page for one line of a view or a log: nothing unseen, no more than `max` characters. */
export function plainText(text: string, max: number): string {
  const line = text.replace(UNSEEN, " ").replace(/ {2,}/g, " ").trim();
  return wellFormed(line.length > max ? `${line.slice(0, max)}…` : line);
}
