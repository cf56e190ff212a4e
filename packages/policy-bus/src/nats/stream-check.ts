import { isDeepStrictEqual } from "node:util";
import type { LogWeakness } from "../log-weakness.ts";
import { RevisionLogError } from "../revision-log-error.ts";
import { askJetStream, fieldsOrThrow, type JsonObject, jetStreamErrors, toObject } from "./jetstream-request.ts";
import type { NatsLink } from "./nats-link.ts";
import type { StreamReader } from "./stored-message.ts";
import { type StreamOptions, type StreamPlan, streamsOf } from "./stream-plan.ts";

/** The first release whose compare-and-set per subject does not fork with three replicas. */
const oldestSound = [2, 9, 21] as const;
const smallestPayload = 1024 * 1024;

/** Creates the streams that are missing; leaves those that are there as they are. */
export async function setUpStreams(link: NatsLink, plan: StreamPlan, options: StreamReader & { readonly replicas: number }): Promise<void> {
  for (const stream of streamsOf(plan, options.replicas)) {
    if ((await readOptions(link, stream.name, options)) === undefined) await createStream(link, stream, options);
  }
}

/** What the server found does not keep, of the streams and of itself. `syncAlways`: the operator says that every write is synced. */
export async function findWeaknesses(
  link: NatsLink,
  plan: StreamPlan,
  options: StreamReader & { readonly syncAlways: boolean },
): Promise<readonly LogWeakness[]> {
  const { info } = await link.connection(performance.now() + options.timeoutMs);
  const found = await Promise.all(streamsOf(plan, 3).map((stream) => weaknessesFound(link, plan, { ...options, stream })));
  return [
    ...weaknessesOfServer(info?.version ?? "unknown", info?.max_payload ?? 0),
    ...found.flat(),
    ...(options.syncAlways ? [] : [weakness("bus-sync-interval-unknown", "set sync_interval: always on every server, and say so")]),
  ];
}

/** Replicas have no right to look at the stream of reports, which tells of other clusters: whoever publishes looks at it. */
async function weaknessesFound(
  link: NatsLink,
  { status }: StreamPlan,
  { stream, ...reader }: StreamReader & { readonly stream: StreamOptions },
): Promise<readonly LogWeakness[]> {
  try {
    return weaknessesOfStream(stream, await readOptions(link, stream.name, reader));
  } catch (error) {
    if (stream.name === status.stream && error instanceof RevisionLogError && error.code === "bus-rejected") return [];
    throw error;
  }
}

function weaknessesOfServer(version: string, payload: number): readonly LogWeakness[] {
  const old = weakness("bus-server-old", `the server's version is ${version}; run ${oldestSound.join(".")} or newer`);
  const small = weakness("bus-payload-small", `max_payload is ${payload}; set it to ${smallestPayload} or more`);
  return [...(isSound(version) ? [] : [old]), ...(payload < smallestPayload ? [small] : [])];
}

function weaknessesOfStream(stream: StreamOptions, found: JsonObject | undefined): readonly LogWeakness[] {
  if (found === undefined)
    throw new RevisionLogError("bus-not-set-up", `there is no stream "${stream.name}"; create it with \`portcullis bus setup\``);
  const ignored = ignoredOptions(stream, found);
  const replicas = found["num_replicas"];
  const isFew = typeof replicas !== "number" || replicas < 3;
  return [
    ...(ignored.length === 0 ? [] : [weakness("bus-option-ignored", `stream "${stream.name}" does not keep ${ignored.join(", ")}`)]),
    ...(isFew ? [weakness("bus-replicas-few", `stream "${stream.name}" has ${String(replicas)} of 3 copies`)] : []),
  ];
}

function weakness(code: LogWeakness["code"], message: string): LogWeakness {
  return { code, message };
}

async function readOptions(link: NatsLink, name: string, { api, timeoutMs }: StreamReader): Promise<JsonObject | undefined> {
  const answer = await askJetStream(link, { subject: `${api}.STREAM.INFO.${name}`, timeoutMs });
  if (!answer.ok && answer.code === jetStreamErrors.streamNotFound) return undefined;
  return toObject(fieldsOrThrow(answer, `reading about stream "${name}"`)["config"]) ?? {};
}

async function createStream(link: NatsLink, stream: StreamOptions, { api, timeoutMs }: StreamReader): Promise<void> {
  // Asking again for the same stream is answered like the first time.
  const answer = await askJetStream(link, { subject: `${api}.STREAM.CREATE.${stream.name}`, body: stream, timeoutMs });
  fieldsOrThrow(answer, `creating stream "${stream.name}"`);
}

// Absent means false: servers leave out what is not set. The number of copies has its own code.
function ignoredOptions(asked: StreamOptions, found: JsonObject): readonly string[] {
  return Object.entries(asked)
    .filter(([option, value]) => option !== "num_replicas" && !isDeepStrictEqual(found[option] ?? false, value))
    .map(([option]) => option);
}

function isSound(version: string): boolean {
  const [, ...numbers] = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  const different = oldestSound.findIndex((part, index) => Number(numbers[index]) !== part);
  return numbers.length > 0 && (different === -1 || Number(numbers[different]) > (oldestSound[different] ?? 0));
}
