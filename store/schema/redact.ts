/** Takes what looks like a secret out of text that leaves the town or goes into its history. */

const MARK = "[secret]";

/** Shapes of tokens that services give out, and credentials in URLs and headers. */
const PATTERNS: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bglpat-[A-Za-z0-9_-]{16,}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  /\bAKIA[0-9A-Z]{16}\b/g,
  /\bAIza[0-9A-Za-z_-]{30,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** The text with a mark in the place of each secret that can be recognised. */
export function redact(text: string): string {
  let clean = text
    .replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${MARK}@`)
    .replaceAll(/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{12,}/gi, `$1 ${MARK}`)
    .replaceAll(
      /\b([A-Z][A-Z0-9_]*(?:TOKEN|SECRET|PASSWORD|API_KEY))(\s*[=:]\s*)(["']?)[^\s"']{6,}\3/g,
      `$1$2${MARK}`,
    );
  for (const pattern of PATTERNS) clean = clean.replaceAll(pattern, MARK);
  return clean;
}
