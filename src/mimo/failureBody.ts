import * as z from "zod";

/**
 * The platform's error bodies. Fields are optional, codes are strings or numbers, and a body can arrive framed as an
 * event (`data: {…}`; field reports, October 2026). Gateways before it leave out the `error` around the fields or put
 * a mere string there.
 */
const Word = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((word) => (word === null || word === undefined || word === "" ? undefined : String(word)))
  .catch(undefined);
const Fields = z.object({ message: Word, code: Word, param: Word, type: Word });
const Body = z.union([
  z.object({ error: Fields }).transform(({ error }) => error),
  z
    .object({ error: z.string(), code: Word, param: Word, type: Word })
    .transform(({ error, ...fields }) => ({ ...fields, message: error })),
  Fields,
]);

export interface Failure {
  readonly message?: string | undefined;
  readonly code?: string | undefined;
  readonly param?: string | undefined;
  readonly type?: string | undefined;
}

/** Lines of a framed body that are tried. */
const MAX_LINES = 50;

/** Reads an error body; undefined when it is none. */
export function readFailure(text: string): Failure | undefined {
  const whole = text.trim().replace(/^\ufeff/, "");
  const framed = whole
    .split(/\r\n|\r|\n/, MAX_LINES)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5));
  for (const json of [whole, ...framed]) {
    const failure = failureIn(parsed(json));
    if (failure) return failure;
  }
  return undefined;
}

/** The same of JSON that is parsed already. */
export function failureIn(json: unknown): Failure | undefined {
  const body = Body.safeParse(json);
  if (!body.success) return undefined;
  const failure = body.data;
  return (failure.message ?? failure.code ?? failure.param ?? failure.type) ? failure : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
