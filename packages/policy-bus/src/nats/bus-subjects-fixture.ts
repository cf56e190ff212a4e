import { inboxOf } from "./server-parts.ts";

export const streams = ["PORTCULLIS_POLICY_default", "PORTCULLIS_BUNDLES_default", "PORTCULLIS_STATUS_default"] as const;

/** What somebody may try to send: answered, or heard by somebody, where the right is there. */
export const sent: readonly string[] = [
  ...["$JS.API", "$JS.hub.API"].flatMap((api) => apiVerbs().map((verb) => `${api}.${verb}`)),
  ...["$JS.ACK.PORTCULLIS_POLICY_default.x.1.1.1.1.0", "$JS.FC.PORTCULLIS_POLICY_default.x.y"],
  ...["portcullis.policy.default", "portcullis.policy.other", `portcullis.bundles.default.${"0".repeat(64)}.0`],
  ...["a.decision-0", "a.decision-1", "b.decision-0", "b.decision-1", "eu%2ewest.any", "c.any"].map(
    (replica) => `portcullis.status.default.${replica}`,
  ),
  ...["portcullis.status.other.a.decision-0", "portcullis.reports.default.a.decision-0", "portcullis.news.default", "portcullis"],
  ...["", ".STATSZ", ".VARZ", ".HEALTHZ", ".JSZ", ".CONNZ", ".LEAFZ", ".ROUTEZ", ".ACCOUNTZ", ".SUBSZ", ".GATEWAYZ", ".PROFILEZ"].map(
    (what) => `$SYS.REQ.SERVER.PING${what}`,
  ),
  ...["RELOAD", "LDM", "KICK", "VARZ"].map((what) => `$SYS.REQ.SERVER.NABC.${what}`),
  ...["$SYS.REQ.ACCOUNT.PORTCULLIS.SUBSZ", "$SYS.REQ.ACCOUNT.PING.CONNZ", "$SYS.REQ.ACCOUNT.PING.STATZ", "$SYS.REQ.USER.INFO"],
  ...["$SYS.REQ.CLAIMS.UPDATE", "$SYS.REQ.CLAIMS.LIST", "$SYS.ACCOUNT.PORTCULLIS.CONNECT"],
  ...["_INBOX.somebody.x", "_R_.abcdef.x", "$GR.x.y", "_GR_.x.y.z", "$NRG.V.x", "$JSC.R.x", "$SYS.JSC.CI.x.a.b.c"],
];

/** What somebody may try to hear. */
export function heard(ownUser: string, otherUser: string): readonly string[] {
  return [
    ...[">", "*", "*.>", "*.*.>", "portcullis.>", "portcullis.policy.default", "portcullis.bundles.>", "portcullis.news.default"],
    ...["portcullis.news.*", "portcullis.status.>", "portcullis.status.default.a.decision-0", "portcullis.status.default.b.decision-0"],
    ...["portcullis.reports.default.*.*", "portcullis.reports.>", "portcullis.reports.default.a.decision-0"],
    ...["_INBOX.>", "_INBOX.*.*.*", inboxOf(otherUser), inboxOf(ownUser), `_INBOX.${ownUser}`],
    ...["$JS.>", "$JS.API.>", "$JS.hub.API.>", "$JS.hub.API.STREAM.MSG.GET.PORTCULLIS_POLICY_default", "$JS.EVENT.ADVISORY.>"],
    ...["$SYS.>", "$SYS.ACCOUNT.>", "$SYS.SERVER.>", "$SYS.REQ.>", "_R_.>", "$NRG.>", "$JSC.>", "$KV.>", "$OBJ.>"],
  ];
}

/** With the bodies that would do what the name says. */
export function bodyOf(subject: string): string {
  const stream = streams.find((name) => subject.includes(name)) ?? "EVIL";
  const bodies: readonly (readonly [RegExp, unknown])[] = [
    [/\.STREAM\.MSG\.DELETE\./, { seq: 1, no_erase: true }],
    [/\.STREAM\.MSG\.GET\./, { seq: 1 }],
    [/\.STREAM\.(CREATE|UPDATE)\./, { name: stream, subjects: ["portcullis.>"], storage: "memory", max_msgs: 1 }],
    [/\.STREAM\.SNAPSHOT\./, { deliver_subject: "portcullis.reports.default.a.decision-0", no_consumers: true }],
    [/\.CONSUMER\.(CREATE|DURABLE\.CREATE)\./, { stream_name: stream, config: { durable_name: "evil", ack_policy: "none" } }],
    [/\.CONSUMER\.MSG\.NEXT\./, { batch: 1, no_wait: true }],
  ];
  const [, body] = bodies.find(([pattern]) => pattern.test(subject)) ?? [];
  return body === undefined ? "" : JSON.stringify(body);
}

/** From the documentation of the JetStream API, the newest release's. */
function apiVerbs(): readonly string[] {
  const ofStream = [...streams, "EVIL"].flatMap((stream) => [
    ...["INFO", "CREATE", "UPDATE", "DELETE", "PURGE", "SNAPSHOT", "RESTORE", "MSG.GET", "MSG.DELETE"].map(
      (what) => `STREAM.${what}.${stream}`,
    ),
    ...["PEER.REMOVE", "LEADER.STEPDOWN"].map((what) => `STREAM.${what}.${stream}`),
    ...[`DIRECT.GET.${stream}`, `DIRECT.GET.${stream}.portcullis.policy.default`],
    ...["CREATE", "NAMES", "LIST"].map((what) => `CONSUMER.${what}.${stream}`),
    ...["CREATE", "DURABLE.CREATE", "INFO", "DELETE", "MSG.NEXT", "LEADER.STEPDOWN", "PAUSE", "UNPIN", "RESET"].map(
      (what) => `CONSUMER.${what}.${stream}.evil`,
    ),
    `CONSUMER.CREATE.${stream}.evil.portcullis.policy.default`,
  ]);
  return [
    ...["INFO", "STREAM.NAMES", "STREAM.LIST", "STREAM.TEMPLATE.CREATE.EVIL", "META.LEADER.STEPDOWN", "SERVER.REMOVE"],
    ...["ACCOUNT.PURGE.PORTCULLIS", "ACCOUNT.STREAM.MOVE.PORTCULLIS.x", "ACCOUNT.STREAM.CANCEL_MOVE.PORTCULLIS.x"],
    ...ofStream,
  ];
}
