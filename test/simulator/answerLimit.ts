import type { AnswerCall, Said } from "./answer.ts";
import { BYTES_PER_TOKEN } from "./tokens.ts";

/**
 * As much of what the model says as `max_completion_tokens` lets through: reasoning counts first, then text, then
 * calls, the last of which ends in the middle of its arguments. undefined when all of it fits.
 */
export function truncated(said: Said, tokens: number | undefined): Said | undefined {
  if (tokens === undefined) return undefined;
  const room = new Room(tokens * BYTES_PER_TOKEN);
  const reasoning = room.take(said.reasoning);
  const content = room.take(said.content);
  const calls: AnswerCall[] = [];
  for (const call of said.calls) {
    const name = room.take(call.name);
    const args = room.take(call.arguments);
    const begun = name === call.name && (args !== "" || !room.cut);
    if (begun) calls.push({ ...call, arguments: args });
  }
  return room.cut ? { reasoning, content, calls } : undefined;
}

class Room {
  #bytes: number;
  /** Whether something did not fit. */
  cut = false;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  take(text: string): string {
    if (this.cut) return "";
    const bytes = Buffer.from(text, "utf8");
    if (bytes.length <= this.#bytes) {
      this.#bytes -= bytes.length;
      return text;
    }
    this.cut = true;
    return wholeCharacters(bytes, this.#bytes);
  }
}

/** The first `size` bytes of a UTF-8 text, less the bytes of a character that does not fit in whole. */
export function wholeCharacters(bytes: Buffer, size: number): string {
  let end = Math.min(size, bytes.length);
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString("utf8");
}
