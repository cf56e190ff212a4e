import { decisionSchema } from "@portcullis/decision/config";
import { webhookSchema } from "@portcullis/webhook/config";
import Type from "typebox";

/** Settings of `portcullis serve`, flat where a reader types them. */
export const serveSchema = Type.Object({
  policies: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description: "folders and files with policies, watched for edits; none: the example policies",
  }),
  dataDir: Type.String({ minLength: 1, default: ".portcullis", description: "folder for the development certificates" }),
  host: Type.String({ minLength: 1, default: "127.0.0.1", description: "address to listen on; the certificates are for localhost" }),
  logLevel: Type.Enum(["fatal", "error", "warn", "info", "debug", "silent"], {
    default: "warn",
    description: "least severe log line that is written (JSON, to standard error); info: one line per decision",
  }),
  drainDelayMs: Type.Integer({
    minimum: 0,
    maximum: 300_000,
    default: 0,
    description: "how long to serve on after SIGTERM or Ctrl-C, until callers know, in milliseconds",
  }),
  // The rest of the webhook's settings are bounds for a process of its own, and certificates are made here.
  webhook: Type.Pick(webhookSchema.properties.webhook, [
    "port",
    "callers",
    "unauthenticatedClusters",
    "paths",
    "whenUndecided",
    "unknownImageLists",
  ]),
  decision: Type.Pick(decisionSchema.properties.decision, ["port"]),
  cache: decisionSchema.properties.cache,
  admin: Type.Pick(webhookSchema.properties.admin, ["port"]),
});

export type ServeConfig = Type.Static<typeof serveSchema>;
