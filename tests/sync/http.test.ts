import { exchangeSuite } from "./exchange.suite.ts";
import { serveGit } from "./support/http-server.ts";
import { bareRemote } from "./support/repositories.ts";

exchangeSuite("a remote over http", () => {
  const dir = bareRemote();
  return { dir, url: serveGit(dir).url };
});

exchangeSuite("a remote over http, without the git program", () => {
  const dir = bareRemote();
  return { dir, url: serveGit(dir).url, options: { ports: { git: undefined, credentials: undefined } } };
});
