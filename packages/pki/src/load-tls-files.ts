import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { PkiError } from "./pki-error.ts";

export interface TlsFileNames {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile?: string | undefined;
}

/** A certificate (with its chain) that is valid now, its key, and the authorities peers are checked against. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer | undefined;
  /** When the certificate runs out. */
  readonly notAfter: Date;
}

/** Reads and checks a certificate, its key and a CA bundle. Rejects with a `PkiError` that names the file. */
export async function loadTlsFiles(files: TlsFileNames): Promise<TlsFiles> {
  const [cert, key, ca] = await readTlsFiles(files);
  const certificate = parseCertificate(cert, files.certFile);
  if (!certificate.checkPrivateKey(parseKey(key, files.keyFile))) {
    throw new PkiError(
      "pki-mismatch",
      `the key in "${files.keyFile}" does not belong to the certificate in "${files.certFile}": write both anew`,
    );
  }
  assertValidNow(certificate, files.certFile);
  if (ca !== undefined) assertAuthorities(ca, files.caFile ?? "");
  return { cert, key, ca, notAfter: new Date(certificate.validTo) };
}

/** The bytes of the files as they are now: certificate, key and CA bundle. */
export async function readTlsFiles({ certFile, keyFile, caFile }: TlsFileNames): Promise<readonly [Buffer, Buffer, Buffer | undefined]> {
  return Promise.all([read(certFile), read(keyFile), caFile === undefined ? undefined : read(caFile)]);
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PkiError("pki-unreadable", `"${path}" cannot be read: ${reason}`, { cause: error });
  }
}

function parseCertificate(pem: Buffer | string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new PkiError("pki-malformed", `"${path}" holds no certificate: write one as PEM ("-----BEGIN CERTIFICATE-----")`, {
      cause: error,
    });
  }
}

function parseKey(pem: Buffer, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new PkiError("pki-malformed", `"${path}" holds no private key that can be read: write one as PEM, without a passphrase`, {
      cause: error,
    });
  }
}

function assertValidNow(certificate: X509Certificate, path: string): void {
  const now = Date.now();
  if (Date.parse(certificate.validTo) <= now) {
    throw new PkiError("pki-expired", `the certificate in "${path}" ran out on ${certificate.validTo}: write a new one`);
  }
  if (Date.parse(certificate.validFrom) > now) {
    throw new PkiError(
      "pki-not-yet-valid",
      `the certificate in "${path}" is valid from ${certificate.validFrom} only: look at this machine's clock`,
    );
  }
}

function assertAuthorities(bundle: Buffer, path: string): void {
  const blocks = bundle.toString("latin1").match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new PkiError("pki-malformed", `"${path}" holds no certificate: write the authority's as PEM`);
  for (const block of blocks) parseCertificate(block, path);
}
