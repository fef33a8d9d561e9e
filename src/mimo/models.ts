/**
 * Text models, a dated table. The platform's live list wins over it. Sources: the platform's model page
 * (June 2026), field reports (October 2026).
 */
export interface Model {
  readonly id: string;
  readonly name: string;
  readonly family: "pro" | "flash";
  /** Tokens. */
  readonly contextWindow: number;
  readonly maxOutput: number;
  readonly images: boolean;
  readonly since?: string;
  /** From then on the platform no longer serves it. */
  readonly retired?: string;
}

const MILLION = 1_048_576;

export const MODELS: readonly Model[] = [
  {
    id: "mimo-v2.6-pro",
    name: "MiMo-V2.6-Pro",
    family: "pro",
    contextWindow: MILLION,
    maxOutput: 131_072,
    images: true,
    since: "2026-09-22",
  },
  {
    id: "mimo-v2.6-flash",
    name: "MiMo-V2.6-Flash",
    family: "flash",
    contextWindow: MILLION,
    maxOutput: 131_072,
    images: true,
    since: "2026-09-22",
  },
  {
    id: "mimo-v2.5-pro",
    name: "MiMo-V2.5-Pro",
    family: "pro",
    contextWindow: MILLION,
    maxOutput: 131_072,
    images: false,
    since: "2026-04-22",
    retired: "2026-10-21",
  },
  {
    id: "mimo-v2.5",
    name: "MiMo-V2.5",
    family: "flash",
    contextWindow: MILLION,
    maxOutput: 131_072,
    images: true,
    since: "2026-04-22",
    retired: "2026-10-21",
  },
  {
    id: "mimo-v2-pro",
    name: "MiMo-V2-Pro",
    family: "pro",
    contextWindow: MILLION,
    maxOutput: 131_072,
    images: false,
    retired: "2026-06-30",
  },
  {
    id: "mimo-v2-omni",
    name: "MiMo-V2-Omni",
    family: "flash",
    contextWindow: 262_144,
    maxOutput: 131_072,
    images: true,
    retired: "2026-06-30",
  },
  {
    id: "mimo-v2-flash",
    name: "MiMo-V2-Flash",
    family: "flash",
    contextWindow: 262_144,
    maxOutput: 65_536,
    images: false,
    retired: "2026-06-30",
  },
];

export const DEFAULT_MODEL = "mimo-v2.6-pro";

/** Models the table holds to be served at a moment, newest first. */
export function currentModels(at: Date): Model[] {
  const day = at.toISOString().slice(0, 10);
  return MODELS.filter((model) => !model.retired || day < model.retired);
}

export function findModel(id: string): Model | undefined {
  return MODELS.find((model) => model.id === id);
}

/** What the table knows of a model, or a cautious guess by its name for ids of a live list that it does not hold. */
export function describeModel(id: string): Model {
  const known = findModel(id);
  if (known) return known;
  const family = /-pro$/.test(id) ? "pro" : "flash";
  return { id, name: id, family, contextWindow: MILLION, maxOutput: 131_072, images: false };
}

/** The model that serves in place of a retired one: the newest of its kind. undefined for ids that still serve. */
export function successorOf(id: string, at: Date): string | undefined {
  const model = findModel(id);
  if (!model?.retired || at.toISOString().slice(0, 10) < model.retired) return undefined;
  return currentModels(at).find((other) => other.family === model.family)?.id;
}

/** Of a live list: what can hold a chat. Speech and recognition models cannot. */
export function isChatModel(id: string): boolean {
  return id.startsWith("mimo-") && !/-(tts|asr)(-|$)/.test(id);
}
