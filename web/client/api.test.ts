import { describe, expect, test } from "bun:test";
import { AppError } from "../../store/schema/errors.ts";
import { createApi } from "./api.ts";

function fakeFetch(answer: () => Response | Promise<Response>) {
  const calls: { url: string; init: RequestInit }[] = [];
  const api = createApi({
    gateway: "http://gateway",
    fetch: async (url, init) => {
      calls.push({ url, init });
      return await answer();
    },
  });
  return { api, calls };
}
const refused = async (call: Promise<unknown>): Promise<AppError> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("was not refused");
};

describe("createApi", () => {
  test("sends lists as one value, escapes names and leaves out what is absent", async () => {
    const { api, calls } = fakeFetch(() => Response.json([]));
    await api.beads("demo", { status: ["open", "hooked"], limit: 5, rig: undefined });
    await api.runs("demo", "sample/toast");
    expect(calls.map(({ url }) => url)).toEqual([
      "http://gateway/api/v1/towns/demo/beads?status=open%2Chooked&limit=5",
      "http://gateway/api/v1/towns/demo/agents/sample/toast/runs",
    ]);
  });

  test("a refusal is the gateway's own error", async () => {
    const { api } = fakeFetch(() =>
      Response.json(
        {
          type: "x",
          title: "Not found",
          status: 404,
          detail: "There is no bead.",
          code: "not_found",
          hint: "Look.",
        },
        { status: 404 },
      ),
    );
    const error = await refused(api.bead("demo", "sa-1"));
    expect([error.code, error.message, error.hint, error.retryable]).toEqual([
      "not_found",
      "There is no bead.",
      "Look.",
      false,
    ]);
  });

  test("an answer that is none of the gateway's goes by its status", async () => {
    const { api } = fakeFetch(() => new Response("<html>", { status: 502 }));
    expect(await refused(api.towns())).toMatchObject({ code: "internal", retryable: true });
    const { api: signedOut } = fakeFetch(() => new Response("", { status: 401 }));
    expect((await refused(signedOut.towns())).code).toBe("unauthenticated");
  });

  test("no answer is unavailable and may be tried again; an abort is cancelled", async () => {
    const { api } = fakeFetch(() => {
      throw new TypeError("Failed to fetch");
    });
    expect(await refused(api.towns())).toMatchObject({ code: "unavailable", retryable: true });
    const abort = new AbortController();
    abort.abort();
    expect((await refused(api.towns(abort.signal))).code).toBe("cancelled");
  });

  test("an answer of another shape is an error that names the request", async () => {
    const { api } = fakeFetch(() => Response.json({ towns: "demo" }));
    const error = await refused(api.towns());
    expect(error.code).toBe("internal");
    expect(error.message).toContain("GET /towns");
  });
});
