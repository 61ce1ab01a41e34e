/** The formulas that come with the program. A file of the same name in a formula folder takes their place. */

const FEATURE = `formula = "feature"
description = "Build {{title}}: understand, design, build with tests, review one's own change, submit."
version = 1
type = "workflow"

[vars]
title = { description = "What is built, in a few words", required = true }
issue = { description = "The bead that asks for it", default = "see the molecule" }
test = { description = "Command that runs the tests", default = "the project's test command" }

[[steps]]
id = "understand"
title = "Understand {{title}}"
description = """
Read the request ({{issue}}) and the code that it touches. Write into this step's notes: what is asked, what is not,
which files will change, and what could break. If the request can be read in two ways, ask before building."""

[[steps]]
id = "build"
title = "Build {{title}}"
needs = ["understand"]
description = """
Make the smallest change that does what is asked, in the style of the code around it. Commit in steps that each work."""

[[steps]]
id = "test"
title = "Test {{title}}"
needs = ["build"]
description = """
Add tests that fail without the change: the normal case, the edges, and bad input. Run {{test}}; all of it must pass."""

[[steps]]
id = "self-review"
title = "Review the change for {{title}}"
needs = ["test"]
description = """
Read the whole diff against the target branch as a stranger would. Take out what is not needed, name what is unclear,
bring documentation up to date. Commit."""

[[steps]]
id = "submit"
title = "Submit {{title}}"
needs = ["self-review"]
description = "Nothing uncommitted, tests pass: run \`gt done\`."
`;

const BUGFIX = `formula = "bugfix"
description = "Fix {{title}}: reproduce, find the cause, fix with a regression test, submit."
version = 1
type = "workflow"

[vars]
title = { description = "The bug, in a few words", required = true }
issue = { description = "The bead that reports it", default = "see the molecule" }
test = { description = "Command that runs the tests", default = "the project's test command" }

[[steps]]
id = "reproduce"
title = "Reproduce {{title}}"
description = """
Make the bug happen ({{issue}}). Turn that into a test that fails now. If it cannot be reproduced, write down what was
tried into the notes and escalate instead of guessing."""

[[steps]]
id = "cause"
title = "Find the cause of {{title}}"
needs = ["reproduce"]
description = "Follow the failure to the line that is wrong, and say in the notes why it is wrong and since when."

[[steps]]
id = "fix"
title = "Fix {{title}}"
needs = ["cause"]
description = """
Fix the cause, not the symptom. Look for the same mistake elsewhere. The new test passes; so does {{test}}. Commit."""

[[steps]]
id = "submit"
title = "Submit the fix of {{title}}"
needs = ["fix"]
description = "Nothing uncommitted, tests pass: run \`gt done\`."
`;

const REVIEW = `formula = "review"
description = "Review {{branch}}: read it whole, try it, say what must change."
version = 1
type = "workflow"

[vars]
branch = { description = "Branch or merge request under review", required = true }
target = { description = "Branch that it is to be merged into", default = "main" }
depth = { description = "How deep", default = "normal", enum = ["quick", "normal", "deep"] }

[[steps]]
id = "read"
title = "Read {{branch}} against {{target}}"
description = "Read the whole diff. Note what it does, and what it does that was not asked."

[[steps]]
id = "correctness"
title = "Look for mistakes in {{branch}}"
needs = ["read"]
description = "Wrong results, lost errors, races, missing cases, missing tests. Give file and line for each."

[[steps]]
id = "security"
title = "Look for holes in {{branch}}"
needs = ["read"]
condition = "{{depth}} != quick"
description = "Input that is trusted, secrets that leak, authority that is not checked, commands built from text."

[[steps]]
id = "try"
title = "Try {{branch}}"
needs = ["read"]
condition = "{{depth}} == deep"
description = "Run it as its user would, with bad input too."

[[steps]]
id = "verdict"
title = "Give the verdict on {{branch}}"
needs = ["correctness", "security", "try"]
description = "Approve, or request changes: what must change and why, most important first. No matters of taste."
`;

const RELEASE = `formula = "release"
description = "Release {{version}}: check, write the change log, tag, publish after a person said so."
version = 1
type = "workflow"

[vars]
version = { description = "Version to release, e.g. 1.4.0", required = true, pattern = "[0-9]+[.][0-9]+[.][0-9]+(-[0-9A-Za-z.-]+)?" }
branch = { description = "Branch to release from", default = "main" }

[[steps]]
id = "check"
title = "Check that {{branch}} can be released as {{version}}"
description = "Clean clone, full checks and tests, no open blocker."

[[steps]]
id = "changelog"
title = "Write the change log of {{version}}"
needs = ["check"]
description = "From the commits since the last tag, in words for users: added, changed, fixed, removed, security."

[[steps]]
id = "bump"
title = "Set the version to {{version}}"
needs = ["changelog"]
description = "Everywhere that names it; commit and submit with \`gt done\`."

[[steps]]
id = "publish"
title = "Tag and publish {{version}}"
needs = ["bump"]
gate = { type = "human", timeout = "72h" }
description = "After the gate was released: tag v{{version}}, publish, and check that what was published can be installed."
`;

/** Name -> TOML text. */
export const LIBRARY: Readonly<Record<string, string>> = {
  feature: FEATURE,
  bugfix: BUGFIX,
  review: REVIEW,
  release: RELEASE,
};
