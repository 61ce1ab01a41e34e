/** Sign-in, the cookie, and what other sites or other names for 127.0.0.1 may not do. */
import { describe, expect, test } from "bun:test";
import { HOST, makeFixture, ORIGIN } from "./fixture.ts";

const at = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
  new Request(ORIGIN + path, { ...init, headers: { host: HOST, ...init.headers } });

describe("a sign-in link", () => {
  test("signs a browser in once, by a cookie that scripts cannot read", async () => {
    const { gateway, signIn } = await makeFixture();
    const { token } = await signIn.issue("ada", 60_000);
    const first = await gateway.fetch(at(`/?token=${token}`));
    expect(first.status).toBe(303);
    expect(first.headers.get("location")).toBe("/");
    const cookie = first.headers.get("set-cookie") ?? "";
    for (const part of ["HttpOnly", "SameSite=Strict", "Path=/"]) expect(cookie).toContain(part);

    const session = cookie.split(";")[0] ?? "";
    const towns = await gateway.fetch(at("/api/v1/towns", { headers: { cookie: session } }));
    expect(await towns.json()).toEqual({ towns: [{ name: "demo" }] });

    const again = await gateway.fetch(at(`/?token=${token}`));
    expect(again.headers.get("location")).toBe("/?sign-in=expired");
    expect(again.headers.get("set-cookie")).toBeNull();
    const reload = await gateway.fetch(at(`/?token=${token}`, { headers: { cookie: session } }));
    expect(reload.headers.get("location")).toBe("/");
  });

  test("expires", async () => {
    const { gateway, signIn, advance } = await makeFixture();
    const { token } = await signIn.issue("ada", 60_000);
    advance(60_000);
    const response = await gateway.fetch(signInRequest(token));
    expect(response.status).toBe(401);
    expect(response.headers.get("set-cookie")).toBeNull();
  });

  test("works by POST from the dashboard, and not from another site", async () => {
    const { gateway, signIn } = await makeFixture();
    const { token } = await signIn.issue("ada", 60_000);
    expect((await gateway.fetch(signInRequest(token, "https://evil.example"))).status).toBe(403);
    expect((await gateway.fetch(signInRequest(token))).status).toBe(204);
  });

  test("is kept out of memory beyond a bound", async () => {
    const { signIn } = await makeFixture();
    const { token } = await signIn.issue("ada", 60_000);
    for (let n = 0; n < 64; n += 1) await signIn.issue("ada", 60_000);
    expect(signIn.redeem(token)).rejects.toMatchObject({ code: "unauthenticated" });
  });
});

describe("a session", () => {
  test("ends after its time", async () => {
    const { request, advance } = await makeFixture();
    expect((await request("browser", "GET", "/api/v1/towns")).status).toBe(200);
    const fixture = await makeFixture();
    const headers = await fixture.headers("browser");
    fixture.advance(2 * 3_600_000);
    expect((await fixture.gateway.fetch(at("/api/v1/towns", { headers }))).status).toBe(401);
    advance(0);
  });

  test("is of no use to other sites", async () => {
    const { gateway, headers } = await makeFixture();
    const { cookie } = await headers("browser");
    const pause = (extra: Record<string, string>) =>
      gateway.fetch(
        at("/api/v1/towns/demo/pause", { method: "POST", headers: { cookie: cookie ?? "", ...extra } }),
      );
    expect((await pause({ origin: "https://evil.example" })).status).toBe(403);
    expect((await pause({ origin: "null" })).status).toBe(403);
    expect((await pause({ origin: "http://127.0.0.1:9999" })).status).toBe(403);
    expect((await pause({})).status).toBe(403);
    expect((await pause({ "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await pause({ origin: ORIGIN })).status).toBe(200);
    expect((await pause({ "sec-fetch-site": "same-origin" })).status).toBe(200);
  });
});

test("other names for this address are refused, also with a good token", async () => {
  const { gateway, headers } = await makeFixture();
  const bearer = await headers("owner");
  for (const host of ["evil.example", "evil.example:4180", "127.0.0.1:9999", "127.0.0.1"]) {
    const response = await gateway.fetch(
      new Request(`${ORIGIN}/api/v1/towns`, { headers: { ...bearer, host } }),
    );
    expect(response.status).toBe(403);
  }
  for (const host of ["127.0.0.1:4180", "localhost:4180", "[::1]:4180"]) {
    const response = await gateway.fetch(
      new Request(`${ORIGIN}/api/v1/towns`, { headers: { ...bearer, host } }),
    );
    expect(response.status).toBe(200);
  }
});

describe("bearer tokens", () => {
  test("that are not one are refused, and never fall back to the cookie", async () => {
    const { gateway, headers } = await makeFixture();
    const { cookie } = await headers("browser");
    for (const authorization of ["Bearer x.y.z", "Bearer owner-secret2", "Basic abc", "Bearer "]) {
      const response = await gateway.fetch(
        at("/api/v1/towns", { headers: { authorization, cookie: cookie ?? "" } }),
      );
      expect(response.status).toBe(401);
    }
  });

  test("a session's token is no bearer token, and an agent's is no session", async () => {
    const { gateway, headers } = await makeFixture();
    const session = (await headers("browser")).cookie?.split("=")[1] ?? "";
    const agent = (await headers("agent")).authorization?.split(" ")[1] ?? "";
    const name = (await headers("browser")).cookie?.split("=")[0] ?? "";
    const first = await gateway.fetch(
      at("/api/v1/whoami", { headers: { authorization: `Bearer ${session}` } }),
    );
    expect(first.status).toBe(401);
    const second = await gateway.fetch(at("/api/v1/whoami", { headers: { cookie: `${name}=${agent}` } }));
    expect(second.status).toBe(401);
  });
});

function signInRequest(token: string, origin = ORIGIN): Request {
  return at("/api/v1/auth/sign-in", {
    method: "POST",
    headers: { origin, "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
}
