// `npm run generate`: writes every generated file. With `--check` it writes none, and fails where one would change.
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { cliReference } from "./cli-reference.ts";
import { configurationReference } from "./configuration-reference.ts";
import { generatedProtobuf } from "./generated-protobuf.ts";

const root = resolve(import.meta.dirname, "..");
const isCheck = process.argv.includes("--check");
const scratch = mkdtempSync(join(tmpdir(), "portcullis-generate-"));

try {
  const files = new Map([
    ...generatedProtobuf(root, scratch),
    ["docs/cli.md", await cliReference()],
    ["docs/configuration.md", configurationReference(root)],
  ]);
  const stale = [...files].filter(([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text);
  if (!isCheck) for (const [path, text] of stale) write(path, text);
  const left = globSync("packages/wire/src/gen/**/*.ts", { cwd: root }).filter((path) => !files.has(path.replaceAll("\\", "/")));
  if (!isCheck) for (const path of left) rmSync(join(root, path));
  const names = [...stale.map(([path]) => path), ...left].map((path) => `  ${path}\n`).join("");
  process.stdout.write(
    names === "" ? `${files.size} generated files are up to date\n` : `${isCheck ? "out of date" : "written"}:\n${names}`,
  );
  process.exitCode = isCheck && names !== "" ? 1 : 0;
} finally {
  rmSync(scratch, { recursive: true });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
