import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The TypeScript of every .proto file: path below the root, and text. Generated into `scratch`. */
export function generatedProtobuf(root: string, scratch: string): readonly (readonly [path: string, text: string])[] {
  const { status } = spawnSync("buf", ["generate", "--output", scratch], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error("`buf generate` failed: mend the .proto files named above");
  const files = globSync("**/*.ts", { cwd: scratch }).map((path) => path.replaceAll("\\", "/"));
  return files.toSorted().map((path) => [path, readFileSync(join(scratch, path), "utf8")]);
}
