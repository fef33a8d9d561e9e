import type { PanelState } from "../protocol/view.ts";
import type { Call } from "./items.ts";

/** Prompts whose answer must be seen by nobody. Too many is better than one too few. */
const SECRET =
  /pass(?:word|phrase|code|wd)|token|secret|api[ _-]?key|credential|\bpin\b|\botp\b|verification code|密码|口令|密钥|密鑰|密碼|令牌|验证码|驗證碼/i;

/** Commands that take a secret and, without a tty, ask for it without a word. */
const TAKES_SECRET = /\bread\s(?:[^|;&\n]*\s)?-\w*s|\bstty\s+-echo|getpass|read-host\s[^|;\n]*-assecurestring/i;

/** Where nothing was asked the command's own words decide. */
export function asksForSecret(prompt: string, command = ""): boolean {
  return SECRET.test(prompt) || (prompt.trim() === "" && (TAKES_SECRET.test(command) || SECRET.test(command)));
}

/** Waits, and still runs: in front, or beside the chat. */
export function waitsForInput(call: Call, state: PanelState | undefined): boolean {
  if (call.waitsFor === undefined) return false;
  return call.status === "running" || (state?.running.some(({ callId }) => callId === call.id) ?? false);
}
