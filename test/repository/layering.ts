import { cruise, type ICruiseOptions, type IForbiddenRuleType, type IViolation } from "dependency-cruiser";

/**
 * Which workspaces each workspace may import. Imports point one way: text, then policies, then what Kubernetes sends and
 * what goes over the wire, then how revisions travel, then services. A workspace that is not named here may import none.
 */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  "packages/image-ref": [],
  "packages/nearest-name": [],
  "packages/policy": ["packages/image-ref", "packages/nearest-name"],
  "packages/kubernetes": ["packages/image-ref", "packages/policy"],
  "packages/decision-cases": ["packages/image-ref", "packages/policy", "packages/kubernetes"],
  "packages/wire": ["packages/image-ref", "packages/policy"],
  "packages/policy-bus": ["packages/image-ref", "packages/policy", "packages/kubernetes", "packages/wire"],
  "packages/telemetry": [],
  "packages/config": ["packages/nearest-name"],
  "packages/pki": [],
  "packages/process": ["packages/config", "packages/telemetry"],
  "packages/bus-access": ["packages/policy-bus"],
  "packages/grpc-server": ["packages/pki", "packages/telemetry", "packages/wire"],
  "packages/api-server-simulator": ["packages/kubernetes"],
  "packages/testing": ["packages/image-ref", "packages/policy", "packages/pki"],
  "services/decision": [
    "packages/bus-access",
    "packages/config",
    "packages/grpc-server",
    "packages/decision-cases",
    "packages/image-ref",
    "packages/pki",
    "packages/policy",
    "packages/policy-bus",
    "packages/process",
    "packages/telemetry",
    "packages/wire",
  ],
  "services/webhook": [
    "packages/config",
    "packages/image-ref",
    "packages/kubernetes",
    "packages/pki",
    "packages/policy",
    "packages/process",
    "packages/telemetry",
    "packages/wire",
  ],
  "services/control": [
    "packages/bus-access",
    "packages/config",
    "packages/decision-cases",
    "packages/grpc-server",
    "packages/pki",
    "packages/policy",
    "packages/policy-bus",
    "packages/process",
    "packages/telemetry",
    "packages/wire",
  ],
  "services/cli": [
    "packages/config",
    "packages/decision-cases",
    "packages/image-ref",
    "packages/kubernetes",
    "packages/pki",
    "packages/policy",
    "packages/policy-bus",
    "packages/process",
    "packages/telemetry",
    "services/control",
    "services/decision",
    "services/webhook",
  ],
};

/** npm packages that are the business of a few files only: patterns of how the path of a file begins that may import each. */
export const mayImportPackage: Readonly<Record<string, readonly string[]>> = {
  fastify: ["services/webhook/src/"],
  "@grpc/grpc-js": [
    "packages/wire/src/",
    "packages/grpc-server/src/",
    "services/decision/src/",
    "services/control/src/",
    "services/webhook/src/decision-client",
  ],
  "prom-client": ["packages/telemetry/src/", "services/"],
  "@nats-io/transport-node": ["packages/policy-bus/src/nats/"],
  pino: ["packages/telemetry/src/"],
  "@peculiar/x509": ["packages/pki/src/"],
  "lru-cache": ["packages/grpc-server/src/", "services/decision/src/"],
  typebox: ["packages/bus-access/src/", "packages/config/src/", "packages/process/src/", "services/"],
  commander: ["services/cli/"],
};

/** Workspaces without any Node module: they run wherever JavaScript does, and can reach neither file, clock nor network. */
const pureWorkspaces = ["packages/image-ref", "packages/nearest-name", "packages/policy"];

/** Tests, and what only tests import: contracts that several workspaces run, and what they set up. */
const tests = "\\.test\\.ts$|-(contract|fixture|under-test)\\.ts$|^test/|^scripts/";

/** Everything that no product may import. */
const testCode = `${tests}|^packages/testing/`;

/** A table of commands that loads each when it is asked for may name one that reads the table. */
const noCycles: IForbiddenRuleType = {
  name: "no-cycles",
  severity: "error",
  from: {},
  to: { circular: true, viaOnly: { dependencyTypesNot: ["dynamic-import"] } },
};

const noUnknownModules: IForbiddenRuleType = {
  name: "no-unknown-modules",
  severity: "error",
  from: {},
  to: { couldNotResolve: true },
};

const noTestCodeInProducts: IForbiddenRuleType = {
  name: "no-test-code-in-products",
  severity: "error",
  from: { pathNot: testCode },
  to: { path: testCode },
};

/** Every rule of the module graph, one per workspace and restricted package, so that a violation names what it breaks. */
export const layeringRules: readonly IForbiddenRuleType[] = [
  noCycles,
  noUnknownModules,
  noTestCodeInProducts,
  ...Object.entries(mayImport).map(workspaceRule),
  ...pureWorkspaces.map(pureRule),
  ...Object.entries(mayImportPackage).map(packageRule),
];

/** Reads the imports of every file below the folders (relative to `baseDir`) and returns those that break a rule. */
export async function layeringViolations(baseDir: string, folders: readonly string[]): Promise<readonly IViolation[]> {
  const options: ICruiseOptions = {
    baseDir,
    validate: true,
    ruleSet: { forbidden: [...layeringRules] },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/|/src/gen/" },
  };
  const { output } = await cruise([...folders], options, {
    conditionNames: ["source", "import", "node", "default"],
    exportsFields: ["exports"],
    extensions: [".ts", ".mjs", ".js"],
  });
  if (typeof output === "string") throw new TypeError("dependency-cruiser answered with text in place of its result");
  return output.summary.violations;
}

function workspaceRule([workspace, imports]: readonly [string, readonly string[]]): IForbiddenRuleType {
  const allowed = [workspace, ...imports].map((name) => `^${name}/`);
  return {
    name: `workspace ${workspace}`,
    severity: "error",
    from: { path: `^${workspace}/`, pathNot: tests },
    to: { path: "^(packages|services)/", pathNot: allowed },
  };
}

function pureRule(workspace: string): IForbiddenRuleType {
  return {
    name: `pure ${workspace}`,
    severity: "error",
    from: { path: `^${workspace}/`, pathNot: testCode },
    to: { dependencyTypes: ["core"] },
  };
}

function packageRule([name, places]: readonly [string, readonly string[]]): IForbiddenRuleType {
  return {
    name: `package ${name}`,
    severity: "error",
    from: { pathNot: [testCode, ...places.map((place) => `^${place}`)] },
    to: { path: `node_modules/${name}/` },
  };
}
