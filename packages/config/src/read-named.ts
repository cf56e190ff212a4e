import { nearestName } from "@portcullis/nearest-name";
import type { ConfigProblem } from "./config-error.ts";
import type { GivenValue, GivenValues } from "./given-value.ts";
import { readText } from "./read-text.ts";
import { envPrefix, type Setting } from "./setting.ts";

/**
 * Reads `PORTCULLIS_…` variables. Those which Kubernetes sets for every Service of the namespace are passed over: a Service named
 * `portcullis-webhook` makes the kubelet set `PORTCULLIS_WEBHOOK_PORT=tcp://10.0.0.1:443` in every pod.
 */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  settings: readonly Setting[],
  otherVariables: readonly string[],
): GivenValues {
  const given = Object.entries(env).flatMap(([name, text]) =>
    name.startsWith(envPrefix) && text !== undefined && !otherVariables.includes(name) && !isServiceLink(name, text)
      ? [{ name, text }]
      : [],
  );
  return readNamed(given, { nameOf: (setting) => setting.env, originOf: (name) => name, kind: "variable", settings });
}

/** Reads flags by name without dashes: `{ "webhook-port": "8443" }`; `true` stands for a flag without a value. */
export function readFlags(flags: Readonly<Record<string, string | boolean | undefined>>, settings: readonly Setting[]): GivenValues {
  const given = Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [{ name, text: String(value) }]));
  return readNamed(given, { nameOf: (setting) => setting.flag, originOf: (name) => `--${name}`, kind: "flag", settings });
}

interface Naming {
  readonly nameOf: (setting: Setting) => string;
  readonly originOf: (name: string) => string;
  readonly kind: string;
  readonly settings: readonly Setting[];
}

function readNamed(given: readonly { name: string; text: string }[], { nameOf, originOf, kind, settings }: Naming): GivenValues {
  const values = new Map<string, GivenValue>();
  const problems: ConfigProblem[] = [];
  for (const { name, text } of given) {
    const origin = originOf(name);
    const setting = settings.find((candidate) => nameOf(candidate) === name);
    if (setting !== undefined) values.set(setting.key, { value: readText(setting.schema, text), origin });
    else {
      const nearest = nearestName(name, settings.map(nameOf));
      const advice =
        nearest === undefined ? "remove it, or see `docs/configuration.md` for the names" : `did you mean ${originOf(nearest)}?`;
      problems.push({ key: "", origin, message: `is no known ${kind}: ${advice}` });
    }
  }
  return { values, problems };
}

// https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
function isServiceLink(name: string, text: string): boolean {
  if (/_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$/.test(name) || /_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name)) return true;
  return name.endsWith("_PORT") && /^(tcp|udp|sctp):\/\//.test(text);
}
