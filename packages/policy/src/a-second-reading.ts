import { imageFields, type Workload, type WorkloadImage } from "./workload.ts";

// The policy language once more, as its page tells it and as slowly as it likes: the two must agree on every bundle.

interface Selector {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}
/** What a policy says; absent is what its author left out. */
export interface Spec {
  readonly enforcement: "deny" | "warn" | "audit";
  readonly match: { readonly [name in "clusters" | "namespaces" | "kinds" | "fields"]?: Selector };
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly except?: readonly string[];
  readonly require?: { readonly digest?: boolean; readonly tag?: { readonly forbid: readonly string[] } };
}
/** What the document of `kind: Bundle` says. */
export interface Settings {
  readonly default?: "allow" | "deny";
  readonly shortNames?: "dockerHub" | "deny";
}
interface Name {
  readonly host: string;
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const hasHost = (text: string) => /^(localhost|[^/]*[.:A-Z][^/]*)\//.test(text);
const isGlobbed = (glob: string, text: string, star: string) =>
  new RegExp(`^${glob.replace(/[.[\]]/g, "\\$&").replaceAll("*", star)}$`).test(text);
const isAny = (globs: readonly string[], text: string) => globs.some((glob) => isGlobbed(glob, text, ".*"));

/** Cuts `host/path:tag@digest` and fills in what Docker Hub's names leave out. */
function cut(text: string): Name {
  const [name = "", digest] = text.split("@");
  const [, written = "", rest = ""] = hasHost(name) ? (/^([^/]+)\/(.*)$/.exec(name) ?? []) : ["", "docker.io", name];
  const [, path = "", tag] = /^(.*?)(?::([^:/]*))?$/.exec(rest) ?? [];
  const host = written === "index.docker.io" ? "docker.io" : written;
  return { host: host.toLowerCase(), path: host === "docker.io" && !/\/|^\*\*$/.test(path) ? `library/${path}` : path, tag, digest };
}

function isReadable(text: string): boolean {
  const part = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
  const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
  const host = hasHost(text) ? `(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?/` : "";
  return (
    new RegExp(`^${host}${part}(?:/${part})*(?::\\w[\\w.-]*)?(?:@sha256:[0-9a-f]{64})?$`).test(text) &&
    !/^(sha256:)?[0-9a-f]{64}$/.test(text)
  );
}

const hub = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.docker.io", "registry.hub.docker.com"];

/** Hosts that lead to the same place, by what a browser makes of them. */
function placeOf(host: string): string {
  if (host.includes("*")) return host.replace(/:0+(?=\d)/, ":").replace(/:(443|80)$/, "");
  const { hostname, port } = new URL(`http://${host.replace(/:0*443$/, ":80")}`);
  const mapped = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(hostname);
  const words = mapped?.slice(1).map((word) => Number.parseInt(word, 16));
  return `${words?.flatMap((word) => [word >> 8, word & 255]).join(".") ?? hostname}${port === "" ? "" : `:${port}`}`;
}

function spellings({ host, path, ...tail }: Name): Name[] {
  if (!hub.includes(placeOf(host))) return [{ host: placeOf(host), path, ...tail }];
  const short = path.replace(/^library\//, "");
  const paths = short.includes("/") ? [path] : [short, `library/${short}`];
  return hub.flatMap((alias) => paths.map((spelled) => ({ host: alias, path: spelled, ...tail })));
}

function isMatch(pattern: string, name: Name, isDeny: boolean): boolean {
  const wanted = cut(pattern.replace(/^\*\*(?=$|:|@)/, "any.host/**").replace(/^\*\*\//, "any.host/**/"));
  const tag = name.tag ?? (name.digest === undefined ? "latest" : undefined);
  if (wanted.digest !== undefined && wanted.digest !== name.digest) return false;
  if (wanted.tag !== undefined && (tag === undefined || !isGlobbed(wanted.tag, tag, ".*"))) return false;
  if (wanted.tag !== undefined && name.digest !== undefined && !isDeny) return false;
  const path = wanted.path
    .replaceAll(".", "\\.")
    .replaceAll("**", ">")
    .replaceAll("*", "<")
    .replace(/^>\//, "(.*/)?")
    .replace(">", ".+")
    .replaceAll("<", "[^/]*");
  const host = isDeny ? placeOf(wanted.host) : wanted.host;
  return (isDeny ? spellings(name) : [name]).some(
    (each) => (wanted.host === "any.host" || isGlobbed(host, each.host, "[^.:]*")) && new RegExp(`^${path}$`).test(each.path),
  );
}

type Scope = "outside" | "exempt" | "judged";
const scopeOf = ({ include = ["*"], exclude = [] }: Selector = {}, name: string): Scope =>
  isAny(exclude, name) ? "exempt" : isAny(include, name) ? "judged" : "outside";
const inAll = (scopes: readonly Scope[]) => (["outside", "exempt"] as const).find((scope) => scopes.includes(scope)) ?? "judged";
const inField = (fields: Selector | undefined, field: string): Scope =>
  (["judged", "exempt"] as const).find((scope) =>
    (field === "any" ? imageFields : [field]).some((each) => scopeOf(fields, each) === scope),
  ) ?? "outside";

function breaks({ match, allow, deny = [], except = [], require = {} }: Spec, workload: Scope, { image, field }: WorkloadImage): boolean {
  const scope = inAll([workload, inField(match.fields, field)]);
  if (!isReadable(image)) return workload === "judged" && scope !== "exempt";
  const name = cut(image);
  if (scope !== "judged" || except.some((pattern) => isMatch(pattern, name, false))) return false;
  if (deny.some((pattern) => isMatch(pattern, name, true))) return true;
  if (allow !== undefined && !allow.some((pattern) => isMatch(pattern, name, false))) return true;
  return name.digest === undefined && (require.digest === true || isAny(require.tag?.forbid ?? [], name.tag ?? "latest"));
}

export type Findings = Record<Spec["enforcement"], Set<string>>;

/** `image policy` of all that is refused, warned of or noted. */
export function findingsOf(policies: readonly Spec[], settings: Settings, workload: Workload): Findings {
  const found = { deny: new Set<string>(), warn: new Set<string>(), audit: new Set<string>() };
  const judged = workload.imagesUnchanged || workload.operation === "DELETE" ? [] : workload.images;
  for (const image of judged) {
    for (const [index, policy] of policies.entries()) {
      if (breaks(policy, scopeIn(policy, workload), image)) found[policy.enforcement].add(`${image.image} p${index}`);
    }
    const isUncovered = !policies.some((policy) => covers(policy, workload, image));
    if (isShort(settings, image) || (isUncovered && refusesUncovered(policies, settings, workload))) {
      found.deny.add(`${image.image} bundle default`);
    }
  }
  return found;
}

function isShort({ shortNames }: Settings, { image }: WorkloadImage): boolean {
  return shortNames === "deny" && isReadable(image) && !hasHost(image);
}

function refusesUncovered(policies: readonly Spec[], settings: Settings, { kind, group }: Workload): boolean {
  const isClosed = policies.some(({ enforcement, allow }) => enforcement === "deny" && allow !== undefined);
  return kind === "Pod" && group === "" && (settings.default ?? (isClosed ? "deny" : "allow")) === "deny";
}

function scopeIn({ match: { clusters, namespaces, kinds } }: Spec, { cluster, namespace, kind }: Workload): Scope {
  return inAll([scopeOf(clusters, cluster), scopeOf(namespaces, namespace), scopeOf(kinds, kind)]);
}

function covers(policy: Spec, workload: Workload, { field }: WorkloadImage): boolean {
  if (policy.enforcement !== "deny" || policy.allow === undefined) return false;
  return inAll([scopeIn(policy, workload), inField(policy.match.fields, field)]) !== "outside";
}
