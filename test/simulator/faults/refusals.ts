import * as z from "zod";
import { contextWindow } from "../models.ts";
import {
  badRequest,
  insufficientBalance,
  invalidKey,
  noImages,
  quotaExhausted,
  REASONING_MISSING,
  Refusal,
  TEXT_NOT_SET,
  tooLong,
  tooManyRequests,
  unknownModel,
  WEB_SEARCH_OFF,
} from "../refusal.ts";
import { errorReply } from "../reply.ts";
import { refusalFields, refusalHeaders, standardBody } from "./bodies.ts";
import { type Asked, type Fault, fields } from "./fault.ts";

/** Refusals by their meaning: the platform's status and body for each. */

const RefusalSpec = fields({
  ...refusalFields,
  /** In place of the platform's own. */
  message: z.string().optional(),
  param: z.string().optional(),
  /** HTTP status when another arrives than the body's code. */
  as: z.int().min(400).max(599).optional(),
});
type RefusalSpec = z.output<typeof RefusalSpec>;

function refusing(kind: string, about: string, refusal: (asked: Asked) => Refusal): Fault<RefusalSpec> {
  return {
    kind,
    about,
    spec: RefusalSpec,
    answered: false,
    reply: (_reply, spec, asked) => {
      const { status, body } = refusal(asked);
      const error = {
        code: body.error.code,
        message: spec.message ?? body.error.message,
        ...(spec.param === undefined ? {} : { param: spec.param }),
        ...(spec.param === undefined && body.error.param !== undefined ? { param: body.error.param } : {}),
        type: body.error.type,
      };
      const headers = refusalHeaders(spec, asked.now);
      return errorReply(spec.as ?? status, { error }, { framed: spec.framed, headers });
    },
  };
}

function standard(code: number): Refusal {
  return new Refusal(code, standardBody(code).error);
}

const RISK = {
  code: "risk_control",
  message: "The request was refused by risk control",
  type: "risk_control",
} as const;

export const refusals: readonly Fault<RefusalSpec>[] = [
  refusing("rate", '429, too often; with `retryAfter` seconds, "date", {date: seconds}, or junk; none by default', () =>
    tooManyRequests({}),
  ),
  refusing("overload", "503; `retryAfter` likewise", () => standard(503)),
  refusing("quota", "429, the plan's credits are used up", quotaExhausted),
  refusing("balance", "402, no money: final", insufficientBalance),
  refusing("burst", "402 of a plan host under load: the same body, gone on the next request or after `times`", () =>
    insufficientBalance(),
  ),
  refusing("unauthorized", "401", invalidKey),
  refusing("forbidden", "403, the region", () => standard(403)),
  refusing("risk", "403 of risk control", () => new Refusal(403, RISK)),
  refusing("risk_control", "441", () => new Refusal(441, RISK)),
  refusing("not_found", "404", () => standard(404)),
  refusing("images", "404, the model takes no images", ({ model }) => noImages(model)),
  refusing("filter", "421, the content filter; `as`: 400 for that status with the code 421 in the body", () =>
    standard(421),
  ),
  refusing("server", "500", () => standard(500)),
  refusing("bad_request", "400; `param` says what is wrong", () => badRequest("The request is not understood")),
  refusing("reasoning_missing", "400, reasoning_content must be passed back", () => badRequest(REASONING_MISSING)),
  refusing("text_missing", "400, `text` is not set", () => badRequest(TEXT_NOT_SET)),
  refusing("web_search_off", "400, the search plugin is off", () => badRequest(WEB_SEARCH_OFF)),
  refusing("too_long", "400, over the context window", ({ model }) => tooLong(contextWindow(model))),
  refusing("model_gone", "400, the model is not served", ({ model }) => unknownModel(model)),
];
