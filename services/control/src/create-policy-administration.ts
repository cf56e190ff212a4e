import { createRevisionReader } from "@portcullis/policy-bus";
import type { AdministrationContext, PolicyAdministrationOptions } from "./administration-context.ts";
import { readBundle } from "./compare-bundles.ts";
import { toFleet } from "./fleet.ts";
import { followRollout } from "./follow-rollout.ts";
import type { PolicyAdministration, PublishRequest, RollbackRequest, RotateKeysRequest, WidenRequest } from "./policy-administration.ts";
import { type ChangePlan, publishChange } from "./publish-change.ts";
import { compareRevisions, listRevisions, showRevision } from "./read-revisions.ts";
import { toTimeline } from "./revision-timeline.ts";
import { newestOf, selectRevision } from "./select-revision.ts";
import { systemClock } from "./system-clock.ts";

/** Administers the revisions of one log. Holds nothing open. */
export function createPolicyAdministration(options: PolicyAdministrationOptions): PolicyAdministration {
  const { log, clock = systemClock } = options;
  const read = createRevisionReader(log, options.anchors);
  const context: AdministrationContext = { ...options, clock, read };
  return {
    publish: (request) => publishChange(context, planPublish(request)),
    rollback: (request) => publishChange(context, planRollback(context, request)),
    widen: (request) => publishChange(context, planWiden(context, request)),
    rotateKeys: (request) => publishChange(context, planRotation(context, request)),
    revisions: async () => listRevisions(await read()),
    show: async (selector) => showRevision(log, selectRevision(await read(), selector)),
    diff: async (before, after) => {
      const history = await read();
      return compareRevisions(log, selectRevision(history, before), selectRevision(history, after));
    },
    rollout: (request) => followRollout(context, request),
    timeline: async (selector) => toTimeline(selectRevision(await read(), selector), await log.readStatuses()),
    fleet: async () => toFleet(await read(), await log.readStatuses(), clock.wallNow()),
  };
}

function planPublish(request: PublishRequest): ChangePlan {
  const { bundle, audience, newEpoch } = request;
  const change = { kind: "content", bundle, audience, ...(newEpoch !== undefined && { newEpoch }) } as const;
  return { request, toPublication: () => Promise.resolve({ change, bundle, isNew: true }) };
}

function planRollback({ log }: AdministrationContext, request: RollbackRequest): ChangePlan {
  const { to, audience } = request;
  return {
    request,
    toPublication: async (history) => ({
      change: { kind: "rollback", to, audience },
      bundle: await readBundle(log, selectRevision(history, { revision: to })),
      isNew: false,
    }),
  };
}

function planWiden({ log }: AdministrationContext, request: WidenRequest): ChangePlan {
  const { revision, audience } = request;
  return {
    request,
    toPublication: async (history) => ({
      change: { kind: "widen", revision, audience },
      bundle: await readBundle(log, selectRevision(history, { revision })),
      isNew: false,
    }),
  };
}

function planRotation({ log }: AdministrationContext, request: RotateKeysRequest): ChangePlan {
  return {
    request,
    toPublication: async (history) => {
      const newest = newestOf(history);
      const bundle = await readBundle(log, newest);
      return { change: { kind: "content", bundle, audience: newest.manifest.audience }, bundle, isNew: false };
    },
  };
}
