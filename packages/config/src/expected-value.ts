import { Type } from "typebox";
import { annotation } from "./setting.ts";

/** What a setting wants, in words that follow "must be": `a whole number from 0 to 65535`, `one of "deny", "allow"`. */
export function expectedValue(schema: Type.TSchema): string {
  const choices = choicesOf(schema);
  if (choices !== undefined) return choices.length === 1 ? quote(choices[0]) : `one of ${choices.map(quote).join(", ")}`;
  if (Type.IsInteger(schema)) return `a whole number${range(schema)}`;
  if (Type.IsNumber(schema)) return `a number${range(schema)}`;
  if (Type.IsBoolean(schema)) return "true or false";
  if (Type.IsString(schema)) return annotation(schema, "minLength") === undefined ? "text" : "text that is not empty";
  if (Type.IsArray(schema)) return `a list, each item ${expectedValue(schema.items)}`;
  if (Type.IsObject(schema)) return `an object with ${Object.keys(schema.properties).join(", ")}`;
  if (Type.IsUnion(schema)) return schema.anyOf.map(expectedValue).join(", or ");
  return "an object";
}

function choicesOf(schema: Type.TSchema): readonly unknown[] | undefined {
  if (Type.IsEnum(schema)) return schema.enum;
  if (Type.IsLiteral(schema)) return [schema.const];
  if (!Type.IsUnion(schema)) return undefined;
  const choices = schema.anyOf.map((member) => (Type.IsLiteral(member) ? [member.const] : undefined));
  return choices.every((choice) => choice !== undefined) ? choices.flat() : undefined;
}

function range(schema: Type.TSchema): string {
  const from = annotation(schema, "minimum");
  const to = annotation(schema, "maximum");
  if (from !== undefined && to !== undefined) return ` from ${String(from)} to ${String(to)}`;
  if (from !== undefined) return `, ${String(from)} or more`;
  return to === undefined ? "" : `, ${String(to)} or less`;
}

/** A value as it is shown in messages and tables: JSON, cut where it is long. */
export function quote(value: unknown): string {
  const text = value === undefined ? "undefined" : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
