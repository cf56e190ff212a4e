/** Generated protobuf, and its conversion to and from the domain types. */
export { fromDecideResponse, toDecideResponse } from "./answer-message.ts";
export { type CertificateSource, createCertificateSource, type MutualTls } from "./certificate-source.ts";
export { compareRevisions, isAtLeast } from "./compare-revisions.ts";
export { fromConsistencyMessage, toConsistencyMessage } from "./consistency-message.ts";
export { decisionServiceDefinition } from "./decision-service-definition.ts";
export { type ErrorStatus, fromErrorStatus, toErrorStatus } from "./error-status.ts";
export { maxFindings, maxFindingText } from "./finding-message.ts";
export { type HealthCheckRequest, HealthCheckResponse_ServingStatus, HealthService } from "./gen/grpc/health/v1/health.pb.ts";
export {
  type DecideItem,
  type DecideItemAnswer,
  type DecideRequest,
  type DecideResponse,
  type DecideStreamRequest,
  type DecideStreamResponse,
  DecisionServiceService,
  type ExplainRequest,
  type ExplainResponse,
  type WatchRevisionRequest,
  type WatchRevisionResponse,
  type Workload as WorkloadMessage,
} from "./gen/portcullis/decision/v1/decision.pb.ts";
export { InvalidMessageError, type WireCode, wireCodes } from "./invalid-message-error.ts";
export { bounded, maxItemsPerMessage, maxMessageBytes, maxRepeated, maxTimeoutMs } from "./message-limits.ts";
export { messageOf, type Received } from "./received.ts";
export { fromRevisionTokenMessage, toRevisionTokenMessage } from "./revision-token-message.ts";
export { fromWorkloadMessage, sizeOfWorkloadMessage, toWorkloadMessage } from "./workload-message.ts";
