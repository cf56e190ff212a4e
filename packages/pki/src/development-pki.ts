import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type CertificateAuthority,
  type CertificateRequest,
  createCertificateAuthority,
  type KeyPairPem,
  loadCertificateAuthority,
} from "./certificate-authority.ts";
import { makeFolder } from "./make-folder.ts";
import { PkiError } from "./pki-error.ts";
import { withFolderLock } from "./with-folder-lock.ts";
import { writeAtomically } from "./write-atomically.ts";

/** Where a certificate and its key stand. */
export interface PkiFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Certificates for one machine: everything Portcullis needs to start, and a client certificate to ask it as an API server. */
export interface DevelopmentPki {
  readonly caFile: string;
  readonly caKeyFile: string;
  /** The webhook's server certificate: `localhost`, 127.0.0.1, ::1 and the Service names. */
  readonly server: PkiFiles;
  /** Client, `CN=kube-apiserver`. */
  readonly apiServerClient: PkiFiles;
  /** The decision service's server certificate, `CN=portcullis-decision`. */
  readonly decision: PkiFiles;
  /** Client for the decision service, `CN=portcullis-webhook`. */
  readonly webhookClient: PkiFiles;
}

const serviceNames = (service: string) => [
  "localhost",
  service,
  `${service}.portcullis`,
  `${service}.portcullis.svc`,
  `${service}.portcullis.svc.cluster.local`,
];
const loopback = ["127.0.0.1", "::1"];
const leaves: Readonly<Record<string, CertificateRequest>> = {
  server: { commonName: "portcullis", dnsNames: serviceNames("portcullis"), ipAddresses: loopback, usage: "server" },
  "api-server-client": { commonName: "kube-apiserver", usage: "client" },
  decision: { commonName: "portcullis-decision", dnsNames: serviceNames("portcullis-decision"), ipAddresses: loopback, usage: "server" },
  "webhook-client": { commonName: "portcullis-webhook", usage: "client" },
};
const renewalMs = 7 * 86_400_000;

/**
 * Makes what is missing, broken or within 7 days of its end, and keeps the rest. Files are written atomically; keys are readable by
 * their owner only, and no two processes make them at once. Rejects with `PkiError` when the folder cannot be written.
 */
export async function ensureDevelopmentPki(folder: string): Promise<DevelopmentPki> {
  try {
    await makeFolder(folder);
    // Looked at first without the lock: what is complete needs no folder that can be written.
    if (!(await isComplete(folder))) await withFolderLock(folder, () => makeWhatIsMissing(folder));
  } catch (error) {
    if (error instanceof PkiError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new PkiError("pki-unwritable", `the folder "${folder}" cannot hold certificates: ${reason}; make it writable, or name another`, {
      cause: error,
    });
  }
  return {
    caFile: join(folder, "ca.crt"),
    caKeyFile: join(folder, "ca.key"),
    server: filesOf(folder, "server"),
    apiServerClient: filesOf(folder, "api-server-client"),
    decision: filesOf(folder, "decision"),
    webhookClient: filesOf(folder, "webhook-client"),
  };
}

function filesOf(folder: string, name: string): PkiFiles {
  return { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
}

async function isComplete(folder: string): Promise<boolean> {
  const ca = await readPair(folder, "ca");
  if (ca === undefined || !isCurrent(ca)) return false;
  const pairs = await Promise.all(Object.keys(leaves).map((name) => readPair(folder, name)));
  return pairs.every((pair) => pair !== undefined && isCurrent(pair) && isIssuedBy(pair, ca));
}

async function makeWhatIsMissing(folder: string): Promise<void> {
  const ca = await ensureAuthority(folder);
  for (const [name, request] of Object.entries(leaves)) await ensureLeaf(folder, name, { ca, request });
}

async function ensureAuthority(folder: string): Promise<CertificateAuthority> {
  const pair = await readPair(folder, "ca");
  if (pair !== undefined && isCurrent(pair)) return loadCertificateAuthority(pair);
  const ca = await createCertificateAuthority({ commonName: "Portcullis development CA" });
  await writePair(folder, "ca", ca);
  return ca;
}

async function ensureLeaf(
  folder: string,
  name: string,
  { ca, request }: { readonly ca: CertificateAuthority; readonly request: CertificateRequest },
): Promise<void> {
  const pair = await readPair(folder, name);
  if (pair !== undefined && isCurrent(pair) && isIssuedBy(pair, ca)) return;
  await writePair(folder, name, await ca.issue(request));
}

async function readPair(folder: string, name: string): Promise<KeyPairPem | undefined> {
  const { certFile, keyFile } = filesOf(folder, name);
  try {
    return { certPem: await readFile(certFile, "utf8"), keyPem: await readFile(keyFile, "utf8") };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function writePair(folder: string, name: string, { certPem, keyPem }: KeyPairPem): Promise<void> {
  const { certFile, keyFile } = filesOf(folder, name);
  await writeAtomically(keyFile, keyPem, 0o600);
  await writeAtomically(certFile, certPem, 0o644);
}

function isCurrent({ certPem, keyPem }: KeyPairPem): boolean {
  try {
    const certificate = new X509Certificate(certPem);
    return certificate.checkPrivateKey(createPrivateKey(keyPem)) && Date.parse(certificate.validTo) - Date.now() > renewalMs;
  } catch {
    return false;
  }
}

function isIssuedBy({ certPem }: KeyPairPem, ca: KeyPairPem): boolean {
  const issuer = new X509Certificate(ca.certPem);
  const certificate = new X509Certificate(certPem);
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
