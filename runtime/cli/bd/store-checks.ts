/** What can be wrong with a bead. */
import type { Bead } from "../../../store/schema/bead.ts";

/** Why the fields of a bead contradict each other; undefined when they do not. */
export function contradictionOf({ status, closed_at }: Bead): string | undefined {
  if ((status === "closed") === (closed_at !== undefined) || status === "failed") return undefined;
  return status === "closed" ? "closed without a time" : `${status} with a closing time`;
}

/** True for what looks like a left-over of tests, by its title. */
export function isTestLike(bead: Pick<Bead, "title" | "description">): boolean {
  const title = /^(test|testing|tmp|temp|foo|bar|baz|asdf|dummy|sample)([\s_-]|\d|$)/i.test(bead.title);
  return title && (bead.description ?? "").length < 40;
}
