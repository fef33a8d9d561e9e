/** An answer that is no answer: the platform's status and error body. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, error: ErrorBody["error"]) {
    super(error.param ?? error.message);
    this.status = status;
    this.body = { error };
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

/** The platform's one form for everything that is wrong with a request; `param` says what. */
export function badRequest(param: string): Refusal {
  return new Refusal(400, { code: "400", message: "Param Incorrect", param, type: "" });
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

export function quotaExhausted(): Refusal {
  return new Refusal(429, {
    code: "429",
    message: "Too many requests",
    param: "The quota of Token Plan has been exhausted",
    type: "limitation",
  });
}
