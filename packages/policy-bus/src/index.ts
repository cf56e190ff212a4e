/** How revisions travel: the port, in memory, and a watched folder. */
export { bundleDigest } from "./bundle-digest.ts";
export { compileOnce } from "./compile-once.ts";
export { type BundleLimits, defaultBundleLimits, loadPolicyBundle } from "./load-policy-bundle.ts";
export { type MemoryPolicyBusOptions, memoryPolicyBus } from "./memory-policy-bus.ts";
export type { PolicyBus, Revision } from "./policy-bus.ts";
export { type PolicyBusCode, PolicyBusError, policyBusCodes } from "./policy-bus-error.ts";
export { type FolderProblem, type PolicyFolderCode, PolicyFolderError, policyFolderCodes } from "./policy-folder-problem.ts";
export { type PolicyFolder, type PublishedFolder, type WatchPolicyFolderOptions, watchPolicyFolder } from "./watch-policy-folder.ts";
