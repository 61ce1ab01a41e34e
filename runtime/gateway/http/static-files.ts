/** The dashboard: files with a hash in their name are kept for ever, all other paths get the one document. */
import { DASHBOARD_HEADERS } from "../contract/csp.ts";
import type { Asset, Assets } from "../deps.ts";

const PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/** The file for a path, the document for a path without extension, or 404 as text. */
export async function staticFile(assets: Assets, path: string): Promise<Response> {
  const asset = await assets.get(path);
  if (asset !== undefined) return respond(asset, 200);
  const document = /\.[a-z0-9]+$/i.test(path) ? undefined : await assets.get("/index.html");
  if (document !== undefined) return respond(document, 200);
  return new Response(path === "/" ? "The dashboard is not built: npm run build:web\n" : "Not found\n", {
    status: path === "/" ? 503 : 404,
    headers: { ...DASHBOARD_HEADERS, "content-type": "text/plain; charset=utf-8" },
  });
}

function respond(asset: Asset, status: number): Response {
  // SAFETY: a Uint8Array is a body in every runtime; the type of the DOM library asks for a narrower buffer.
  return new Response(asset.body as BodyInit, {
    status,
    headers: {
      ...DASHBOARD_HEADERS,
      "permissions-policy": PERMISSIONS,
      "content-type": asset.type,
      "cache-control": asset.immutable ? "public, max-age=31536000, immutable" : "no-cache",
    },
  });
}
