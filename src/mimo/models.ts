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

export const MODELS: readonly [Model, ...Model[]] = [
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

/**
 * What the table knows of a model, or a guess by its name for ids of a live list that it does not hold: versions after
 * the table's are taken to be like the newest of their family, older ones to take no images.
 */
export function describeModel(id: string): Model {
  const known = findModel(id.toLowerCase());
  if (known) return known.id === id ? known : { ...known, id };
  const parts = partsOf(id);
  if (!parts) return { id, name: id, family: "flash", contextWindow: MILLION, maxOutput: 131_072, images: false };
  const { family } = parts;
  const newest = newestKnown(family);
  const later = compareVersions(parts, partsOf(newest.id) ?? parts) >= 0;
  return {
    id,
    name: nameOf(id),
    family,
    contextWindow: newest.contextWindow,
    maxOutput: newest.maxOutput,
    images: later ? newest.images : /-omni\b/i.test(id),
  };
}

/**
 * The model that serves in place of a retired one: the newest of its kind. undefined for ids that still serve and for
 * those that no one can judge. The live list, where one is given, decides what serves; the table with its dates stands
 * in for it.
 */
export function successorOf(id: string, at: Date, live: readonly string[] = []): string | undefined {
  const parts = partsOf(id);
  const served = live.filter(isChatModel);
  if (!parts || !isChatModel(id.toLowerCase()) || served.includes(id)) return undefined;
  if (served.length === 0) return isRetired(id, at) ? newestOf(parts.family, currentModels(at)) : undefined;
  return newestOf(
    parts.family,
    served.map((other) => describeModel(other)),
  );
}

/** Of a live list: what can hold a chat. Speech and recognition models cannot. */
export function isChatModel(id: string): boolean {
  return id.startsWith("mimo-") && !/-(tts|asr|embed(ding)?|rerank(er)?)(-|$)/.test(id);
}

interface Parts {
  readonly major: number;
  readonly minor: number;
  readonly family: "pro" | "flash";
  /** What follows version and family: "" for the model itself, "-preview", "-0115". */
  readonly rest: string;
}

/** Of an id like `mimo-v2.6-pro`; undefined for other names, which say nothing of their age. */
function partsOf(id: string): Parts | undefined {
  const match = /^mimo-v(\d{1,3})(?:\.(\d{1,3}))?((?:-[a-z0-9.]+)*)$/i.exec(id);
  if (!match) return undefined;
  const words = (match[3] ?? "").toLowerCase().split("-").slice(1);
  const rest = words.filter((word) => word !== "pro" && word !== "flash");
  return {
    major: Number(match[1]),
    minor: Number(match[2] ?? 0),
    family: words.includes("pro") ? "pro" : "flash",
    rest: rest.map((word) => `-${word}`).join(""),
  };
}

function compareVersions(one: Parts, other: Parts): number {
  return one.major - other.major || one.minor - other.minor;
}

/**
 * By the table's date. An id that the table never held is gone with its version: when that or a later one is, and none
 * of that or an earlier one serves.
 */
function isRetired(id: string, at: Date): boolean {
  const day = at.toISOString().slice(0, 10);
  const isGone = (model: Model) => model.retired !== undefined && model.retired <= day;
  const known = findModel(id.toLowerCase());
  if (known) return isGone(known);
  const asked = partsOf(id);
  if (!asked) return false;
  const ages = MODELS.map((model) => ({
    gone: isGone(model),
    later: compareVersions(partsOf(model.id) ?? asked, asked),
  }));
  return ages.some(({ gone, later }) => gone && later >= 0) && !ages.some(({ gone, later }) => !gone && later <= 0);
}

/** The family's highest version, the plain one before previews and dated ones; of the other family when it has none. */
function newestOf(family: "pro" | "flash", models: readonly Model[]): string | undefined {
  const ranked = models
    .flatMap((model) => {
      const parts = partsOf(model.id);
      return parts ? [{ id: model.id, parts }] : [];
    })
    .sort((one, other) => compareVersions(other.parts, one.parts) || one.parts.rest.length - other.parts.rest.length);
  return (ranked.find(({ parts }) => parts.family === family) ?? ranked[0])?.id;
}

function newestKnown(family: "pro" | "flash"): Model {
  return findModel(newestOf(family, MODELS) ?? DEFAULT_MODEL) ?? MODELS[0];
}

/** `mimo-v2.7-pro` as it would be written: MiMo-V2.7-Pro. */
function nameOf(id: string): string {
  return id
    .split("-")
    .map((word) => (word.toLowerCase() === "mimo" ? "MiMo" : `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`))
    .join("-");
}
