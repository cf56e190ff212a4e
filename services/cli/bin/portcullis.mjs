#!/usr/bin/env node
// The `portcullis` command. Started by any Node ≥ 20; Portcullis itself runs on Node 24, which npm installed beside it.
import { findRuntime, isHostNewEnough, isSource, portcullisArguments, portcullisEnvironment, runAndExit } from "./runtime.mjs";

if (isHostNewEnough && !isSource) {
  await import("../dist/main.js");
} else {
  await runAndExit(findRuntime(), [...portcullisArguments(), ...process.argv.slice(2)], { env: portcullisEnvironment() });
}
