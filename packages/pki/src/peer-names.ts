import type { PeerCertificate } from "node:tls";

/**
 * The names a verified certificate carries: `CN=…`, `DNS:…`, `URI:…`, `IP:…`. Empty for a peer without a certificate.
 * It does not say that the certificate is valid: TLS does that before.
 */
export function peerNames(certificate: PeerCertificate): readonly string[] {
  // Without a certificate Node hands out an object that is empty.
  const commonName = "subject" in certificate ? certificate.subject.CN : undefined;
  const commonNames = [commonName ?? []].flat().map((name) => `CN=${name}`);
  return [...commonNames, ...alternativeNames(certificate.subjectaltname ?? "")];
}

const forms: Readonly<Record<string, string>> = { DNS: "DNS:", URI: "URI:", "IP Address": "IP:" };
// Node writes a value that holds a comma, a quote or a control character as a JSON string, so that
// `DNS:"a, DNS:b"` is one name. https://nodejs.org/api/crypto.html#x509subjectaltname
const entry = /([^:,]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;

function alternativeNames(text: string): readonly string[] {
  const names: string[] = [];
  entry.lastIndex = 0;
  for (let match = entry.exec(text); match !== null && match[0] !== ""; match = entry.exec(text)) {
    const form = forms[match[1] ?? ""];
    const value = match[2] ?? "";
    if (form !== undefined) names.push(form + (value.startsWith('"') ? String(JSON.parse(value)) : value));
  }
  return names;
}
