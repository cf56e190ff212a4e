import { readFile } from "node:fs/promises";
import { ensureDevelopmentPki } from "@portcullis/pki";

/** One side of a TLS connection. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

export interface TlsMaterial {
  readonly server: TlsPair;
  readonly apiServer: TlsPair;
  readonly decision: TlsPair;
  readonly webhookClient: TlsPair;
}

/** Certificates for both sides; made in `folder` when they are not there. */
export async function readTlsMaterial(folder: string): Promise<TlsMaterial> {
  const pki = await ensureDevelopmentPki(folder);
  const ca = await readFile(pki.caFile);
  const read = async (files: { certFile: string; keyFile: string }) => ({
    cert: await readFile(files.certFile),
    key: await readFile(files.keyFile),
    ca,
  });
  return {
    server: await read(pki.server),
    apiServer: await read(pki.apiServerClient),
    decision: await read(pki.decision),
    webhookClient: await read(pki.webhookClient),
  };
}
