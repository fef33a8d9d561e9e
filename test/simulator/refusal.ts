/** An answer that is no answer: the platform's status and error body. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, error: ErrorBody["error"], headers: Readonly<Record<string, string>> = {}) {
    super(error.param ?? error.message);
    this.status = status;
    this.body = { error };
    this.headers = headers;
  }
}

/** Fields in the order in which the platform writes them. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly param?: string;
    readonly type: string;
  };
}

/** What the platform answers since May 2026; clients know these by their text. */
export const REASONING_MISSING = "The reasoning_content in the thinking mode must be passed back to the API.";
export const WEB_SEARCH_OFF = "web search tool found in the request body, but webSearchEnabled is false";
export const TEXT_NOT_SET = "`text` is not set";

/** The platform's one form for everything that is wrong with a request; `param` says what. */
export function badRequest(param: string): Refusal {
  return new Refusal(400, { code: "400", message: "Param Incorrect", param, type: "" });
}

export function tooLong(window: number): Refusal {
  return badRequest(`The maximum context length is ${window} tokens`);
}

export function unknownModel(id: string): Refusal {
  return badRequest(`Not supported model ${id}`);
}

export function invalidKey(): Refusal {
  return new Refusal(401, {
    code: "401",
    message: "Invalid API Key",
    param: "Please provide valid API Key",
    type: "invalid_key",
  });
}

export function insufficientBalance(): Refusal {
  return new Refusal(402, {
    code: "402",
    message: "Insufficient account balance",
    param: "Please recharge your account",
    type: "insufficient_balance",
  });
}

/** Also what an endpoint answers to images that the model does not take. */
export function notFound(param: string): Refusal {
  return new Refusal(404, { code: "404", message: "Not Found", param, type: "" });
}

export function noImages(model: string): Refusal {
  return notFound(`No endpoints found that support image input: ${model}`);
}

export function tooLarge(bytes: number): Refusal {
  return new Refusal(413, {
    code: "413",
    message: "Request Entity Too Large",
    param: `The body is larger than ${bytes} bytes`,
    type: "",
  });
}

export function tooManyRequests(headers: Readonly<Record<string, string>>): Refusal {
  return new Refusal(429, { code: "429", message: "Too many requests", type: "limitation" }, headers);
}

export function quotaExhausted(): Refusal {
  return new Refusal(429, {
    code: "429",
    message: "Too many requests",
    param: "The quota of Token Plan has been exhausted",
    type: "limitation",
  });
}
