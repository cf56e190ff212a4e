import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureDevelopmentPki, type PkiFiles } from "@portcullis/pki";

/** Certificates of one authority, and those that this process shows itself. */
export interface ReplicaTls {
  readonly caFile: string;
  readonly decision: PkiFiles;
  readonly server: PkiFiles;
  readonly frontEnd: PkiFiles;
  readonly ca: Buffer;
  readonly clientCert: Buffer;
  readonly clientKey: Buffer;
  readonly apiServerCert: Buffer;
  readonly apiServerKey: Buffer;
}

/** Makes them below a folder. */
export async function readReplicaTls(folder: string): Promise<ReplicaTls> {
  const { decision, server, webhookClient, apiServerClient, caFile } = await ensureDevelopmentPki(join(folder, "pki"));
  const read = (file: string) => readFile(file);
  return {
    ...{ caFile, decision, server, frontEnd: webhookClient, ca: await read(caFile) },
    ...{ clientCert: await read(webhookClient.certFile), clientKey: await read(webhookClient.keyFile) },
    ...{ apiServerCert: await read(apiServerClient.certFile), apiServerKey: await read(apiServerClient.keyFile) },
  };
}
