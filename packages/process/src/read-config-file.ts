import { readFile } from "node:fs/promises";
import { ConfigError } from "@portcullis/config";

/** The configuration file at a path, as text. Rejects with `ConfigError` where it cannot be read. */
export async function readConfigFile(path: string): Promise<{ readonly path: string; readonly text: string }> {
  try {
    return { path, text: await readFile(path, "utf8") };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([{ key: "", origin: "--config", message: `"${path}" cannot be read: ${reason}` }]);
  }
}
