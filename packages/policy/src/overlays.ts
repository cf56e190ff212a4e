import type { Bundle } from "./bundle.ts";
import { compileGlobs } from "./name-glob.ts";

const folder = "overlays/";

/** What names clusters: letters, digits, `.`, `_`, `-`, and `*` for any run of characters, the empty one too. */
export const clusterGlobPattern = /^[A-Za-z0-9._*-]{1,253}$/u;

/** Tells whether one of the globs names the cluster. Case-sensitive. */
export function namesCluster(globs: readonly string[], cluster: string): boolean {
  return compileGlobs(globs)(cluster);
}

/**
 * The glob of the clusters that a file is for: that of `overlays/<glob>/…`, or `undefined` for a file that is for all. Overlays
 * travel in the bundle, so that one digest holds for every cluster, and each can check those of the others.
 */
export function overlayGlobOf(path: string): string | undefined {
  if (!path.startsWith(folder)) return undefined;
  const [glob = ""] = path.slice(folder.length).split("/", 1);
  return glob;
}

/** Whether a file below `overlays/` stands for no cluster: directly in it, or in a folder whose name is no glob. */
export function isStrayOverlay(path: string): boolean {
  const glob = overlayGlobOf(path);
  return glob !== undefined && !(path.slice(folder.length).includes("/") && clusterGlobPattern.test(glob));
}

/** What one cluster compiles: the files for all, and the overlays whose glob names it. The same object where no file is left out. */
export function bundleOfCluster(bundle: Bundle, cluster: string): Bundle {
  const files = bundle.files.filter(({ path }) => {
    const glob = overlayGlobOf(path);
    return glob === undefined || namesCluster([glob], cluster);
  });
  return files.length === bundle.files.length ? bundle : { files };
}
