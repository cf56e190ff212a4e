/** How strangers get an image onto a host. */
export interface OpenHost {
  /** A lower-case clause. */
  readonly reason: string;
  /** True where even a fixed path can be written by anyone; else only the first component, the account, is for the taking. */
  readonly isAnonymous: boolean;
}

const accounts = [
  "docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
  "quay.io",
  "ghcr.io",
  "docker.pkg.github.com",
  "gcr.io",
  "us.gcr.io",
  "eu.gcr.io",
  "asia.gcr.io",
  "public.ecr.aws",
  "registry.gitlab.com",
  "registry.fly.io",
  "registry.heroku.com",
  "registry.digitalocean.com",
  "codeberg.org",
];

const anonymous = ["ttl.sh"];

/** Domains below which anyone can get a registry of their own. */
const sharedDomains = ["azurecr.io", "amazonaws.com", "pkg.dev", "gcr.io", "jfrog.io", "scw.cloud", "ngrok.io", "ngrok.app"];

/** What is known about a host without wildcards; `undefined` for a private one. */
export function openHost(host: string): OpenHost | undefined {
  const name = host.replace(/:\d+$/u, "");
  if (name === "localhost" || name === "[::1]" || name.startsWith("127.")) {
    return { reason: `every node has a "${name}" of its own: whoever listens there serves it`, isAnonymous: true };
  }
  if (anonymous.includes(name)) return { reason: `"${name}" lets anyone push without an account`, isAnonymous: true };
  if (!accounts.includes(name) && !/^[a-z0-9-]+-docker\.pkg\.dev$/u.test(name)) return undefined;
  return { reason: `anyone may open an account on "${name}" and push there`, isAnonymous: false };
}

/** Why a host with wildcards, whose end is never open, is not only its author's. */
export function openLabels(host: string): string {
  const domain = host
    .slice(host.lastIndexOf("*") + 1)
    .replace(/^[^.]*\./u, "")
    .replace(/:\d+$/u, "");
  if (!domain.includes(".")) return `anyone may register a domain below "${domain}"`;
  if (sharedDomains.some((shared) => domain === shared || domain.endsWith(`.${shared}`)))
    return `anyone can get a registry below "${domain}"`;
  return `any label matches, so whoever can serve one name below "${domain}" is trusted`;
}
