/** Headers under which the dashboard's documents are served; the dashboard is tested under exactly these. */

/**
 * Scripts, fonts and connections come from the gateway alone. Inline styles stay allowed because the terminal
 * (xterm.js) writes its colours and cell sizes as style elements and attributes; inline scripts are not.
 */
export const DASHBOARD_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Headers for every static file of the dashboard; `cache-control` depends on the file. */
export const DASHBOARD_HEADERS = {
  "content-security-policy": DASHBOARD_CSP,
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;
