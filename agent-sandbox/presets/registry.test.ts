import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { TOOL_VARIABLES } from "../protocol/tool-env.ts";
import { PROMPT } from "./preset.ts";
import { PRESETS, presetNamed } from "./registry.ts";

const NOT_PRESETS = ["preset.ts", "registry.ts", "json.ts"];

describe("presets", () => {
  test("every file is listed, by its name", () => {
    const files = readdirSync(import.meta.dir).filter(
      file => !file.includes(".test.") && !NOT_PRESETS.includes(file),
    );
    expect(PRESETS.map(preset => `${preset.name}.ts`).sort()).toEqual(files.sort());
  });

  test("an unknown one is refused with the names there are", () => {
    expect(() => presetNamed("emacs")).toThrow(expect.objectContaining({ code: "not_found" }));
    expect(existsSync(join(import.meta.dir, "claude.ts"))).toBe(true);
  });
});

describe.each(PRESETS.map(preset => [preset.name, preset] as const))("preset %s", (_, preset) => {
  const contexts = [
    { model: undefined, env: {} },
    { model: "some-model", env: {} },
    {
      model: "some-model",
      env: Object.fromEntries(preset.baseUrls.map(name => [name, "http://127.0.0.1:8787/v1"])),
    },
  ];
  const secret = "sk-very-secret";

  test("says how to get and how to recognise its program", () => {
    expect(preset.program).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(preset.install).toMatch(/^Install it by `.+`\.$/);
    expect(preset.versionArgs.length).toBeGreaterThan(0);
    expect(preset.title).not.toBe("");
    expect(preset.keys.length).toBeGreaterThan(0);
  });

  test("gives the prompt once, and the model when there is one", () => {
    for (const context of contexts) {
      const args = preset.args(context);
      expect(args.filter(arg => arg === PROMPT)).toHaveLength(1);
      const words = args.filter(arg => typeof arg === "string");
      expect(words.some(word => word.includes("some-model"))).toBe(context.model !== undefined);
    }
  });

  test("starts the town's MCP server, with what it needs of the agent's environment, by reference", () => {
    for (const context of contexts) {
      const files = preset.seed(context).map(({ content }) => content);
      const words = preset.args(context).filter(arg => typeof arg === "string");
      const config = [...files, ...words].filter(text => text.includes("gastown") && text.includes("mcp"));
      expect(config).toHaveLength(1);
      expect(config[0]).toMatch(/"gt"/);
      for (const name of TOOL_VARIABLES) expect(config[0]).toContain(name);
    }
  });

  test("names hosts, not URLs", () => {
    for (const host of preset.hosts) expect(host).toMatch(/^(\*\.)?([a-z0-9-]+\.)+[a-z]+$/);
  });

  test("writes no key into its files, and only files below the home", () => {
    for (const context of contexts) {
      const env = { ...context.env, ...Object.fromEntries(preset.keys.map(name => [name, secret])) };
      for (const file of preset.seed({ ...context, env })) {
        expect(isAbsolute(file.path) || file.path.split("/").includes("..")).toBe(false);
        expect(file.content).not.toContain(secret);
        if (file.path.endsWith(".json")) expect(() => JSON.parse(file.content)).not.toThrow();
      }
      expect(JSON.stringify(preset.args({ ...context, env }).map(String))).not.toContain(secret);
    }
  });

  test("reads its own lines only", () => {
    if (preset.read === undefined) return;
    expect(preset.read("plain words")).toBeUndefined();
    expect(preset.read("{broken")).toBeUndefined();
    expect(preset.read('{"type":"something new"}')).toEqual({ text: "" });
  });
});
