/** Line endings and line numbers of a text. */

/** True when every line ending is CRLF and there is at least one. */
export function isUniformlyCrlf(text: string): boolean {
  let at = text.indexOf("\n");
  if (at < 0) return false;
  for (; at >= 0; at = text.indexOf("\n", at + 1)) if (text[at - 1] !== "\r") return false;
  return true;
}

export function toCrlf(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}

export function toLf(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** How many line breaks stand before this offset. */
export function countBreaks(text: string, offset: number): number {
  let breaks = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) breaks++;
  return breaks;
}

/** The line, from 1, that holds this offset. */
export function lineAt(text: string, offset: number): number {
  return countBreaks(text, offset) + 1;
}

/** The line ending that a line inserted at this offset takes: that of the line it stands in, else that of the line
 * before; undefined in a text of one line. */
export function endingAt(text: string, offset: number): "\n" | "\r\n" | undefined {
  const next = text.indexOf("\n", offset);
  const at = next >= 0 ? next : text.lastIndexOf("\n", offset - 1);
  if (at < 0) return undefined;
  return text[at - 1] === "\r" ? "\r\n" : "\n";
}
