/** Tells whether one of the globs names the cluster. Case-sensitive. */
export function namesCluster(globs: readonly string[], cluster: string): boolean {
  return globs.some((glob) => matches(glob, cluster));
}

/** On a mismatch only the last `*` takes one character more: time grows with the product of the lengths at worst, never faster. */
function matches(glob: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resumeFrom = 0;
  for (let read = 0; read < name.length; ) {
    if (glob[at] === "*") {
      star = at;
      resumeFrom = read;
      at += 1;
    } else if (glob[at] === name[read]) {
      at += 1;
      read += 1;
    } else if (star >= 0) {
      resumeFrom += 1;
      read = resumeFrom;
      at = star + 1;
    } else {
      return false;
    }
  }
  return /^\**$/u.test(glob.slice(at));
}
