import { createOutputCleaner } from "./outputCleaner.ts";
import { createUtf16Reader, decodeOutput } from "./outputDecoding.ts";
import type { OutputFile, OutputFiles } from "./outputFiles.ts";
import { heldBack, plainText } from "./outputText.ts";

export { plainText } from "./outputText.ts";

const HEAD_BYTES = 10_000;
const TAIL_BYTES = 20_000;

/** What a command printed, for the model: the head and the tail of it, as plain text, in bounded memory. */
export interface OutputBuffer {
  push(chunk: Buffer): void;
  /** Nothing was printed since the last take. */
  readonly empty: boolean;
  /**
   * What was printed since the last take, capped; what was left out is said in the middle. Of what is still being
   * printed ("more follows"), a character or escape that is not whole yet stays.
   */
  take(rest: "more follows" | "last"): string;
  /** Where all of it can be read, once it was more than one take gives. */
  readonly whole: string | undefined;
}

export interface OutputOptions {
  /** Where the whole of it goes once it is more than the model is given at once. */
  readonly files?: OutputFiles | undefined;
  /** What programs here print when it is not UTF-8; as `localEncoding` says. */
  readonly encoding?: string | undefined;
}

export function createOutputBuffer({ files, encoding }: OutputOptions = {}): OutputBuffer {
  const spool = files && createSpool(files);
  let bytes = 0;
  let part = createPart();
  let whole: string | undefined;
  const cleaner = createOutputCleaner((text) => {
    part.push(text);
    spool?.push(text);
  }, encoding);
  return {
    push(chunk) {
      bytes += chunk.length;
      cleaner.push(chunk);
    },
    get empty() {
      return bytes === 0;
    },
    take(rest) {
      cleaner.flush(rest);
      const isCut = part.isCut;
      if (isCut) whole = spool?.address ?? whole;
      const text = part.text(isCut ? spool?.address : undefined);
      if (rest === "last") spool?.close();
      part = createPart();
      bytes = 0;
      return text;
    },
    get whole() {
      return whole;
    },
  };
}

interface Spool {
  push(text: string): void;
  /** undefined while it all fits, and when the disk refused it. */
  readonly address: string | undefined;
  close(): void;
}

function createSpool(files: OutputFiles): Spool {
  let begin: string[] = [];
  let bytes = 0;
  let file: OutputFile | undefined;
  let state: "small" | "open" | "refused" = "small";
  return {
    push(text) {
      if (state === "refused") return;
      if (state === "small") {
        begin.push(text);
        bytes += Buffer.byteLength(text);
        if (bytes <= HEAD_BYTES + TAIL_BYTES) return;
        file = files.create();
        state = file?.write(begin.join("")) ? "open" : "refused";
        begin = [];
      } else if (!file?.write(text)) state = "refused";
    },
    get address() {
      return state === "open" ? file?.address : undefined;
    },
    close: () => file?.close(),
  };
}

interface Part {
  push(text: string): void;
  readonly isCut: boolean;
  text(whole: string | undefined): string;
}

function createPart(): Part {
  let begin: string[] = [];
  let head: Buffer | undefined;
  let tail: Buffer[] = [];
  let tailBytes = 0;
  let bytes = 0;
  let lines = 0;
  const toTail = (piece: Buffer) => {
    tail.push(piece.length > TAIL_BYTES ? piece.subarray(piece.length - TAIL_BYTES) : piece);
    tailBytes += tail.at(-1)?.length ?? 0;
    if (tailBytes <= TAIL_BYTES * 8) return;
    const all = Buffer.concat(tail);
    // A copy: a view would keep all of it in memory.
    tail = [Buffer.from(all.subarray(all.length - TAIL_BYTES))];
    tailBytes = TAIL_BYTES;
  };
  return {
    push(text) {
      bytes += Buffer.byteLength(text);
      lines += countLines(text);
      if (head) return toTail(Buffer.from(text));
      begin.push(text);
      if (bytes <= HEAD_BYTES + TAIL_BYTES) return;
      const all = Buffer.from(begin.join(""));
      begin = [];
      head = Buffer.from(all.subarray(0, HEAD_BYTES));
      toTail(all.subarray(HEAD_BYTES));
    },
    get isCut() {
      return head !== undefined;
    },
    text(whole) {
      if (!head) return begin.join("");
      const first = headLines(head);
      const last = tailLines(Buffer.concat(tail));
      const left = {
        bytes: bytes - Buffer.byteLength(first) - Buffer.byteLength(last),
        lines: lines - countLines(first) - countLines(last),
      };
      return `${first}${first.endsWith("\n") ? "" : "\n"}${cutNote(left, whole)}\n${last}`;
    },
  };
}

function cutNote({ bytes, lines }: { bytes: number; lines: number }, whole: string | undefined): string {
  const left = lines > 0 ? `${lines} lines (${bytes} bytes) left out` : `${bytes} bytes left out`;
  const how = whole
    ? `the whole is in ${whole}, which read_file opens`
    : "run it again with its output in a file or filtered to see them";
  return `[… ${left}; ${how} …]`;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** Whole lines where a line end is near. */
function headLines(bytes: Buffer): string {
  const cut = wholeCharacters(bytes.subarray(0, HEAD_BYTES).toString("utf8"));
  const end = cut.lastIndexOf("\n") + 1;
  return end > cut.length / 2 ? cut.slice(0, end) : cut;
}

function tailLines(bytes: Buffer): string {
  const cut = wholeCharacters(bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES)).toString("utf8"));
  const start = cut.indexOf("\n") + 1;
  return start < cut.length / 2 ? cut.slice(start) : cut;
}

/** Drops what cutting between bytes made of the characters at the edges. */
function wholeCharacters(text: string): string {
  return text.replace(/^\uFFFD{1,3}|\uFFFD{1,3}$/g, "");
}

/** Output as it comes, for people: at most one piece each FLUSH_MS, bounded in size each time and in all. */
export interface LiveOutput {
  push(chunk: Buffer): void;
  end(): void;
}

const FLUSH_MS = 50;
const FLUSH_CHARACTERS = 16_000;
const LIVE_CHARACTERS = 1_000_000;
/** Stands at the end of live output from which on nothing more is sent. */
export const LIVE_CUT = "\n[…]\n";

/** `most` is what a face is given in all, in characters. */
export function createLiveOutput(
  emit: (text: string) => void,
  { most = LIVE_CHARACTERS, encoding }: { readonly most?: number; readonly encoding?: string | undefined } = {},
): LiveOutput {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let shown = 0;
  const utf8 = createUtf16Reader();
  let timer: NodeJS.Timeout | undefined;
  const flush = (rest: "more follows" | "last") => {
    timer = undefined;
    const all = Buffer.concat(pending);
    // A character, an escape or a line end that is not whole yet waits for its rest.
    const held = rest === "last" ? 0 : heldBack(all);
    pending = held > 0 ? [Buffer.from(all.subarray(all.length - held))] : [];
    pendingBytes = held;
    const text = plainText(decodeOutput(all.subarray(0, all.length - held), encoding));
    if (text === "" || shown > most) return;
    shown += text.length;
    emit(text.length > FLUSH_CHARACTERS ? `[…]\n${text.slice(-FLUSH_CHARACTERS)}` : text);
    if (shown > most) emit(LIVE_CUT);
  };
  return {
    push(raw) {
      const chunk = utf8(raw);
      pending.push(chunk);
      pendingBytes += chunk.length;
      if (pendingBytes > FLUSH_CHARACTERS * 8) {
        const all = Buffer.concat(pending);
        pending = [Buffer.from(all.subarray(all.length - FLUSH_CHARACTERS * 4))];
        pendingBytes = FLUSH_CHARACTERS * 4;
      }
      timer ??= setTimeout(() => flush("more follows"), FLUSH_MS);
    },
    end() {
      clearTimeout(timer);
      flush("last");
    },
  };
}
