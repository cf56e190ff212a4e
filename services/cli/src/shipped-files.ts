import { fileURLToPath } from "node:url";
import { nameFrom } from "./name-from.ts";

/** The example policies that come with Portcullis, named as from `workingDirectory` where that is shorter. */
export function examplePolicies(workingDirectory: string): string {
  return nameFrom(workingDirectory, fileURLToPath(new URL("../../../examples/policies", import.meta.url)));
}

/** The decision cases that come with Portcullis, named likewise. */
export function shippedCases(workingDirectory: string): string {
  return nameFrom(workingDirectory, fileURLToPath(new URL("../../../test/decisions", import.meta.url)));
}
