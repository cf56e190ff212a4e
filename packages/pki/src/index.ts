/** Development certificate authority, certificates, and files that reload. */
export {
  type CertificateAuthority,
  type CertificateRequest,
  createCertificateAuthority,
  type KeyPairPem,
  loadCertificateAuthority,
} from "./certificate-authority.ts";
export { type DevelopmentPki, ensureDevelopmentPki, type PkiFiles } from "./development-pki.ts";
export { loadTlsFiles, type TlsFileNames, type TlsFiles } from "./load-tls-files.ts";
export { peerNames } from "./peer-names.ts";
export { PkiError, type PkiErrorCode, pkiErrorCodes } from "./pki-error.ts";
export { boundUnproven, type ConnectionOrigin, type UnprovenConnections, type UnprovenEnd } from "./unproven-connections.ts";
export { type TlsFilesWatcher, type WatchTlsFilesOptions, watchTlsFiles } from "./watch-tls-files.ts";
