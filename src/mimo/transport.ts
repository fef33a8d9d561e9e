/** `fetch` for one request to the platform. */
export interface Transport {
  readonly fetch: typeof globalThis.fetch;
  /** The answer's body was read to its end. */
  ended(): boolean;
}

const SENT_HEADERS = ["authorization", "content-type", "accept"];

/**
 * Sends the headers named here and no other: the `openai` package adds what it finds in OPENAI_CUSTOM_HEADERS and a
 * description of the machine. A redirect would carry the request to another origin, so none is followed.
 */
export function createTransport(fetch: typeof globalThis.fetch): Transport {
  let ended = false;
  return {
    ended: () => ended,
    fetch: async (input, init) => {
      const response = await fetch(input, { ...init, headers: sentHeaders(init?.headers), redirect: "manual" });
      if (!response.body || !response.ok) return response;
      const body = watched(response.body, () => {
        ended = true;
      });
      return new Response(body, { status: response.status, headers: response.headers });
    },
  };
}

function sentHeaders(given: RequestInit["headers"]): Headers {
  const from = new Headers(given);
  const headers = new Headers({ "user-agent": "mimo-agent" });
  for (const name of SENT_HEADERS) {
    const value = from.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}

/** The same bytes, read only as they are asked for, so that the end is known when it is reached and not before. */
function watched(body: ReadableStream<Uint8Array>, onEnd: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          onEnd();
          controller.close();
        } else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
