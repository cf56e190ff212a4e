import { Type } from "typebox";

/** One leaf of a configuration schema, and the three names it is known by. */
export interface Setting {
  /** `webhook.tls.certFile` */
  readonly key: string;
  /** `PORTCULLIS_WEBHOOK_TLS_CERT_FILE` */
  readonly env: string;
  /** `webhook-tls-cert-file`, without the dashes. */
  readonly flag: string;
  readonly schema: Type.TSchema;
  readonly isOptional: boolean;
  readonly defaultValue: unknown;
  readonly description: string;
}

export const envPrefix = "PORTCULLIS_";

/** The leaves of an object schema, in its order. An object with properties is a group; everything else is a leaf. */
export function settingsOf(schema: Type.TObject): readonly Setting[] {
  return Object.entries(schema.properties).flatMap(([name, child]) => walk([name], child));
}

function walk(path: readonly string[], schema: Type.TSchema): readonly Setting[] {
  if (Type.IsObject(schema)) return Object.entries(schema.properties).flatMap(([name, child]) => walk([...path, name], child));
  const words = path.flatMap((part) => part.replace(/([a-z0-9])([A-Z])/g, "$1 $2").split(" "));
  return [
    {
      key: path.join("."),
      env: envPrefix + words.join("_").toUpperCase(),
      flag: words.join("-").toLowerCase(),
      schema,
      isOptional: Type.IsOptional(schema),
      defaultValue: annotation(schema, "default"),
      description: String(annotation(schema, "description") ?? ""),
    },
  ];
}

/** A keyword of a JSON schema that TypeBox's types do not name. */
export function annotation(schema: Type.TSchema, keyword: string): unknown {
  return Object.hasOwn(schema, keyword) ? Object.entries(schema).find(([name]) => name === keyword)?.[1] : undefined;
}
