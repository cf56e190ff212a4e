import { randomUUID } from "node:crypto";
import type { Bundle, RevisionToken } from "@portcullis/policy";
import { bundleDigest } from "./bundle-digest.ts";
import type { PolicyBus, Revision } from "./policy-bus.ts";
import { PolicyBusError } from "./policy-bus-error.ts";

export interface MemoryPolicyBusOptions {
  /** Default: a new one, so that tokens of two processes never compare. */
  readonly lineage?: string;
}

/** Revisions within one process. Publishes in the order of the calls; forgets all but the newest revision. */
export function memoryPolicyBus({ lineage = randomUUID() }: MemoryPolicyBusOptions = {}): PolicyBus {
  const followers = new Set<(revision: Revision) => void>();
  let newest: Revision | undefined;
  let count = 0;
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();

  async function publishNext(bundle: Bundle): Promise<RevisionToken> {
    const digest = await bundleDigest(bundle);
    assertOpen();
    count += 1;
    const revision: Revision = { token: { lineage, epoch: 1, revision: count }, digest, bundle };
    newest = revision;
    for (const follower of followers) deliver(follower, revision);
    return revision.token;
  }

  // A follower that throws is a programming mistake of its own: it must not reach the publisher or other followers.
  function deliver(follower: (revision: Revision) => void, revision: Revision): void {
    queueMicrotask(() => {
      if (followers.has(follower)) follower(revision);
    });
  }

  function assertOpen(): void {
    if (isClosed) throw new PolicyBusError("policy-bus-closed", "this policy bus is closed; open a new one");
  }

  return {
    publish(bundle) {
      const published = last.then(() => publishNext(bundle));
      last = published.catch(() => undefined);
      return published;
    },
    follow(onRevision) {
      assertOpen();
      // One object per call, so that a function that follows twice also stops twice.
      const follower = (revision: Revision) => onRevision(revision);
      followers.add(follower);
      if (newest !== undefined) deliver(follower, newest);
      return () => void followers.delete(follower);
    },
    async close() {
      isClosed = true;
      followers.clear();
      await last;
    },
  };
}
