import { exchangeSuite } from "./exchange.suite.ts";
import { bareRemote } from "./support/repositories.ts";

exchangeSuite("a remote on the file system", () => {
  const dir = bareRemote();
  return { dir, url: dir };
});
