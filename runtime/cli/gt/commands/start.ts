/** `gt start` */
import { defineCommand } from "../../lib/args.ts";
import { serveTown } from "../../serve-town.ts";
import type { GtContext } from "../context.ts";

export const start = defineCommand<GtContext>()({
  summary: "Starts a town in the foreground, with its dashboard; ctrl-c stops it, and agents go on",
  description:
    "Makes the town when there is none in the folder. Prints the dashboard's address with a token that signs a browser in once.",
  examples: [
    { line: "gt start", note: "the town around here, else ~/gt" },
    { line: "gt start --dir ~/towns/work --port 4200" },
  ],
  flags: {
    dir: { type: "string", short: "d", value: "folder", complete: "directory", summary: "the town's folder" },
    name: { type: "string", value: "name", summary: "name of a new town (the folder's name)" },
    port: {
      type: "integer",
      short: "p",
      min: 0,
      max: 65_535,
      summary: "port (4180, or the next free one); 0 for any",
    },
    host: { type: "string", default: "127.0.0.1", summary: "address to listen on" },
    "allow-host": {
      type: "string",
      multiple: true,
      value: "name:port",
      summary: "another name that browsers reach it by",
    },
    open: { type: "boolean", negatable: true, summary: "open a browser (on a terminal with a desktop)" },
  },
  async run({ flags }, context) {
    const served = await serveTown({
      io: context.io,
      dir: flags.dir ?? context.townDir,
      name: flags.name,
      port: flags.port,
      hostname: flags.host,
      allowHosts: flags["allow-host"],
      openBrowser: flags.open,
      say: line => context.note(line),
    });
    const { dir, url, signInUrl } = served;
    context.print({ dir, town: served.town, url, sign_in_url: signInUrl, pid: process.pid }, () => [
      `${context.style.bold(served.town)} is up: ${context.style.cyan(signInUrl)}`,
      context.style.dim(`${dir}; ctrl-c stops it`),
    ]);
    await served.stopped;
    context.note("Stopped. Agents that were at work go on, and are found again by the next start.");
    return undefined;
  },
});
