import type { Bundle } from "@portcullis/policy";
import { clusterGlobPattern, namesCluster } from "./signing/cluster-glob.ts";

const folder = "overlays/";

/**
 * The glob of the clusters that a file is for: that of `overlays/<glob>/…`, or `undefined` for a file that is for all. Overlays
 * travel in the bundle, so that one digest holds for every cluster, and each can check those of the others.
 */
export function overlayGlobOf(path: string): string | undefined {
  if (!path.startsWith(folder)) return undefined;
  const [glob = ""] = path.slice(folder.length).split("/", 1);
  return glob;
}

/** Files below `overlays/` that stand for no cluster: directly in it, or in a folder whose name is no glob. Sorted. */
export function strayOverlays({ files }: Bundle): readonly string[] {
  return files
    .map(({ path }) => path)
    .filter(
      (path) => path.startsWith(folder) && !(path.slice(folder.length).includes("/") && clusterGlobPattern.test(overlayGlobOf(path) ?? "")),
    )
    .sort();
}

/** What one cluster compiles: the files for all, and the overlays whose glob names it. The same object where no file is left out. */
export function bundleOfCluster(bundle: Bundle, cluster: string): Bundle {
  const files = bundle.files.filter(({ path }) => {
    const glob = overlayGlobOf(path);
    return glob === undefined || namesCluster([glob], cluster);
  });
  return files.length === bundle.files.length ? bundle : { files };
}
