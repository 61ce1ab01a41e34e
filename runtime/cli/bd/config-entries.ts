/** The settings of a store under the names of `bd config`, and back. */
import type { StoreConfig } from "../../../store/model/config.ts";
import type { StatusCategory } from "../../../store/schema/bead.ts";
import { usageError } from "../lib/args.ts";
import { list } from "./values.ts";

const CATEGORIES: readonly StatusCategory[] = ["active", "wip", "frozen", "done", "unspecified"];

/** All settings as flat text. */
export function configEntries(config: StoreConfig): Record<string, string> {
  const statuses = Object.entries(config.statuses ?? {}).map(([name, category]) => `${name}:${category}`);
  return {
    ...config.settings,
    issue_prefix: config.prefix,
    ...(config.allowed_prefixes === undefined ? {} : { allowed_prefixes: config.allowed_prefixes.join(",") }),
    ...(statuses.length === 0 ? {} : { "status.custom": statuses.join(",") }),
    ...(config.types === undefined || config.types.length === 0
      ? {}
      : { "types.custom": config.types.join(",") }),
  };
}

/** The settings with one changed or, with null, removed. @throws {AppError} invalid_argument */
export function configWith(config: StoreConfig, key: string, value: string | null): StoreConfig {
  switch (key) {
    case "issue_prefix":
      if (value === null) throw usageError("issue_prefix cannot be removed");
      return { ...config, prefix: value.replace(/-+$/, "") };
    case "allowed_prefixes":
      return withList(
        config,
        "allowed_prefixes",
        list(value ?? "").map(prefix => prefix.replace(/-+$/, "")),
      );
    case "types.custom":
      return withList(config, "types", list(value ?? ""));
    case "status.custom": {
      const { statuses: _old, ...rest } = config;
      const statuses = Object.fromEntries(list(value ?? "").map(parseStatus));
      return Object.keys(statuses).length === 0 ? rest : { ...rest, statuses };
    }
    default: {
      const { [key]: _old, ...others } = config.settings ?? {};
      const settings = value === null ? others : { ...others, [key]: value };
      const { settings: _all, ...rest } = config;
      return Object.keys(settings).length === 0 ? rest : { ...rest, settings };
    }
  }
}

function withList(
  config: StoreConfig,
  member: "allowed_prefixes" | "types",
  values: readonly string[],
): StoreConfig {
  const { [member]: _old, ...rest } = config;
  return values.length === 0 ? rest : { ...rest, [member]: values };
}

function parseStatus(entry: string): [string, StatusCategory] {
  const [name = "", word = "unspecified"] = entry.split(":").map(part => part.trim());
  const category = CATEGORIES.find(known => known === word);
  if (category === undefined)
    throw usageError(`invalid category "${word}" in "${entry}" (valid: ${CATEGORIES.join(", ")})`);
  return [name, category];
}
