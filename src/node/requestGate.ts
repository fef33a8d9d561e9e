import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { StoppedError } from "../agent/errors.ts";
import type { RequestGate } from "../agent/ports.ts";
import { openRequestSlots, type RequestSlots } from "./requestSlots.ts";

/** Whom requests go to: a part of an endpoint. */
export interface GatedServer {
  /** With port. */
  readonly host: string;
  readonly loopback: boolean;
}

export interface RequestGateOptions {
  /**
   * The platform when it is left out. Servers on this machine set no such limit: they are asked freely until a request
   * to one has failed, that is, until some process wants to know when to try again.
   */
  readonly server?: GatedServer | undefined;
  /** Where the processes of this user meet; `~/.mimo/run`. No folder that is worked in and no environment names it. */
  readonly folder?: string;
  /** Requests that any `windowMs` may hold. The platform's page: 100 a minute. */
  readonly limit?: number;
  readonly windowMs?: number;
  /** Added to the window: requests take different times to arrive, and the platform counts them there. */
  readonly marginMs?: number;
  /** Milliseconds that only ever grow, the same for all processes of this machine. */
  readonly now?: () => number;
}

/** For how long a server on this machine is taken to be one with a limit, in milliseconds. */
const LIMITED_MS = 10 * 60_000;
const MAX_SLEEP_MS = 5_000;
/** Waiting processes do not wake at the same instant. */
const JITTER_MS = 25;
/** Multiples of the golden ratio: any five in a row leave no gap of the circle larger than 0.24. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

const gates = new Map<string, RequestGate>();

/** The one gate of all requests to the platform, or to this server, that this user's processes send. */
export function createRequestGate(options: RequestGateOptions = {}): RequestGate {
  const { limit = 100, windowMs = 60_000, marginMs = windowMs / 30, now = monotonicMs } = options;
  const local = options.server?.loopback ? options.server.host : undefined;
  const name = `${local === undefined ? "requests" : "server"}-${limit}-${hostname()}${local ? `-${local}` : ""}`;
  const parent = options.folder ?? join(homedir(), ".mimo", "run");
  const folder = join(parent, name.replace(/[^\w.-]/g, "_"));
  const known = gates.get(folder);
  if (known) return known;
  const slots = openRequestSlots({ folder, limit, windowMs: windowMs + marginMs, now });
  const gate = new Gate({ slots, limit, windowMs: windowMs + marginMs, now, local: local !== undefined });
  gates.set(folder, gate);
  return gate;
}

/** The gate of whatever server the next request goes to; the platform's where that cannot be told. */
export function gateTo(server: () => Promise<GatedServer | undefined>): RequestGate {
  const gate = async () => createRequestGate({ server: await server().catch(() => undefined) });
  return {
    enter: async (options) => (await gate()).enter(options),
    spread: async () => (await gate()).spread(),
  };
}

/**
 * Since the machine was started: setting its clock changes nothing, and all processes read the same. After a new start
 * it begins again, which the slots notice.
 */
function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

interface GateParts {
  readonly slots: RequestSlots;
  readonly limit: number;
  readonly windowMs: number;
  readonly now: () => number;
  /** A server on this machine. */
  readonly local: boolean;
}

/** Lets the requests of this process through in the order they came. */
class Gate implements RequestGate {
  readonly #parts: GateParts;
  readonly #queue: (() => void)[] = [];
  /** When this process sent requests, as far as that counts; the limit where there is no folder to share it in. */
  readonly #sent: number[] = [];
  /** Those of them that the slots do not know of. */
  readonly #untold: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #limitedUntil = 0;
  #spread = Math.floor(Math.random() * 1_000_000);

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  async enter({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (signal.aborted) throw new StoppedError();
    if (this.#queue.length === 0 && this.#admit() === 0) return;
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      const stop = () => {
        this.#queue.splice(this.#queue.indexOf(go), 1);
        if (this.#queue.length === 0) clearTimeout(this.#timer);
        if (this.#queue.length === 0) this.#timer = undefined;
        reject(new StoppedError());
      };
      signal.addEventListener("abort", stop, { once: true });
      this.#queue.push(go);
      if (this.#timer === undefined) this.#pump();
    });
  }

  async spread(): Promise<number> {
    return (this.#count() * GOLDEN) % 1;
  }

  #count(): number {
    this.#limitedUntil = this.#parts.now() + LIMITED_MS;
    try {
      const count = this.#parts.slots.count();
      this.#tell();
      return count;
    } catch {
      return this.#spread++;
    }
  }

  #pump(): void {
    this.#timer = undefined;
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      const wait = this.#admit();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#pump(), Math.min(wait, MAX_SLEEP_MS) + Math.random() * JITTER_MS);
        return;
      }
      this.#queue.shift();
      next();
    }
  }

  /** 0: one more request is sent now. Else the milliseconds to wait. */
  #admit(): number {
    const { slots, limit, windowMs, now } = this.#parts;
    const time = now();
    for (const stamps of [this.#sent, this.#untold]) {
      while (stamps.length > 0 && (stamps.length > limit || (stamps[0] ?? 0) + windowMs <= time)) stamps.shift();
    }
    if (this.#parts.local && time >= this.#limitedUntil && !slots.usedWithin(LIMITED_MS)) return this.#send(time);
    try {
      this.#tell();
      const wait = slots.take();
      if (wait === 0) this.#sent.push(time);
      return wait;
    } catch {
      // No folder to share: at least this process keeps to the limit.
      return this.#sent.length < limit ? this.#send(time) : Math.max(1, (this.#sent[0] ?? 0) + windowMs - time);
    }
  }

  #send(time: number): 0 {
    this.#sent.push(time);
    this.#untold.push(time);
    return 0;
  }

  /** Requests from before the slots were there count too. Throws when the folder cannot be used. */
  #tell(): void {
    while (this.#untold.length > 0 && this.#parts.slots.take(this.#untold[0]) === 0) this.#untold.shift();
  }
}
