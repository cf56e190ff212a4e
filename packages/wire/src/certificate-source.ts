import type { experimental } from "@grpc/grpc-js";

/** A certificate with its chain, its key, and the authorities that the other side's certificate must come from; all PEM. */
export interface MutualTls {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

/** Certificates of one end of gRPC, which can be replaced without a dropped connection. */
export interface CertificateSource {
  /** For `experimental.createCertificateProvider…Credentials` of grpc-js, as authority and as identity. */
  readonly provider: experimental.CertificateProvider;
  /** For connections from now on; those that stand stay. */
  replace(tls: MutualTls): void;
}

/** Starts with `tls`. */
export function createCertificateSource({ cert, key, ca }: MutualTls): CertificateSource {
  const authority = listeners<experimental.CaCertificateUpdate>({ caCertificate: ca });
  const identity = listeners<experimental.IdentityCertificateUpdate>({ certificate: cert, privateKey: key });
  return {
    provider: {
      addCaCertificateListener: authority.add,
      removeCaCertificateListener: authority.remove,
      addIdentityCertificateListener: identity.add,
      removeIdentityCertificateListener: identity.remove,
    },
    replace(tls) {
      authority.update({ caCertificate: tls.ca });
      identity.update({ certificate: tls.cert, privateKey: tls.key });
    },
  };
}

function listeners<Update>(first: Update) {
  const all = new Set<(update: Update) => void>();
  let latest = first;
  return {
    add(listener: (update: Update) => void) {
      all.add(listener);
      // Not before this call returns: grpc-js 1.14 starts watching its own credentials only after it has added these listeners, and a
      // server that missed the first certificate drops every connection.
      queueMicrotask(() => {
        if (all.has(listener)) listener(latest);
      });
    },
    remove: (listener: (update: Update) => void) => void all.delete(listener),
    update(next: Update) {
      latest = next;
      for (const listener of all) listener(next);
    },
  };
}
