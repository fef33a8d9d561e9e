/** How much of anything may enter the model's context by one call. */
export const MAX_LINES = 2_000;
export const MAX_BYTES = 50_000;

export function bytesOf(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Each half of a surrogate pair stands for two of its four bytes.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return bytes;
}

/** The longest beginning of `text` that takes at most `max` bytes, never cutting a character in two. */
export function headOf(text: string, max: number): string {
  if (text.length * 3 <= max) return text;
  let bytes = 0;
  for (let i = 0; i < text.length; ) {
    const point = text.codePointAt(i) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > max) return text.slice(0, i);
    i += point > 0xffff ? 2 : 1;
  }
  return text;
}

/** Lines of `text`, each with its own line ending. An ending of the last line opens no further line. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

export interface Listing {
  readonly lines: readonly string[];
  /** There is more than `lines` already. */
  readonly more: boolean;
}

/** Lines as one result; `rest` says how to get what was left out. */
export function listed({ lines, more }: Listing, rest: string): string {
  let text = "";
  let bytes = 0;
  for (const line of lines) {
    bytes += bytesOf(line) + 1;
    if (bytes > MAX_BYTES) return `${text}[cut; ${rest}]`;
    text += `${line}\n`;
  }
  return more ? `${text}[more; ${rest}]` : text;
}
