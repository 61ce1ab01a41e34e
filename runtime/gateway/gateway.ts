/** The gateway: one Hono app that serves the API, the WebSocket and the dashboard. Portable to any edge. */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { secureHeaders } from "hono/secure-headers";
import { z } from "zod";
import { AppError, hasCode } from "../../store/schema/errors.ts";
import { authorize, authorizeAction, authorizeTown } from "./auth/authorize.ts";
import { type Principal, principalName } from "./auth/principal.ts";
import type { GatewayDeps } from "./deps.ts";
import { asAppError, problemResponse, toProblem } from "./http/problem.ts";
import { checkHost, checkSameSite } from "./http/same-site.ts";
import { SESSION_TTL_MS, sessionCookieName, sessionCookieOptions } from "./http/session-cookie.ts";
import { staticFile } from "./http/static-files.ts";
import { openApiDocument } from "./openapi.ts";
import { ROUTES } from "./routes/all.ts";
import { townName } from "./routes/params.ts";
import { parseInput, type Route, readJson, type TownCall } from "./routes/route.ts";
import { openConnection } from "./socket/connection.ts";
import { createTownHub } from "./socket/hub.ts";

const API = "/api/v1";
/** A bead's longest text is 1 MiB; its JSON may be twice as long by escapes. */
const MAX_BODY_BYTES = 4 * 1_048_576;

interface Env {
  Bindings: Record<string, unknown>;
  Variables: { principal: Principal };
}

/** `fetch(request, host)`; what `host` is only the host's own `upgrade` knows. */
export interface Gateway {
  fetch(request: Request, host?: unknown): Response | Promise<Response>;
  /** Drops the watch on the town's events. */
  close(): void;
}

/** Composes the app. It keeps no state but open sockets, sign-in tokens and the latest events of each town. */
export function createGateway(deps: GatewayDeps): Gateway {
  const app = new Hono<Env>();
  const hub = createTownHub(deps.directory);
  const cookieName = sessionCookieName(deps.keyId, deps.secure);
  const document = openApiDocument(ROUTES, deps.version);

  const limitBody = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      throw new AppError("too_large", `The body is larger than ${MAX_BODY_BYTES} bytes.`);
    },
  });

  app.onError((error, c) => problem(error, c.req.method, c.req.path));
  app.notFound(c => {
    const shown = c.req.path.startsWith("/api/");
    if (!shown && (c.req.method === "GET" || c.req.method === "HEAD"))
      return staticFile(deps.assets, c.req.path);
    return problem(
      new AppError("not_found", `There is no ${c.req.method} ${c.req.path}.`),
      c.req.method,
      c.req.path,
    );
  });

  app.use(async (c, next) => {
    checkHost(c.req.header("host") ?? new URL(c.req.url).host, deps.allowsHost);
    await next();
  });
  app.get("/healthz", c => c.json({ ok: true, version: deps.version }));
  app.use(
    `${API}/*`,
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      referrerPolicy: "no-referrer",
      strictTransportSecurity: deps.secure,
    }),
    limitBody,
  );
  app.get(`${API}/openapi.json`, c => c.json(document));
  signInRoutes();
  app.use(`${API}/*`, async (c, next) => {
    c.set("principal", await principalOf(c));
    await next();
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  });
  for (const route of ROUTES) app.on(route.method, API + route.path, c => serve(c, route));
  app.get(`${API}/towns/:town/socket`, serveSocket);
  app.use("/mcp", limitBody);
  app.all("/mcp", mcp);

  return {
    // SAFETY: hono only hands `host` back as `c.env`; nothing here reads it but the host's own upgrade.
    fetch: (request, host) => app.fetch(request, host as Env["Bindings"]),
    close: () => hub.close(),
  };

  function signInRoutes(): void {
    app.post(`${API}/auth/sign-in`, async c => {
      refuseOtherSites(c, false);
      const { token } = z.strictObject({ token: z.string().max(200) }).parse(await readJson(c.req.raw));
      await signIn(c, token);
      return c.body(null, 204);
    });
    app.post(`${API}/auth/sign-out`, c => {
      refuseOtherSites(c, false);
      deleteCookie(c, cookieName, sessionCookieOptions(deps.secure));
      return c.body(null, 204);
    });
    app.get("/", async (c, next) => {
      const token = c.req.query("token");
      if (token === undefined) return await next();
      try {
        await signIn(c, token);
        return c.redirect("/", 303);
      } catch (error) {
        // A link that is opened twice, or reloaded: whoever is signed in just goes on.
        if (!hasCode(error, "unauthenticated")) throw error;
        const signedIn = (await principalOf(c)).kind !== "anonymous";
        return c.redirect(signedIn ? "/" : "/?sign-in=expired", 303);
      }
    });
  }

  async function signIn(c: Context<Env>, token: string): Promise<void> {
    const user = await deps.signIn.redeem(token);
    const session = await deps.tokens.signSession(user, SESSION_TTL_MS);
    setCookie(c, cookieName, session, sessionCookieOptions(deps.secure));
    c.header("cache-control", "no-store");
    c.header("referrer-policy", "no-referrer");
  }

  async function principalOf(c: Context<Env>): Promise<Principal> {
    const principal = await deps.authenticator.principalOf({
      authorization: c.req.header("authorization"),
      cookie: getCookie(c, cookieName),
    });
    if (principal.kind === "user" && principal.via === "cookie") refuseOtherSites(c, isUpgrade(c));
    return principal;
  }

  async function serve(c: Context<Env>, route: Route): Promise<Response> {
    const principal = c.get("principal");
    // Nobody learns from a body or a look-up whether something exists before they have said who they are.
    if (principal.kind === "anonymous") authorize(principal, route.action, {});
    const named = c.req.param("town");
    authorizeAction(principal, route.action, named);
    const call = named === undefined ? noTown : await enterTown(principal, named);
    const parsed = await parseInput(route, {
      params: c.req.param(),
      query: flatten(c.req.queries()),
      body: () => readJson(c.req.raw),
    });
    const input = { ...parsed, principal, by: principalName(principal), town: call, deps };
    const resource = await route.resource(input);
    authorize(principal, route.action, resource);
    const answer = await route.handle(input, resource);
    if (route.status === 204) return c.body(null, 204);
    if (route.mediaType === undefined) return c.json(answer ?? null, route.status ?? 200);
    // SAFETY: `mediaType` promises that `handle` answers text or a stream.
    return c.body(answer as string | ReadableStream, 200, { "content-type": route.mediaType });
  }

  /** A model's calls. By bearer token only: a browser's cookie proves no model, and other sites can make a browser send it. */
  async function mcp(c: Context<Env>): Promise<Response> {
    refuseForeignOrigin(c);
    const principal = await deps.authenticator.principalOf({
      authorization: c.req.header("authorization"),
      cookie: undefined,
    });
    if (principal.kind === "anonymous") {
      throw new AppError("unauthenticated", "MCP needs a bearer token.", {
        hint: "An agent sends its GASTOWN_TOKEN; a person starts `gt mcp`, or sends the owner's token of the town.",
      });
    }
    const towns = await deps.towns();
    const town = principal.kind === "agent" ? principal.town : towns.find(name => canEnter(principal, name));
    if (town === undefined) throw new AppError("not_found", "There is no town here for you.");
    await enterTown(principal, town);
    const { serveMcp } = await import("./mcp/http.ts");
    return await serveMcp(c.req.raw, {
      principal,
      town,
      version: deps.version,
      fetch: request => app.fetch(request, c.env),
    });
  }

  function canEnter(principal: Principal, town: string): boolean {
    try {
      authorizeTown(principal, town);
      return true;
    } catch {
      // Somebody else's.
      return false;
    }
  }

  /** A page of another site must not reach it, whatever token it got hold of. */
  function refuseForeignOrigin(c: Context<Env>): void {
    const origin = c.req.header("origin");
    if (origin === undefined) return;
    checkSameSite({
      method: "POST",
      isUpgrade: false,
      host: c.req.header("host") ?? new URL(c.req.url).host,
      origin,
      fetchSite: undefined,
    });
  }

  async function serveSocket(c: Context<Env>): Promise<Response> {
    const principal = c.get("principal");
    const town = c.req.param("town") ?? "";
    if (!isUpgrade(c)) {
      throw new AppError("invalid_argument", "This address is a WebSocket.", {
        hint: "Connect with Upgrade: websocket.",
      });
    }
    const call = await enterTown(principal, town);
    authorize(principal, "socket.open", { town });
    const handlers = openConnection({ principal, town, hub: await hub.of(town, call), deps });
    return deps.upgrade(c.req.raw, c.env, handlers);
  }

  /** @throws {AppError} unauthenticated, forbidden, not_found */
  async function enterTown(principal: Principal, name: string): Promise<TownCall> {
    authorizeTown(principal, name);
    if (!townName.safeParse(name).success || !(await deps.towns()).includes(name)) {
      throw new AppError("not_found", `There is no town "${name}" here.`);
    }
    return (method, args) => deps.directory.call({ kind: "town", name }, method, args);
  }

  function refuseOtherSites(c: Context<Env>, upgrade: boolean): void {
    checkSameSite({
      method: c.req.method,
      isUpgrade: upgrade,
      host: c.req.header("host") ?? new URL(c.req.url).host,
      origin: c.req.header("origin"),
      fetchSite: c.req.header("sec-fetch-site"),
    });
  }

  function problem(error: unknown, method: string, path: string): Response {
    const app = asAppError(error);
    const incident = deps.incident();
    if (app.status >= 500) deps.log.error("request failed", { incident, method, path, error });
    return problemResponse(toProblem(app, () => incident));
  }
}

const noTown: TownCall = () =>
  Promise.reject(new AppError("not_supported", "This route belongs to no town."));

function isUpgrade(c: Context<Env>): boolean {
  return c.req.header("upgrade")?.toLowerCase() === "websocket";
}

/** `?a=1&b=2&b=3` as `{ a: "1", b: ["2", "3"] }`. */
function flatten(queries: Readonly<Record<string, readonly string[]>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}
