import type { ServerResponse } from "node:http";
import { type Running, startPlain } from "./servers.ts";

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A plain server on loopback that keeps what it is sent. */
export interface Recorder extends Running {
  readonly url: string;
  readonly requests: readonly Recorded[];
  /** Requests in which the text stands anywhere. */
  holding(text: string): readonly Recorded[];
}

export type Answering = (response: ServerResponse, request: Recorded) => void;

export async function startRecorder(answer: Answering): Promise<Recorder> {
  const requests: Recorded[] = [];
  const running = await startPlain((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const recorded = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
      requests.push(recorded);
      answer(response, recorded);
    });
  });
  return {
    ...running,
    url: `http://127.0.0.1:${running.port}/v1`,
    requests,
    holding: (text) => requests.filter((request) => JSON.stringify(request).includes(text)),
  };
}

/** A short answer of the model, as a stream. */
export function answerStream(response: ServerResponse, text = "ok"): void {
  const chunk = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(chunk({ choices: [{ index: 0, delta: { role: "assistant", content: text } }] }));
  response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
  response.write(chunk({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 2 } }));
  response.end("data: [DONE]\n\n");
}
