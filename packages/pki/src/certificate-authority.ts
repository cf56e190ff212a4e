import "reflect-metadata";
import { createPrivateKey, randomBytes, webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralName,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { PkiError } from "./pki-error.ts";

const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256" };
const signingAlgorithm = { name: "ECDSA", hash: "SHA-256" };
const dayMs = 86_400_000;
// Clocks of two machines differ; a certificate made now must be valid there now.
const backdateMs = 5 * 60_000;

/** A certificate and its private key (PKCS#8), as PEM. */
export interface KeyPairPem {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly uris?: readonly string[];
  /** Go and Node both look at the extended key usage. */
  readonly usage: "server" | "client" | "both";
  /** Default: five minutes ago. */
  readonly notBefore?: Date;
  /** Default: 365 days from now, or the CA's end where that is sooner. */
  readonly notAfter?: Date;
}

/** Issues P-256 certificates. For development, tests and `init`; holds its private key in memory. */
export interface CertificateAuthority extends KeyPairPem {
  issue(request: CertificateRequest): Promise<KeyPairPem>;
}

/** A new self-signed authority; valid for `validDays`, 3,650 unless said otherwise. */
export async function createCertificateAuthority(options: {
  readonly commonName: string;
  readonly validDays?: number;
}): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const now = Date.now();
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: newSerialNumber(),
      name: nameOf(options.commonName),
      notBefore: new Date(now - backdateMs),
      notAfter: new Date(now + (options.validDays ?? 3650) * dayMs),
      signingAlgorithm,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return authority({ certPem: toPem(certificate), keyPem: await exportKey(keys.privateKey) }, certificate, keys.privateKey);
}

/** An authority from its certificate and private key. Rejects with `PkiError` when they do not parse. */
export async function loadCertificateAuthority({ certPem, keyPem }: KeyPairPem): Promise<CertificateAuthority> {
  try {
    const pkcs8 = createPrivateKey(keyPem).export({ type: "pkcs8", format: "der" });
    const key = await webcrypto.subtle.importKey("pkcs8", pkcs8, keyAlgorithm, false, ["sign"]);
    return authority({ certPem, keyPem }, new X509Certificate(certPem), key);
  } catch (error) {
    throw new PkiError("pki-malformed", "the certificate authority cannot be read: give its certificate and a P-256 key as PEM", {
      cause: error,
    });
  }
}

function authority(pair: KeyPairPem, issuer: X509Certificate, signingKey: webcrypto.CryptoKey): CertificateAuthority {
  async function issue(request: CertificateRequest): Promise<KeyPairPem> {
    const keys = await generateKeys();
    const now = Date.now();
    const certificate = await X509CertificateGenerator.create(
      {
        serialNumber: newSerialNumber(),
        subject: nameOf(request.commonName),
        issuer: issuer.subjectName,
        notBefore: request.notBefore ?? new Date(now - backdateMs),
        notAfter: request.notAfter ?? new Date(Math.min(now + 365 * dayMs, issuer.notAfter.getTime())),
        signingAlgorithm,
        publicKey: keys.publicKey,
        signingKey,
        extensions: await leafExtensions(request, keys.publicKey, issuer),
      },
      webcrypto,
    );
    return { certPem: toPem(certificate), keyPem: await exportKey(keys.privateKey) };
  }
  return { ...pair, issue };
}

async function leafExtensions(
  { dnsNames = [], ipAddresses = [], uris = [], usage }: CertificateRequest,
  publicKey: webcrypto.CryptoKey,
  issuer: X509Certificate,
): Promise<Extension[]> {
  const usages = {
    server: [ExtendedKeyUsage.serverAuth],
    client: [ExtendedKeyUsage.clientAuth],
    both: [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth],
  };
  const names: JsonGeneralName[] = [
    ...dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...ipAddresses.map((value) => ({ type: "ip" as const, value })),
    ...uris.map((value) => ({ type: "url" as const, value })),
  ];
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(usages[usage]),
    await SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto),
    await AuthorityKeyIdentifierExtension.create(issuer.publicKey, false, webcrypto),
    ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
  ];
}

// In parts, so that a name with a comma stays one name.
function nameOf(commonName: string): JsonName {
  return [{ CN: [commonName] }];
}

// Positive and without a leading zero byte, as RFC 5280 asks.
function newSerialNumber(): string {
  return `01${randomBytes(15).toString("hex")}`;
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
}

function toPem(certificate: X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ type: "pkcs8", format: "pem" }).toString();
}
