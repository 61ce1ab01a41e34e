import { expect, test } from "bun:test";
import fc from "fast-check";
import { agentSection, BEGIN, END, sectionState, withoutSection, withSection } from "./setup-text.ts";

/** Texts as files have them, one character for each byte: line ends of every kind, our own markers, anything. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        " ",
        "# Title",
        BEGIN,
        END,
        "<!--",
        "\xef\xbb\xbf",
        "caf\xe9",
        "\0",
      ),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map(parts => parts.join(""))
  // A whole section that is there already is renewed: that is no text of the user.
  .filter(text => sectionState(text, "") === "absent");

test("whatever a file holds, it is the same again once the section is taken out", () => {
  fc.assert(
    fc.property(anyText, text => {
      const withIt = withSection(text, agentSection());
      // An end marker of the user's below a begin marker of the user's would be a section.
      expect(withoutSection(withIt)).toBe(text);
    }),
    { numRuns: 1_000 },
  );
});

test("putting it in twice is putting it in once, and it counts as current", () => {
  fc.assert(
    fc.property(anyText, text => {
      const once = withSection(text, agentSection());
      expect(withSection(once, agentSection())).toBe(once);
      expect(sectionState(once, agentSection())).toBe("current");
    }),
  );
});

test("what is written around it since stays; an older section is renewed in its place", () => {
  const text = withSection("top", agentSection());
  expect(withoutSection(`first\n${text}bottom\n`)).toBe("first\ntop\n\nbottom\n");
  const old = text.replace("Do not keep task lists", "Do keep task lists");
  expect(sectionState(old, agentSection())).toBe("outdated");
  expect(withSection(old, agentSection())).toBe(text);
});

test("a file that was made for it is gone with it; an empty one that was there is empty again", () => {
  expect(withoutSection(withSection("", agentSection(), false))).toBeUndefined();
  expect(withoutSection(withSection("", agentSection()))).toBe("");
});

test("lines end as those of the file do", () => {
  const text = withSection("a\r\nb\r\n", agentSection());
  expect(text.replace(/\r\n/g, "")).not.toContain("\n");
});

test("a begin marker without its end takes nothing of what follows", () => {
  const text = `mine\n${BEGIN}\nmine, too\n`;
  expect(withoutSection(text)).toBe(text);
  expect(withoutSection(withSection(text, agentSection()))).toBe(text);
});
