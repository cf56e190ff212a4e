import { createDecisionService, type DecisionService } from "@portcullis/decision";
import { memoryPolicyBus } from "@portcullis/policy-bus";
import type { Telemetry } from "@portcullis/telemetry";

const policy = `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: trusted-registries }
spec:
  enforcement: deny
  match: { namespaces: { exclude: [kube-system] } }
  allow: ["internal-registry.io/**", "docker.io/library/nginx:1.25.*"]
  deny: ["**/debug"]
  message: You can only use images from the internal-registry.io
`;

/** A decision service as it is configured by default, with one policy in force. */
export async function startDeciding(telemetry: Telemetry): Promise<DecisionService> {
  const bus = memoryPolicyBus();
  const service = createDecisionService({ bus, cache: { allowTtlSeconds: 0, denyTtlSeconds: 0, maxEntries: 16_384 }, telemetry });
  await bus.publish({ files: [{ path: "policy.yaml", text: policy }] });
  await service.ready();
  return service;
}
