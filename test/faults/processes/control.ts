// Publishes as it is told over IPC, by the administration of the product; a process of its own, so that it can be killed at any moment.
import { createPolicyAdministration } from "@portcullis/control";
import { createNatsRevisionLog, loadSigningKey, loadTrustAnchors, publishRevision } from "@portcullis/policy-bus";
import type { ControlRequest, ControlSettings, PublishedAnswer } from "../driver/control-messages.ts";
import { bundleOf } from "../history/bundle-recipe.ts";

const settings: ControlSettings = JSON.parse(process.argv[2] ?? "");
const log = createNatsRevisionLog({ servers: settings.servers, name: "control" });
const anchors = await loadTrustAnchors(settings.trustFile);

process.on("message", (request: ControlRequest) => {
  void publish(request)
    .catch((error: unknown): PublishedAnswer => ({ outcome: "refused", why: String(error), position: null, digest: null }))
    .then((answer) => process.send?.({ id: request.id, ...answer }));
});
process.on("disconnect", () => process.exit());

async function publish(request: ControlRequest): Promise<PublishedAnswer> {
  const { recipe, audience, keyFiles, nextKeys, newEpoch, timeoutMs } = request;
  const keys = await Promise.all(keyFiles.map(async (file) => (await loadSigningKey(file)).key));
  const [first, ...others] = keys;
  if (first === undefined) throw new Error("without a key nothing is signed");
  const change = { audience, ...(nextKeys !== undefined && { nextKeys }) };
  const bundle = bundleOf(recipe);
  if (recipe.poison !== null) {
    // The administration would refuse it: somebody else publishes, with the key.
    const end = AbortSignal.timeout(timeoutMs);
    return toAnswer(
      await publishRevision({
        log,
        anchors,
        keys: [first, ...others],
        publisher: "faults",
        end,
        change: { kind: "content", bundle, audience },
      }),
    );
  }
  const administration = createPolicyAdministration({ log, anchors, keys, publisher: "faults" });
  return toAnswer(
    await administration.publish({ ...change, bundle, timeoutMs, acceptsHoles: true, ...(newEpoch !== undefined && { newEpoch }) }),
  );
}

type Outcome = Awaited<ReturnType<typeof publishRevision>> | Awaited<ReturnType<ReturnType<typeof createPolicyAdministration>["publish"]>>;

function toAnswer(outcome: Outcome): PublishedAnswer {
  switch (outcome.outcome) {
    case "published":
      return { outcome: "published", why: null, position: outcome.revision.token, digest: outcome.revision.digest };
    case "unknown":
      return { outcome: "unknown", why: null, position: outcome.token, digest: outcome.digest };
    case "refused":
      return { outcome: "refused", why: `${outcome.code}: ${outcome.message}`, position: null, digest: null };
    case "dry-run":
      throw new Error("nobody asked for a dry run");
    case "unchanged":
    case "conflict":
    case "not-published":
      return { outcome: outcome.outcome, why: null, position: null, digest: null };
  }
}
