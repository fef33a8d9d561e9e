import * as z from "zod";

/**
 * A tool's argument schema that forgives what models get wrong without being unclear: `null` for a field that was left
 * out, numbers and booleans in quotes, a list as JSON text. Everything else is refused by the strict schema inside.
 * The JSON schema that is sent is the strict one's, without what only costs tokens. `understood` puts right beforehand what
 * a tool knows of its own arguments.
 */
export function toolArguments<Shape extends z.ZodRawShape>(
  shape: Shape,
  understood: (value: unknown) => unknown = (value) => value,
) {
  const strict = z.strictObject(shape);
  const schema = z.preprocess((value) => forgiven(understood(value), strict), strict);
  schema._zod.toJSONSchema = () => lean(z.toJSONSchema(strict, { io: "input" }));
  return schema;
}

function forgiven(value: unknown, schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodOptional) return forgiven(value, schema.unwrap());
  if (typeof value === "string") return fromText(value, schema);
  if (schema instanceof z.ZodArray && Array.isArray(value)) return value.map((item) => forgiven(item, schema.element));
  if (schema instanceof z.ZodObject && isRecord(value)) return forgivenObject(value, schema);
  return value;
}

function forgivenObject(value: Record<string, unknown>, schema: z.ZodObject): Record<string, unknown> {
  const fields = Object.entries(value).flatMap(([key, field]): [string, unknown][] => {
    const expected = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
    if (!expected) return [[key, field]];
    if (field === null && expected instanceof z.ZodOptional) return [];
    return [[key, forgiven(field, expected)]];
  });
  return Object.fromEntries(fields);
}

function fromText(text: string, schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodNumber) return /^\s*-?\d{1,15}(\.\d{1,6})?\s*$/.test(text) ? Number(text) : text;
  if (schema instanceof z.ZodBoolean) return text === "true" ? true : text === "false" ? false : text;
  if (!(schema instanceof z.ZodArray)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? forgiven(value, schema) : text;
  } catch {
    return text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Limits that only a broken or hostile call meets; the strict schema still holds them. */
const COSTS_ONLY = new Set(["$schema", "additionalProperties", "minLength", "maxLength", "minItems", "maxItems"]);

function lean(schema: unknown): z.core.JSONSchema.BaseSchema {
  return prune(schema) as z.core.JSONSchema.BaseSchema;
}

function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prune);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, field]) => !COSTS_ONLY.has(key) && Math.abs(Number(field)) !== Number.MAX_SAFE_INTEGER,
  );
  return Object.fromEntries(kept.map(([key, field]) => [key, prune(field)]));
}
