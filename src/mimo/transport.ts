import { AgentError, StoppedError } from "../agent/errors.ts";
import { EventSplitter, type ServerEvent } from "./eventSplitter.ts";
import { networkError } from "./failures.ts";
import { type Patience, realTimers, type Timers, Watchdog } from "./watchdog.ts";

/** What a server that said no had to say. */
export interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  /** Capped; bytes that are no UTF-8 replaced. */
  readonly text: string;
}

export interface TransportOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly patience: Patience;
  readonly timers?: Timers | undefined;
  readonly refused: (refusal: Refusal) => AgentError;
  readonly signal: AbortSignal;
}

const SENT_HEADERS = ["authorization", "content-type", "accept"];
/** Bytes of a body that is read for its words only, and how long its sender has for them. */
const MAX_REFUSAL = 65_536;
const REFUSAL_MS = 5_000;
/** For the end of a body whose last event has come: with it the connection can be used again. */
const CLOSING_MS = 200;

/**
 * One request to the platform, watched from its sending to its last byte. Whatever ends it (the answer's end, an
 * error, a stall, the signal, a reader who goes away), its connection is closed or free for the next request.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #watchdog: Watchdog;
  readonly #connection = new AbortController();
  readonly #onAbort = (): void => this.close();
  #failure: AgentError | undefined;
  #ended = false;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#watchdog = new Watchdog(options.patience, options.timers ?? realTimers);
    options.signal.addEventListener("abort", this.#onAbort, { once: true });
    if (options.signal.aborted) this.close();
  }

  /** Why there is no answer, where that is known better here than from what `fetch` threw. */
  get failure(): AgentError | undefined {
    return this.#failure;
  }

  /** Ends the request, wherever it is. A connection whose body was read to its end stays for the next one. */
  close(): void {
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    if (!this.#ended) this.#connection.abort(new StoppedError());
  }

  /** The stream's end was announced: what may still come, comes at once. */
  hurry(ms: number): void {
    this.#watchdog.hurry(ms);
  }

  /**
   * `fetch` of a POST whose answer is an event stream; throws where it is none. Sends the headers named here and no
   * other: the `openai` package adds what it finds in OPENAI_CUSTOM_HEADERS and a description of the machine. A
   * redirect would carry the request to another origin, so none is followed.
   */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    try {
      const sent = this.#options.fetch(input, {
        ...sendOnce(init),
        redirect: "manual",
        signal: this.#connection.signal,
      });
      const response = await this.#watchdog.wait(sent);
      await this.#check(response);
      return response;
    } catch (error) {
      this.#failure = error instanceof AgentError ? error : networkError(error);
      this.close();
      throw this.#failure;
    }
  };

  /** The events of an answer, up to the end mark. One that the stream's end may have cut bears `cut`. */
  async *events(response: Response): AsyncGenerator<ServerEvent & { readonly cut: boolean }> {
    const reader = response.body?.getReader();
    if (!reader) return;
    // A body need not know of the signal.
    this.#connection.signal.addEventListener("abort", () => void reader.cancel().catch(() => {}), { once: true });
    const splitter = new EventSplitter();
    try {
      for (;;) {
        const { done, value } = await this.#watchdog.wait(reader.read());
        if (this.#connection.signal.aborted) return;
        if (done) break;
        const { events, sign } = splitter.push(value);
        if (sign) this.#watchdog.heard(sign);
        for (const event of events) {
          if (isEndMark(event)) {
            this.#ended = await this.#closes(reader);
            return;
          }
          yield { ...event, cut: false };
        }
      }
      this.#ended = true;
      const last = splitter.end();
      if (last && !isEndMark(last)) yield { ...last, cut: true };
      else if (splitter.stray) yield { name: "", data: splitter.stray, cut: true };
    } finally {
      this.close();
    }
  }

  async #closes(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<boolean> {
    this.#watchdog.hurry(CLOSING_MS);
    try {
      return (await this.#watchdog.wait(reader.read())).done;
    } catch {
      return false;
    }
  }

  async #check(response: Response): Promise<void> {
    const { status, headers } = response;
    // 0 is how some fetches show a redirect that is not followed.
    if (status === 0 || (status >= 300 && status < 400)) {
      throw new AgentError("not_a_stream", "The server answered with a redirect, which is not followed.", { status });
    }
    if (!response.ok) throw this.#options.refused({ status, headers, text: await this.#words(response) });
    const type = headers.get("content-type") ?? "";
    if (response.body && /^\s*text\/event-stream\s*(;|$)/i.test(type)) return;
    const instead = type.slice(0, 100) || "no content type";
    const said = /\bjson\b/i.test(type)
      ? `: ${this.#options.refused({ status, headers, text: await this.#words(response) }).message}`
      : ".";
    throw new AgentError("not_a_stream", `The server answered with ${instead} instead of a stream${said}`, { status });
  }

  /** What is there of a body within a moment: a server that says no may do so without end. */
  async #words(response: Response): Promise<string> {
    const patience = { idleMs: REFUSAL_MS, commentIdleMs: REFUSAL_MS };
    const watchdog = new Watchdog(patience, this.#options.timers ?? realTimers);
    return (await readCapped(response, { watchdog, max: MAX_REFUSAL })).text;
  }
}

/** A body's text up to `max` bytes, as far as it comes within the watchdog's patience in all. Then it is let go. */
export async function readCapped(
  response: Response,
  { watchdog, max }: { readonly watchdog: Watchdog; readonly max: number },
): Promise<{ readonly text: string; readonly bytes: number; readonly whole: boolean }> {
  const reader = response.body?.getReader();
  if (!reader) return { text: "", bytes: 0, whole: true };
  const decoder = new TextDecoder();
  let text = "";
  let left = max;
  let whole = false;
  try {
    while (left > 0) {
      const { done, value } = await watchdog.wait(reader.read());
      whole = done;
      if (done) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.length;
    }
  } catch {
    // What came says enough, or nothing: the caller sees that it is not whole.
  }
  void reader.cancel().catch(() => {});
  return { text: text + decoder.decode(), bytes: max - left, whole };
}

function isEndMark(event: ServerEvent): boolean {
  return event.data.trim() === "[DONE]";
}

/**
 * Node's fetch sends a request once more by itself when the answer is 421, which for the platform is its content
 * filter: the refused request would be paid and counted twice. It cannot when the body is a stream; the length is named
 * all the same, for proxies that want it. Without `credentials: "omit"` some versions of Node (undici 7.19 to 7.24)
 * turn a 401 to such a request into a network error.
 */
function sendOnce(init: RequestInit | undefined): RequestInit {
  const headers = sentHeaders(init?.headers);
  if (typeof init?.body !== "string") return { ...init, headers };
  const bytes = new TextEncoder().encode(init.body);
  headers.set("content-length", String(bytes.length));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  return { ...init, headers, body, duplex: "half", credentials: "omit" } as RequestInit;
}

/** Of what was given, those that the platform needs. */
export function sentHeaders(given: RequestInit["headers"]): Headers {
  const from = new Headers(given);
  const headers = new Headers({ "user-agent": "mimo-agent" });
  for (const name of SENT_HEADERS) {
    const value = from.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
