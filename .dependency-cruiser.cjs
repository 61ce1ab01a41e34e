// Who may import whom: docs/architecture.md, "The house". A broken rule fails `npm run check`.
const only = (name, from, to, comment) => ({
  name,
  severity: "error",
  comment,
  from: { path: from, pathNot: "\\.test\\.ts$" },
  to,
});

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only", "dynamic-import"] } },
    },
    {
      name: "not-resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(bun:|bun$|cloudflare:|.*virtual)" },
    },
    only(
      "store-is-the-ground-floor",
      "^store/",
      { path: "^(actors|agent-sandbox|runtime|web|tests)/" },
      "store knows nothing above it",
    ),
    only(
      "schema-is-zod-only",
      "^store/schema/",
      { pathNot: "^(store/schema/|node_modules/zod)" },
      "the shared vocabulary imports zod and itself",
    ),
    only(
      "sandbox-imports-schema-only",
      "^agent-sandbox/",
      { path: "^(store/(?!schema/)|actors|runtime|web|tests)/" },
      "agent-sandbox imports store/schema only",
    ),
    only(
      "only-the-protocol-of-the-sandbox",
      "^(actors|runtime|web)/",
      { path: "^agent-sandbox/(?!protocol/|main\\.ts$)" },
      "others import agent-sandbox/protocol; the cli may load its entry",
    ),
    only(
      "only-the-cli-loads-the-sandbox",
      "^(actors|web|runtime/(?!cli/|build/))",
      { path: "^agent-sandbox/main\\.ts$" },
      "only the binary's entry may load the sandbox server",
    ),
    only("actors-import-downwards", "^actors/", { path: "^(runtime|web|tests)/" }, "actors know no host"),
    only(
      "actors-and-store-are-portable",
      "^(actors|store)/",
      { dependencyTypes: ["core"] },
      "no node: or bun: API: both bundle for workerd",
    ),
    only("actors-and-store-no-bun", "^(actors|store)/", { path: "^bun(:|$)" }, "no bun API in portable code"),
    only(
      "kernel-knows-no-town",
      "^actors/kernel/",
      { path: "^actors/(?!kernel/)" },
      "the kernel imports no actor",
    ),
    only(
      "gateway-is-edge-portable",
      "^runtime/gateway/",
      { path: "^(runtime/(hosts|cli|build)|actors/(town|agent|container|user))/" },
      "the gateway calls actors by kind and method name",
    ),
    only(
      "hosts-do-not-know-the-cli",
      "^runtime/hosts/",
      { path: "^runtime/(cli|build)/" },
      "hosts are composed by the cli",
    ),
    only(
      "web-imports-types-only-from-below",
      "^web/",
      { path: "^(store/(?!schema/)|actors|runtime/(?!gateway/contract/)|tests)/" },
      "web imports schema, the protocol and the gateway's contract",
    ),
    only(
      "contract-is-portable",
      "^runtime/gateway/contract/",
      { pathNot: "^(runtime/gateway/contract/|store/schema/|agent-sandbox/protocol/|node_modules/zod)" },
      "the contract is zod and shared vocabulary",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|dist|web/dist|\\.gastown)" },
    tsPreCompilationDeps: true,
    parser: "swc",
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["bun", "import", "types", "default"],
    },
  },
};
