import type { Action, ApprovalMode, Place, Policy, Verdict } from "../agent/ports.ts";
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
  // What a command printed was shown to the model already, but for its middle.
  if (place.isOutput) return allow(REASONS.readOutput);
  if (!place.inside) return ask(REASONS.readOutside);
  if (namesOf(place).some(isSecret)) return ask(REASONS.readSecret);
  return allow(REASONS.readInside);
}

function judgeWrite(action: Action & { kind: "write" }, mode: ApprovalMode): Verdict {
  const places = changedPlaces(action);
  if (places.some(({ inside }) => !inside)) return ask(REASONS.writeOutside);
  if (!isPlainWrite(action)) return ask(REASONS.writeProtected);
  // Whatever lies in it goes too, and not all of that may be kept.
  if (deletesFolder(action)) return ask(REASONS.deleteFolder);
  return mode === "ask" ? ask(REASONS.writeAsk) : allow(REASONS.writeAllowed);
}

function changedPlaces({ place, from }: Action & { kind: "write" }): Place[] {
  return from ? [from, place] : [place];
}

function deletesFolder({ place, change }: Action & { kind: "write" }): boolean {
  return change.kind === "delete" && place.kind === "folder";
}

/** The places themselves and every file that comes or goes with a folder. */
function isPlainWrite(action: Action & { kind: "write" }): boolean {
  return changedPlaces(action).every(isPlain) && !action.below?.some((path) => isProtected(path) || isSecret(path));
}

/** Inside the workspace, and nothing that runs or that nobody may see. */
function isPlain(place: Place): boolean {
  return place.inside && namesOf(place).every((path) => !isProtected(path) && !isSecret(path));
}

function namesOf({ path, alias }: Place): string[] {
  return alias === undefined ? [path] : [path, alias];
}

/** What one "yes" for the chat covers. Edits of protected files and outside are never covered by that for others. */
function grantKey(action: Action): string {
  switch (action.kind) {
    case "read":
      return `read ${action.place.path}`;
    case "write": {
      const places = changedPlaces(action);
      return isPlainWrite(action) && !deletesFolder(action)
        ? "write inside"
        : `write ${places.map(({ path }) => path).join("\0")}`;
    }
    case "command":
      return `command ${action.cwd.path}\0${action.command}`;
  }
}

const allow = (reason: Reason): Verdict => ({ verdict: "allow", reason });
const ask = (reason: Reason): Verdict => ({ verdict: "ask", reason });
const deny = (reason: Reason): Verdict => ({ verdict: "deny", reason });
