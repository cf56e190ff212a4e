import { join } from "node:path";
import type { ClusterServers, ServerConfigOptions, ServerPlace, ServerRelease, ServerTls } from "@portcullis/policy-bus/nats-server-config";
import { CliError } from "./cli-error.ts";
import { listOption, type OptionValues, textOption } from "./command-definition.ts";
import { numberOption } from "./number-option.ts";

/** What the options of `nats config` ask for, without the credentials. Throws `CliError`. */
export function toServerConfigOptions(options: OptionValues): Omit<ServerConfigOptions, "credentialOf"> {
  const text = (name: string) => textOption(options, name) ?? "";
  return {
    hub: hubOf(options),
    clusters: clustersOf(options),
    policySet: text("policy-set"),
    domain: domainOf(text("domain")),
    tls: tlsOf(options),
    release: text("server-release") === "2.9" ? "2.9" : ("2.10" satisfies ServerRelease),
  };
}

function hubOf(options: OptionValues): readonly ServerPlace[] {
  const hosts = listOption(options, "hub").map(hostOf);
  if (hosts.length !== 1 && hosts.length !== 3) {
    throw new CliError(
      "cli-usage",
      `--hub names ${hosts.length} servers; one can be lost with its disk, and three agree: name one or three`,
    );
  }
  return hosts.map((host, index) => ({ ...placeOf(options), name: hosts.length === 1 ? "hub" : `hub-${index + 1}`, host }));
}

function clustersOf(options: OptionValues): readonly ClusterServers[] {
  const clusters = new Map<string, ClusterServers>();
  for (const text of listOption(options, "cluster")) {
    const [name, replicas] = splitAt(text, "=");
    if (clusters.has(name)) throw new CliError("cli-usage", `--cluster names "${name}" twice; give all its replicas at once`);
    clusters.set(name, { name, ...(replicas !== undefined && { replicas: replicas.split(",") }) });
  }
  for (const text of listOption(options, "leaf")) {
    const [name, host] = splitAt(text, "=");
    if (host === undefined) throw new CliError("cli-usage", `--leaf "${text}" names no host; write it as cluster=host`);
    const leaf = { ...placeOf(options), name: `leaf-${name.replaceAll(/[^A-Za-z0-9_-]/g, "_")}`, host: hostOf(host) };
    clusters.set(name, { name, ...clusters.get(name), leaf });
  }
  if (clusters.size === 0) throw new CliError("cli-usage", "no cluster is named; name each with --cluster or --leaf");
  return [...clusters.values()];
}

function placeOf(options: OptionValues): Omit<ServerPlace, "name" | "host"> {
  const port = (name: string) => numberOption(options, name) ?? 0;
  return {
    bind: hostOf(textOption(options, "bind") ?? ""),
    clientPort: port("client-port"),
    leafPort: port("leaf-port"),
    routePort: port("route-port"),
    monitorPort: port("monitor-port"),
    storeFolder: textOption(options, "store") ?? "",
  };
}

function tlsOf(options: OptionValues): ServerTls | undefined {
  if (options["plaintext"] === true) return undefined;
  const folder = textOption(options, "tls") ?? "";
  return { certFile: join(folder, "tls.crt"), keyFile: join(folder, "tls.key"), caFile: join(folder, "ca.crt") };
}

/** It stands in addresses: nothing else may come along with it. */
function hostOf(host: string): string {
  if (/^([A-Za-z0-9_.-]+|\[[0-9a-fA-F:.]+\])$/.test(host)) return host;
  throw new CliError("cli-usage", `"${host}" is no host; write a name or an address, without a port`);
}

function domainOf(domain: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(domain)) return domain;
  throw new CliError("cli-usage", `--domain "${domain}" is part of subjects; use letters, digits, dashes and underscores`);
}

function splitAt(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
