import { AgentError } from "../agent/errors.ts";

/** One server-sent event. */
export interface ServerEvent {
  /** "" when it bears none. */
  readonly name: string;
  readonly data: string;
}

/** An answer of the longest output there is, 131,072 tokens in an event each, stays below all of them. */
export interface SizeLimits {
  /** Bytes of one event. */
  readonly event: number;
  /** Bytes of all. */
  readonly answer: number;
  readonly events: number;
  readonly lines: number;
}

export const SIZE_LIMITS: SizeLimits = {
  event: 8 * 1_048_576,
  answer: 64 * 1_048_576,
  events: 400_000,
  lines: 4_000_000,
};

const LF = 10;
const CR = 13;
const COLON = 58;
/** Of lines that are no event stream at all, kept to say what came instead. */
const MAX_STRAY = 4_096;

/**
 * Cuts the bytes of an event stream into events, wherever the network cut them. Lines end in LF, CR or both. Only
 * whole lines are looked at and only lines that span pieces are copied, so that the cost is the bytes' number whatever
 * their partition. Throws AgentError "malformed" when the answer or a part of it grows over its limit.
 */
export class EventSplitter {
  readonly #limits: SizeLimits;
  /** A UTF-8 byte order mark in front is left out by it, as the format wants. */
  readonly #decoder = new TextDecoder();
  /** The begun line. */
  #held = new Uint8Array(256);
  #heldLength = 0;
  #afterCr = false;
  #name = "";
  #data: string[] = [];
  #eventBytes = 0;
  #answerBytes = 0;
  #events = 0;
  #lines = 0;
  #stray = "";

  constructor(limits: SizeLimits = SIZE_LIMITS) {
    this.#limits = limits;
  }

  /** What came that belongs to no event: the start of an error body under the wrong content type. */
  get stray(): string {
    return this.#stray;
  }

  /** The events that these bytes complete, and the liveliest sign of life among their whole lines. */
  push(bytes: Uint8Array): { readonly events: ServerEvent[]; readonly sign: "data" | "comment" | undefined } {
    this.#answerBytes += bytes.length;
    if (this.#answerBytes > this.#limits.answer) throw tooBig();
    const events: ServerEvent[] = [];
    let sign: "data" | "comment" | undefined;
    let from = this.#afterCr && bytes[0] === LF ? 1 : 0;
    if (bytes.length > 0) this.#afterCr = false;
    let lf = bytes.indexOf(LF, from);
    let cr = bytes.indexOf(CR, from);
    while (lf >= 0 || cr >= 0) {
      const end = lf < 0 ? cr : cr < 0 ? lf : Math.min(lf, cr);
      const kind = this.#line(this.#whole(bytes.subarray(from, end)), events);
      if (kind === "data" || (kind === "comment" && sign === undefined)) sign = kind;
      from = end + 1;
      if (end === cr) {
        if (bytes[from] === LF) from++;
        else this.#afterCr = from === bytes.length;
        cr = bytes.indexOf(CR, from);
      }
      if (lf >= 0 && lf < from) lf = bytes.indexOf(LF, from);
    }
    this.#hold(bytes.subarray(from));
    return { events, sign };
  }

  /**
   * What the stream's end leaves unfinished: an event whose empty line is missing, possibly half of one. Undefined when
   * there is none.
   */
  end(): ServerEvent | undefined {
    const events: ServerEvent[] = [];
    if (this.#heldLength > 0) this.#line(this.#whole(new Uint8Array(0)), events);
    this.#dispatch(events);
    return events[0];
  }

  #hold(rest: Uint8Array): void {
    const length = this.#heldLength + rest.length;
    if (length + this.#eventBytes > this.#limits.event) throw tooBig();
    if (length > this.#held.length) {
      const wider = new Uint8Array(Math.max(length, this.#held.length * 2));
      wider.set(this.#held.subarray(0, this.#heldLength));
      this.#held = wider;
    }
    this.#held.set(rest, this.#heldLength);
    this.#heldLength = length;
  }

  #whole(tail: Uint8Array): Uint8Array {
    if (this.#heldLength === 0) return tail;
    this.#hold(tail);
    const line = this.#held.subarray(0, this.#heldLength);
    this.#heldLength = 0;
    return line;
  }

  #line(line: Uint8Array, events: ServerEvent[]): "data" | "comment" | undefined {
    if (++this.#lines > this.#limits.lines) throw tooBig();
    if (line.length === 0) {
      this.#dispatch(events);
      return undefined;
    }
    this.#eventBytes += line.length;
    if (this.#eventBytes > this.#limits.event) throw tooBig();
    if (line[0] === COLON) {
      // Comments stand between events: however many come, they make no event bigger.
      this.#eventBytes -= line.length;
      return "comment";
    }
    const text = this.#decoder.decode(line);
    const colon = text.indexOf(":");
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(text[colon + 1] === " " ? colon + 2 : colon + 1);
    switch (field) {
      case "data":
        // An empty one is some gateways' way of saying that they still live.
        if (value.trim() === "") return "comment";
        this.#data.push(value);
        return "data";
      case "event":
        this.#name = value;
        return undefined;
      case "id":
      case "retry":
      case "":
        return undefined;
      default:
        if (this.#stray.length < MAX_STRAY) this.#stray += `${text.slice(0, MAX_STRAY)}\n`;
        return undefined;
    }
  }

  #dispatch(events: ServerEvent[]): void {
    if (this.#data.length > 0) {
      if (++this.#events > this.#limits.events) throw tooBig();
      events.push({ name: this.#name, data: this.#data.join("\n") });
    }
    this.#name = "";
    this.#data = [];
    this.#eventBytes = 0;
  }
}

function tooBig(): AgentError {
  return new AgentError("malformed", "The answer is larger than any answer can be.");
}
