/** Where names without a host live. */
export const dockerHub = "docker.io";
/** Its older name, which the grammar folds into `docker.io`; only in lower case, as it compares bytes. */
const legacyDockerHub = "index.docker.io";
/** The account of Docker Hub repositories that are written with one component. */
export const officialPrefix = "library/";

/**
 * Whether a first component names a host rather than an account on Docker Hub: it has a `.` or `:`, an upper-case letter, or is
 * `localhost`. That it is a legal host is another question.
 */
export function readsAsHost(component: string): boolean {
  return component.includes(".") || component.includes(":") || component === "localhost" || /[A-Z]/.test(component);
}

/** The host meant by a first component that reads as one; `null` (none was written) is Docker Hub. */
export function canonicalHost(written: string | null): string {
  return readsAsDockerHub(written) ? dockerHub : written.toLowerCase();
}

/** The path meant behind a written host: Docker Hub repositories of one component get `library/`. */
export function canonicalPath(written: string | null, path: string): string {
  return readsAsDockerHub(written) && !path.includes("/") ? officialPrefix + path : path;
}

/** `DOCKER.IO` does not: the grammar takes it for another host, and a runtime asks that host for the path as written. */
function readsAsDockerHub(written: string | null): written is null | typeof dockerHub | typeof legacyDockerHub {
  return written === null || written === dockerHub || written === legacyDockerHub;
}

/** A host without its port. */
export function nameOfHost(host: string): string {
  const colon = host.indexOf(":");
  return colon === -1 || host.startsWith("[") ? host : host.slice(0, colon);
}

/**
 * A spelling of a canonical host that is read as this host again. `isSingle`: a path of one component follows, to which
 * `docker.io`, but not `DOCKER.IO`, adds `library/`.
 */
export function spellHost(host: string, isSingle: boolean): string {
  const isMisread = !readsAsHost(host) || host === legacyDockerHub || (host === dockerHub && isSingle);
  return isMisread ? host.toUpperCase() : host;
}
