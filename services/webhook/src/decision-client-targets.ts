import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "@portcullis/config";
import type { DecisionTarget } from "./decision-client-address.ts";

export interface FollowTargetsOptions {
  /** `host:port`, `1.2.3.4:port`, `[::1]:port`; a name stands for all of its addresses. */
  readonly addresses: readonly string[];
  /** Called with all targets whenever they changed. */
  readonly onTargets: (targets: readonly DecisionTarget[]) => void;
  /** A name does not resolve; its last addresses stay. Called once until it resolves again. */
  readonly onProblem: (name: string, error: unknown) => void;
  /** Default 1,000. */
  readonly intervalMs?: number;
  /** Default: the resolver of the system, which also knows `/etc/hosts` and search domains. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
}

/** Resolves names at once and every second, so that replicas that came or went are known. Throws `ConfigError`; returns what stops it. */
export function followTargets(options: FollowTargetsOptions): () => void {
  const { onTargets, intervalMs = 1_000, resolve = resolveBySystem } = options;
  const places = options.addresses.map(parsePlace);
  const known = new Map<string, readonly string[]>();
  const failing = new Set<string>();
  const stopping = new AbortController();
  const { signal } = stopping;
  let told = "";

  async function refresh(name: string): Promise<void> {
    try {
      const found = await resolve(name);
      if (found.length > 0) known.set(name, found);
      failing.delete(name);
    } catch (error) {
      if (!failing.has(name)) options.onProblem(name, error);
      failing.add(name);
    }
  }

  function tell(): void {
    const targets = places.flatMap(({ host, port }): readonly DecisionTarget[] => {
      if (isIP(host) !== 0) return [{ address: join(host, port), serverName: undefined }];
      return (known.get(host) ?? []).map((ip) => ({ address: join(ip, port), serverName: host }));
    });
    const distinct = [...new Map(targets.map((target) => [target.address, target])).values()];
    const fingerprint = distinct
      .map(({ address, serverName }) => `${address} ${serverName ?? ""}`)
      .sort()
      .join("\n");
    if (fingerprint === told || signal.aborted) return;
    told = fingerprint;
    onTargets(distinct);
  }

  const names = [...new Set(places.map(({ host }) => host).filter((host) => isIP(host) === 0))];
  async function follow(): Promise<void> {
    while (!signal.aborted) {
      await Promise.all(names.map(refresh));
      tell();
      await sleep(intervalMs, undefined, { signal, ref: false });
    }
  }

  tell();
  if (names.length > 0) {
    follow().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
  return () => stopping.abort();
}

interface Place {
  readonly host: string;
  readonly port: number;
}

function parsePlace(text: string): Place {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]/\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) {
    throw new ConfigError([{ key: "decision.addresses", origin: "", message: `"${text}" is no address: write host:port or [IPv6]:port` }]);
  }
  return { host, port };
}

function join(ip: string, port: number): string {
  return isIP(ip) === 6 ? `[${ip}]:${port}` : `${ip}:${port}`;
}

async function resolveBySystem(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
}
