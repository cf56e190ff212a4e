import type { CertificateSource } from "@portcullis/wire";
import { type AddressEvents, DecisionAddress, type DecisionTarget } from "./decision-client-address.ts";

/** The addresses that are asked now. */
export interface AddressPool {
  readonly addresses: () => Iterable<DecisionAddress>;
  /** Addresses that take questions now. */
  readonly streamCount: () => number;
  /** Connects to those that are new, and asks those that are gone nothing any more. */
  setTargets(targets: readonly DecisionTarget[]): void;
  close(): void;
}

/** Empty at first. */
export function createAddressPool(certificates: CertificateSource, events: AddressEvents): AddressPool {
  const addresses = new Map<string, DecisionAddress>();
  return {
    addresses: () => addresses.values(),
    streamCount: () => [...addresses.values()].filter(({ stream }) => stream !== undefined).length,
    setTargets(targets) {
      const wanted = new Set(targets.map(({ address }) => address));
      for (const [address, gone] of addresses) {
        if (wanted.has(address)) continue;
        addresses.delete(address);
        gone.retire();
      }
      for (const target of targets) {
        if (!addresses.has(target.address)) addresses.set(target.address, new DecisionAddress(target, certificates, events));
      }
    },
    close() {
      for (const address of addresses.values()) address.close();
    },
  };
}
