import * as z from "zod";
import { RetryAfter } from "./retryAfter.ts";

/** The names that an account's kind goes by: keys begin with some of them. */
export const KINDS = { none: "none", payg: "payg", sk: "payg", plan: "plan", tp: "plan", ttp: "plan" } as const;

export type AccountKind = "none" | "payg" | "plan";
export type Cluster = "cn" | "sgp" | "ams";
export type Currency = "CNY" | "USD";

const Limits = z.strictObject({
  /** A sliding minute, for each model. Refused requests do not count. */
  requestsPerMinute: z.int().min(0).optional(),
  /** Prompts and answers, cached tokens included. */
  tokensPerMinute: z.int().min(0).optional(),
  /** Answers under way at one time, over all models. */
  concurrent: z.int().min(0).optional(),
  /** "auto": when there is room again, in whole seconds. */
  retryAfter: z.union([z.literal("auto"), RetryAfter]).optional(),
});

export const AccountSpec = z.strictObject({
  kind: z.enum(["none", "payg", "sk", "plan", "tp", "ttp"]).optional(),
  cluster: z.enum(["cn", "sgp", "ams"]).optional(),
  /** What may be spent; without it, no end. */
  credits: z.number().min(0).optional(),
  /** Only this key, or these, are valid; without them, every key of the right kind. */
  key: z.string().optional(),
  keys: z.array(z.string()).optional(),
  /** Money of a pay-as-you-go account; without it, no end. */
  balance: z.number().optional(),
  currency: z.enum(["CNY", "USD"]).default("CNY"),
  /** The plugin of the console. */
  webSearch: z.boolean().default(false),
  limits: Limits.optional(),
});

export type AccountSpec = z.output<typeof AccountSpec>;
export type LimitsSpec = z.output<typeof Limits>;
