import { unknownModel } from "./refusal.ts";

/** Served when the script names none: the current pair and what a live list holds beside it. */
export const CURRENT_MODELS: readonly string[] = [
  "mimo-v2.6-pro",
  "mimo-v2.6-flash",
  "mimo-v2.5-asr",
  "mimo-v2.5-tts",
  "mimo-v2.5-tts-voiceclone",
  "mimo-v2.5-tts-voicedesign",
];

/** Text models that take no images: the endpoint answers 404 to them. */
const TEXT_ONLY: ReadonlySet<string> = new Set(["mimo-v2.5-pro", "mimo-v2-pro", "mimo-v2-flash"]);

/** Never part of a plan. */
const NO_PLAN: ReadonlySet<string> = new Set(["mimo-v2-flash"]);

const CREATED = Date.UTC(2026, 8, 22) / 1000;

/** Throws a Refusal for ids that are not served: retired, unknown, or not for this kind of account. */
export function checkModel(id: string, served: readonly string[], account: "none" | "payg" | "plan"): void {
  const known = served.includes(id) && !(account === "plan" && NO_PLAN.has(id));
  if (!known) throw unknownModel(id);
}

/** undefined for text models. */
export function speechKind(id: string): "synthesis" | "recognition" | undefined {
  if (/-tts(-|$)/.test(id)) return "synthesis";
  return /-asr(-|$)/.test(id) ? "recognition" : undefined;
}

/** Images, audio and video alike. */
export function takesMedia(id: string): boolean {
  return !TEXT_ONLY.has(id);
}

/** Tokens. */
export function contextWindow(id: string): number {
  if (speechKind(id) === "synthesis") return 8192;
  return id === "mimo-v2-flash" || id === "mimo-v2-omni" ? 262_144 : 1_048_576;
}

export function modelList(served: readonly string[]): unknown {
  return {
    object: "list",
    data: served.map((id) => ({ id, object: "model", created: CREATED, owned_by: "xiaomi" })),
  };
}
