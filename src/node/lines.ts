import { StringDecoder } from "node:string_decoder";

/**
 * The lines of a stream, without their line feeds. Nothing else ends a line: Node's readline also splits at U+2028 and
 * U+2029, which stand unescaped in the strings of JSON lines.
 */
export async function* linesOf(stream: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let begun: string[] = [];
  for await (const chunk of stream) {
    const [first = "", ...rest] = (typeof chunk === "string" ? chunk : decoder.write(chunk)).split("\n");
    begun.push(first);
    for (const part of rest) {
      yield begun.join("");
      begun = [part];
    }
  }
  begun.push(decoder.end());
  const last = begun.join("");
  if (last !== "") yield last;
}
