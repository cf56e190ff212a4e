import { Type } from "typebox";
import { Value } from "typebox/value";

/** Reads a value from an environment variable or a flag. A text that cannot be read comes back as it is, and validation names it. */
export function readText(schema: Type.TSchema, text: string): unknown {
  if (Type.IsString(schema)) return text;
  if (Type.IsArray(schema)) return readList(schema, text);
  return readScalars(text).find((value) => Value.Check(schema, value)) ?? text;
}

function readList(schema: Type.TArray, text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  if (trimmed.startsWith("[")) return parseJson(trimmed) ?? text;
  if (Type.IsObject(schema.items)) return text;
  return trimmed.split(",").map((item) => readText(schema.items, item.trim()));
}

function readScalars(text: string): readonly unknown[] {
  const json = parseJson(text.trim());
  return json === undefined ? [text] : [json, text];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
