/** CSI, OSC and other strings (to their end or the line's), charset choices, single-character escapes. */
const ESCAPES =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x9c|\x1b\\)?|[ -/]+[0-~]?|[0-~]|$)|\x9b[0-?]*[ -/]*[@-~]|[\x90\x98\x9d-\x9f][^\x07\x1b\x9c\n]*(?:\x07|\x9c|\x1b\\)/g;
const WHOLE_ESCAPE =
  /^\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x9c|\x1b\\|\n)|[ -/]+[0-~]|[0-OQ-WYZ\\`-~])/;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
/** Tag characters, and what turns the direction of text around: a person would not see what a model reads. */
const UNSEEN = /[\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;

/** Without escapes, control and unseen characters; of a line that was printed over again and again the last state. */
export function plainText(text: string): string {
  if (!/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\udb40]/.test(text)) return text;
  return text
    .replace(ESCAPES, "")
    .split("\n")
    .map((line) => backspaced(lastState(line)))
    .join("\n")
    .replace(CONTROLS, "")
    .replace(UNSEEN, "");
}

/**
 * Whether a line's later print covers its earlier one is not known without its width: what stands after the last return
 * is what a person reads, as in progress that counts up.
 */
function lastState(line: string): string {
  let end = line.length;
  while (line[end - 1] === "\r") end--;
  return line.slice(end === 0 ? 0 : line.lastIndexOf("\r", end - 1) + 1, end);
}

/** A backspace moves back and what follows is printed over: `^H ^H` rubs out, and `_^HX` is an underlined X. */
function backspaced(line: string): string {
  if (!line.includes("\b")) return line;
  const cells: string[] = [];
  let at = 0;
  for (const character of line) {
    if (character === "\b") at = Math.max(0, at - 1);
    else cells[at++] = character;
  }
  // What was rubbed out at the end is blank.
  return at < cells.length ? cells.join("").trimEnd() : cells.join("");
}

const MAX_ESCAPE = 500;

/** How many characters at the end make no whole escape or line end yet. */
export function heldAtEnd(text: string): number {
  if (text.endsWith("\r")) return 1;
  const start = text.lastIndexOf("\x1b");
  const length = text.length - start;
  return start < 0 || length > MAX_ESCAPE || WHOLE_ESCAPE.test(text.slice(start)) ? 0 : length;
}

/** How many bytes at the end make no whole character, escape or line end yet. */
export function heldBack(bytes: Buffer): number {
  const held = heldAtEnd(bytes.subarray(-MAX_ESCAPE).toString("latin1"));
  if (held > 0) return held;
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}
