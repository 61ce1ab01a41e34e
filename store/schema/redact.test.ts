import { describe, expect, test } from "bun:test";
import { redact } from "./redact.ts";

describe("secrets in text", () => {
  const SECRETS = [
    "sk-ant-api03-abcdefghijklmnop",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "github_pat_11ABCDEFG0abcdefghijkl_mnop",
    "xoxb-1234567890-abcdef",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4",
  ];
  test.each(SECRETS)("%s is taken out, and the words around it stay", secret => {
    const clean = redact(`before ${secret} after`);
    expect(clean).toBe("before [secret] after");
  });

  test("credentials of URLs, headers and variables too", () => {
    expect(redact("https://ada:pass@example.com/x")).toBe("https://[secret]@example.com/x");
    expect(redact("Authorization: Bearer abcdefghijklmnop")).toBe("Authorization: Bearer [secret]");
    expect(redact("ANTHROPIC_API_KEY=abcdef123456 gone")).toBe("ANTHROPIC_API_KEY=[secret] gone");
    expect(redact("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nrest")).toBe(
      "[secret]\nrest",
    );
  });

  test("ordinary text stays as it is", () => {
    const text = "sa-4k2cd failed: see https://example.com/a@b and mail ada@example.com, token count 5";
    expect(redact(text)).toBe(text);
  });
});
