/** Stands for `gt` on the PATH of an agent in tests: `gt done [summary]` and `gt get PATH` against the relay. */
const [, verb = "", argument = ""] = process.argv.slice(2);
const base = process.env.GASTOWN_API ?? "";
const headers = {
  authorization: `Bearer ${process.env.GASTOWN_TOKEN}`,
  "content-type": "application/json",
};
const response =
  verb === "done"
    ? await fetch(`${base}/agent/done`, {
        method: "POST",
        headers,
        body: JSON.stringify({ summary: argument }),
      })
    : await fetch(`${base}${argument}`, { headers });
process.stdout.write(`${await response.text()}\n`);
process.exit(response.ok ? 0 : 1);

export {};
