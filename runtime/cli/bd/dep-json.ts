/** Answers of the commands that add and remove edges. */

/** `{status, issue_id, depends_on_id, type?}`. */
export function edgeAnswer(
  status: string,
  issue: string,
  dependsOn: string,
  type?: string,
): Record<string, string> {
  return { status, issue_id: issue, depends_on_id: dependsOn, ...(type === undefined ? {} : { type }) };
}
