/** `npm run docs:screenshot`: runs the demo and takes the README's picture, `docs/dashboard.png`, while its agents work. */
import { join } from "node:path";
import { inPlayground, until } from "../helpers/gastown.ts";
import { takeScreenshot } from "./screenshot.ts";

const out = process.argv[2] ?? join(import.meta.dir, "../../docs/dashboard.png");

await inPlayground("screenshot", async place => {
  const town = join(place.dir, "town");
  const demo = place.start(["demo", "--dir", town]);
  const url = await until(
    "the sign-in link",
    () => /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(demo.output())?.[0],
  );
  await takeScreenshot({ url, out, width: 1_280, height: 800 });
  await place.run(["gt", "stop", "--agents"], { env: { GASTOWN_TOWN: town } });
  await demo.exited;
});
process.stdout.write(`${out}\n`);
