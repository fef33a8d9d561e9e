import type { Action, ApprovalMode, Policy, Verdict } from "../agent/ports.ts";
import { isProtected, isSecret } from "./paths.ts";
import { REASONS, type Reason } from "./reasons.ts";

export interface PolicyOptions {
  readonly mode: () => ApprovalMode;
  readonly trusted: () => boolean;
}

/**
 * One decision for every call by every route. What is not understood asks. What the user allowed for the chat is kept
 * in memory only: edits inside the workspace as a whole, commands by their exact bytes and folder, reads by path.
 */
export function createPolicy(options: PolicyOptions): Policy {
  const granted = new Set<string>();
  return {
    judge: (action) => {
      const verdict = judge(action, { mode: options.mode(), trusted: options.trusted() });
      return verdict.verdict === "ask" && granted.has(grantKey(action)) ? allow(REASONS.granted) : verdict;
    },
    grant: (action) => {
      granted.add(grantKey(action));
    },
  };
}

function judge(action: Action, { mode, trusted }: { mode: ApprovalMode; trusted: boolean }): Verdict {
  if (!trusted && action.kind !== "read") return deny(REASONS.untrusted);
  if (mode === "all") return allow(REASONS.all);
  if (mode === "plan" && action.kind !== "read") return deny(REASONS.planMode);
  switch (action.kind) {
    case "read":
      return judgeRead(action);
    case "write":
      return judgeWrite(action, mode);
    case "command":
      return ask(REASONS.commandAsk);
  }
}

function judgeRead({ place }: Action & { kind: "read" }): Verdict {
  if (!place.inside) return ask(REASONS.readOutside);
  if (isSecret(place.path)) return ask(REASONS.readSecret);
  return allow(REASONS.readInside);
}

function judgeWrite({ place }: Action & { kind: "write" }, mode: ApprovalMode): Verdict {
  if (!place.inside) return ask(REASONS.writeOutside);
  if (isProtected(place.path) || isSecret(place.path)) return ask(REASONS.writeProtected);
  return mode === "ask" ? ask(REASONS.writeAsk) : allow(REASONS.writeAllowed);
}

/** What one "yes" for the chat covers. Edits of protected files and outside are never covered by that for others. */
function grantKey(action: Action): string {
  switch (action.kind) {
    case "read":
      return `read ${action.place.path}`;
    case "write":
      return action.place.inside && !isProtected(action.place.path) && !isSecret(action.place.path)
        ? "write inside"
        : `write ${action.place.path}`;
    case "command":
      return `command ${action.cwd.path}\0${action.command}`;
  }
}

const allow = (reason: Reason): Verdict => ({ verdict: "allow", reason });
const ask = (reason: Reason): Verdict => ({ verdict: "ask", reason });
const deny = (reason: Reason): Verdict => ({ verdict: "deny", reason });
