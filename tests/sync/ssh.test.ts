import { exchangeSuite } from "./exchange.suite.ts";
import { bareRemote, script } from "./support/repositories.ts";

/** An ssh that runs the command here: the host is the first argument that is no option. */
const FAKE_SSH = `#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in
    -o|-p|-i) shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done
[ "$1" = "git@beads.example" ] || { echo "ssh: Could not resolve hostname $1" >&2; exit 255; }
shift
exec sh -c "$*"
`;

exchangeSuite("a remote over ssh", () => {
  const dir = bareRemote();
  const ssh = script("ssh", FAKE_SSH);
  return {
    dir,
    url: `git@beads.example:${dir}`,
    options: { env: { GIT_SSH_COMMAND: ssh, GIT_SSH_VARIANT: "ssh" } },
  };
});
