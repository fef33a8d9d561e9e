import type { IncomingHttpHeaders } from "node:http";
import type { Account, AccountState } from "./account.ts";
import type { ConsoleSpec, ConsoleState } from "./consoleSpec.ts";
import { jsonReply, type Reply, textReply } from "./reply.ts";

/** Credits a month of each tier, and a year. */
const TIERS: Readonly<Record<string, { readonly name: string; readonly month: number; readonly year: number }>> = {
  lite: { name: "Lite", month: 4_100_000_000, year: 49_200_000_000 },
  standard: { name: "Standard", month: 11_000_000_000, year: 132_000_000_000 },
  pro: { name: "Pro", month: 38_000_000_000, year: 456_000_000_000 },
  max: { name: "Max", month: 82_000_000_000, year: 984_000_000_000 },
};

const LOGIN = "https://account.xiaomi.com/pass/serviceLogin?sid=api-platform";
const BASE = "/api/v1/";
const TOKEN = "api-platform_serviceToken";

type Page = "usage" | "detail" | "balance";

/** The console's private pages: what a browser's session can see of the account. No key opens them. */
export class QuotaPages {
  readonly #spec: ConsoleSpec | undefined;
  readonly #account: Account;
  readonly #started: Date;
  #served = 0;

  constructor(spec: ConsoleSpec | undefined, account: Account, started: Date) {
    this.#spec = spec;
    this.#account = account;
    this.#started = started;
  }

  /** undefined for paths that are not of the console. */
  answer(method: string, path: string, headers: IncomingHttpHeaders): Reply | undefined {
    if (!path.startsWith(BASE)) return undefined;
    const page = pageOf(path.slice(BASE.length));
    if (!page) return jsonReply(404, { code: 404, message: "Not Found" });
    if (method !== "GET") return jsonReply(405, { code: 405, message: "Method Not Allowed" });
    const spec = this.#spec;
    if (!spec || !hasSession(spec, headers.cookie)) return expired();
    // The console would not mind; but a key must come nowhere but to the API.
    if (headers.authorization !== undefined || headers["api-key"] !== undefined) {
      return jsonReply(400, { code: 400, message: "An API key has no business here" });
    }
    if (spec.expiresAfter !== undefined && this.#served >= spec.expiresAfter) return expired();
    this.#served++;
    return this.#page(page, spec);
  }

  #page(page: Page, spec: ConsoleSpec): Reply {
    const state = this.#stateOf(page, spec);
    switch (state) {
      case "ok":
      case "unsubscribed":
        return jsonReply(200, { code: 0, message: "", data: this.#data(page, spec, state) });
      case "expired":
        return expired();
      case "forbidden":
        return jsonReply(403, { code: 403, message: "Forbidden" });
      case "not_json":
        return textReply(200, "text/html; charset=utf-8", "<!doctype html><title>Sign in</title><p>Sign in</p>");
      case "error":
        return jsonReply(200, { code: 500, message: "The system is busy", data: null });
    }
  }

  #stateOf(page: Page, spec: ConsoleSpec): ConsoleState {
    const said = typeof spec.state === "object" ? spec.state[page] : spec.state;
    return said ?? (this.#account.state().kind === "payg" && spec.plan === undefined ? "unsubscribed" : "ok");
  }

  #data(page: Page, spec: ConsoleSpec, state: "ok" | "unsubscribed"): unknown {
    const account = this.#account.state();
    switch (page) {
      case "usage":
        return state === "ok" ? usage(spec, account) : { monthUsage: { percent: 0, items: null }, usage: null };
      case "detail":
        return state === "ok" ? detail(spec, this.#started) : null;
      case "balance":
        return balance(spec, account);
    }
  }
}

function pageOf(path: string): Page | undefined {
  switch (path) {
    case "tokenPlan/usage":
      return "usage";
    case "tokenPlan/detail":
      return "detail";
    case "balance":
      return "balance";
    default:
      return undefined;
  }
}

function usage(spec: ConsoleSpec, account: AccountState): unknown {
  const { tier, year } = planOf(spec);
  const used = Math.round(account.spent + spec.usedElsewhere);
  const limit = spec.limit ?? account.credits ?? (year ? tier.year : tier.month);
  const { used: alsoUsed, limit: alsoLimit } = spec.compensation ?? { used: 0, limit: 0 };
  const share = rounded(used, limit, 100);
  return {
    monthUsage: {
      percent: rounded(used, limit, 1000),
      items: [{ name: "month_total_token", used, limit, percent: rounded(used, limit, 1000) }],
    },
    usage: {
      percent: share,
      items: [
        { name: "plan_total_token", used, limit, percent: share },
        {
          name: "compensation_total_token",
          used: alsoUsed,
          limit: alsoLimit,
          percent: rounded(alsoUsed, alsoLimit, 100),
        },
      ],
    },
  };
}

function detail(spec: ConsoleSpec, started: Date): unknown {
  const { code, tier, year } = planOf(spec);
  return {
    planCode: year ? `${code}:year` : code,
    planName: tier.name,
    currentPeriodEnd: spec.periodEnd ?? endOfPeriod(started, year ? 12 : 1),
    expired: spec.expired,
    enableAutoRenew: spec.autoRenew,
  };
}

function balance(spec: ConsoleSpec, account: AccountState): unknown {
  const left = spec.balance ?? ((account.balance ?? 0) - account.cost).toFixed(2);
  return {
    balance: left,
    currency: account.currency,
    giftBalance: spec.giftBalance ?? "0.00",
    cashBalance: spec.cashBalance ?? left,
    frozenBalance: spec.frozenBalance ?? "0.00",
    overdraftLimit: spec.overdraftLimit ?? "0.00",
  };
}

function planOf(spec: ConsoleSpec) {
  const [code = "lite", suffix] = (spec.plan ?? "lite").split(":");
  const tier = TIERS[code];
  if (!tier) throw new Error(`There is no plan ${code}.`);
  return { code, tier, year: spec.annual || suffix === "year" };
}

/** 0 to 1, as coarse as the console writes it. */
function rounded(used: number, limit: number, steps: number): number {
  return limit === 0 ? 0 : Math.round((used / limit) * steps) / steps;
}

/** The last second, UTC, of the day so many months ahead, or of that month's last day. */
function endOfPeriod(from: Date, months: number): string {
  const month = from.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(from.getUTCDate(), lastDay);
  return `${new Date(Date.UTC(from.getUTCFullYear(), month, day)).toISOString().slice(0, 10)} 23:59:59`;
}

function expired(): Reply {
  return jsonReply(401, { code: 401, loginUrl: LOGIN });
}

/** Both cookies are needed, whatever their order. */
function hasSession(spec: ConsoleSpec, header: string | undefined): boolean {
  const sent = cookies(header);
  const token = sent.get(TOKEN);
  const user = sent.get("userId");
  if (!token || !user) return false;
  const wanted = wantedSession(spec);
  return (wanted.token === undefined || wanted.token === token) && (wanted.user === undefined || wanted.user === user);
}

function wantedSession(spec: ConsoleSpec): { readonly token: string | undefined; readonly user: string | undefined } {
  if (!spec.cookie?.includes(`${TOKEN}=`)) return { token: spec.cookie, user: spec.userId };
  const whole = cookies(spec.cookie);
  return { token: whole.get(TOKEN), user: spec.userId ?? whole.get("userId") };
}

function cookies(header: string | undefined): ReadonlyMap<string, string> {
  const pairs = (header ?? "").split(";").flatMap((pair): [string, string][] => {
    const at = pair.indexOf("=");
    if (at < 0) return [];
    return [
      [
        pair.slice(0, at).trim(),
        pair
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, "$1"),
      ],
    ];
  });
  return new Map(pairs);
}
