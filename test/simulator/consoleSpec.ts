import * as z from "zod";

/**
 * `console` of the script. `state` is what the pages answer, one for all or one for each: ok, unsubscribed, expired
 * (401 with a loginUrl), forbidden (403), not_json (a login page on 200), error (a code other than 0 on 200).
 */
const State = z.enum(["ok", "unsubscribed", "expired", "forbidden", "not_json", "error"]);
const Pool = z.strictObject({ used: z.number().min(0).default(0), limit: z.number().min(0) });

export const ConsoleSpec = z.strictObject({
  /** The value of api-platform_serviceToken that is let in, or a whole Cookie header; without it, any. */
  cookie: z.string().optional(),
  userId: z.union([z.string(), z.int()]).transform(String).optional(),
  state: z
    .union([
      State,
      z.strictObject({ usage: State.optional(), detail: State.optional(), balance: State.optional() }).readonly(),
    ])
    .optional(),
  /** Pages served before the session ends. */
  expiresAfter: z.int().min(0).optional(),
  plan: z
    .string()
    .regex(/^(lite|standard|pro|max)(:year)?$/, "a plan is lite, standard, pro or max, and may end in :year")
    .optional(),
  annual: z.boolean().default(false),
  /** `YYYY-MM-DD HH:MM:SS`, UTC; without it, a calendar month after the start. */
  periodEnd: z.string().optional(),
  expired: z.boolean().default(false),
  autoRenew: z.boolean().default(false),
  /** Credits of the plan; without it, the account's, or the tier's. */
  limit: z.number().min(0).optional(),
  /** Spent by the user's other tools. */
  usedElsewhere: z.number().min(0).default(0),
  compensation: Pool.optional(),
  /** Money as the page writes it; without it, the account's. */
  balance: z.string().optional(),
  giftBalance: z.string().optional(),
  cashBalance: z.string().optional(),
  frozenBalance: z.string().optional(),
  overdraftLimit: z.string().optional(),
});

export type ConsoleSpec = z.output<typeof ConsoleSpec>;
export type ConsoleState = z.output<typeof State>;
