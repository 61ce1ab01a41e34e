/** Shapes of answers: problems, limits, static files, the API document. */
import { describe, expect, test } from "bun:test";
import { DASHBOARD_CSP } from "../../runtime/gateway/contract/csp.ts";
import { problemSchema } from "../../runtime/gateway/contract/requests.ts";
import { ROUTES } from "../../runtime/gateway/routes/all.ts";
import { AppError } from "../../store/schema/errors.ts";
import { HOST, makeFixture, ORIGIN } from "./fixture.ts";

const town = "/api/v1/towns/demo";

describe("a problem", () => {
  test("carries the code, the hint and the data of the error", async () => {
    const { request, answer } = await makeFixture();
    answer(
      "sling",
      new AppError("blocked", "sa-1 is blocked.", { hint: "Close sa-2 first.", data: { by: ["sa-2"] } }),
    );
    const response = await request("owner", "POST", `${town}/sling`, { beads: ["sa-1"] });
    expect(response.status).toBe(409);
    expect(problemSchema.parse(await response.json())).toEqual({
      type: "urn:gastown:error:blocked",
      title: "Blocked",
      status: 409,
      detail: "sa-1 is blocked.",
      code: "blocked",
      hint: "Close sa-2 first.",
      data: { by: ["sa-2"] },
    });
  });

  test("names the fields that a schema refused", async () => {
    const { request } = await makeFixture();
    const response = await request("owner", "POST", `${town}/rigs`, {
      name: "Bad Name",
      git_url: "/x",
      prefix: "p",
    });
    const problem = problemSchema.parse(await response.json());
    expect(problem).toMatchObject({
      status: 400,
      code: "invalid_argument",
      data: { issues: [{ path: "name" }] },
    });
  });

  test("hides what failed inside behind an incident number", async () => {
    const { request, answer } = await makeFixture();
    answer("convoys", new TypeError("secret detail of the program"));
    const response = await request("owner", "GET", `${town}/convoys`);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain("secret detail");
    expect(JSON.parse(text)).toMatchObject({ code: "internal", data: { incident: "incident-1" } });
  });

  test("answers unknown paths of the API, and bodies that are none", async () => {
    const { request, gateway, headers } = await makeFixture();
    expect((await request("owner", "GET", "/api/v1/nothing")).status).toBe(404);
    const send = async (body: string, type: string) => {
      const init = {
        method: "POST",
        body,
        headers: { host: HOST, "content-type": type, ...(await headers("owner")) },
      };
      return (await gateway.fetch(new Request(`${ORIGIN}${town}/sling`, init))).status;
    };
    expect(await send("{", "application/json")).toBe(400);
    expect(await send("{}", "text/plain")).toBe(400);
    expect(await send(JSON.stringify({ beads: ["x".repeat(5_000_000)] }), "application/json")).toBe(413);
  });
});

test("settings of a rig are only those that were sent: no default overwrites what is there", async () => {
  const { request, calls } = await makeFixture();
  await request("owner", "PATCH", `${town}/rigs/sample`, { max_polecats: 2 });
  expect(calls.at(-1)).toMatchObject({ method: "updateRig" });
  expect(calls.at(-1)?.args).toEqual({ by: "ada", rig: "sample", settings: { max_polecats: 2 } });
});

test("lists take their filters from the query", async () => {
  const { request, calls } = await makeFixture();
  await request("owner", "GET", `${town}/beads?status=open,closed&status=failed&priority=0,1&limit=5`);
  expect(calls.at(-1)).toEqual({
    to: "town:demo",
    method: "beads",
    args: { by: "ada", status: ["open", "closed", "failed"], priority: [0, 1], limit: 5 },
  });
  expect((await request("owner", "GET", `${town}/beads?nonsense=1`)).status).toBe(400);
});

describe("the dashboard", () => {
  test("is served under its policy, with hashed files kept for ever", async () => {
    const { request } = await makeFixture();
    const document = await request("anonymous", "GET", "/");
    expect(document.headers.get("content-security-policy")).toBe(DASHBOARD_CSP);
    expect(document.headers.get("cache-control")).toBe("no-cache");
    expect(document.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await (await request("anonymous", "GET", "/towns/demo/agents")).text()).toBe("<!doctype html>");
    const script = await request("anonymous", "GET", "/assets/main-abc123.js");
    expect(script.headers.get("cache-control")).toContain("immutable");
    expect((await request("anonymous", "GET", "/assets/missing-1.js")).status).toBe(404);
    expect((await request("anonymous", "POST", "/")).status).toBe(404);
  });

  test("health is open to all", async () => {
    const { request } = await makeFixture();
    expect(await (await request("anonymous", "GET", "/healthz")).json()).toEqual({
      ok: true,
      version: "1.2.3",
    });
  });
});

test("the API document has every route, with its body, parameters and problems", async () => {
  const { request } = await makeFixture();
  const response = await request("anonymous", "GET", "/api/v1/openapi.json");
  const document = await response.json();
  expect(document.openapi).toBe("3.1.0");
  const ids = new Set<string>();
  for (const route of ROUTES) {
    const operation = document.paths[route.path.replaceAll(/:(\w+)/g, "{$1}")][route.method];
    expect(operation.summary).toBe(route.summary);
    expect(operation.responses.default.$ref).toBe("#/components/responses/Problem");
    for (const [, name] of route.path.matchAll(/:(\w+)/g)) {
      expect(operation.parameters).toContainEqual(
        expect.objectContaining({ name, in: "path", required: true }),
      );
    }
    ids.add(operation.operationId);
  }
  expect(ids.size).toBe(ROUTES.length);
});

test("cloud 9.5: a number that is none, or out of bounds, is refused by name, and reaches no actor", async () => {
  const { request, calls } = await makeFixture();
  for (const query of [
    "beads?limit=abc",
    "beads?limit=-1",
    "beads?limit=1.5",
    "beads?offset=-1",
    "beads?nonsense=1",
    "feed?limit=abc",
    "feed?limit=-1",
    "feed?since=-1",
  ]) {
    const response = await request("owner", "GET", `${town}/${query}`);
    const problem = problemSchema.parse(await response.json());
    expect([query, response.status, problem.code]).toEqual([query, 400, "invalid_argument"]);
    expect(JSON.stringify(problem)).toContain(/\?(\w+)/.exec(query)?.[1] ?? "?");
  }
  expect(calls).toEqual([]);
});
