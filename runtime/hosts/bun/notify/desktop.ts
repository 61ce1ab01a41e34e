/** An escalation as a notification on the desktop of whoever runs the town: `notify-send` on Linux, `osascript` on macOS. */
import type { NotifyAnswer, NotifyMessage } from "../../../../actors/ports.ts";
import type { Contacts } from "./contacts.ts";

const TIMEOUT_MS = 10_000;
const MAX_TEXT_CHARS = 400;

export interface DesktopDeps {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Shows it; skipped where there is no desktop, or no program for it. */
export async function showOnDesktop(
  contacts: Contacts,
  message: NotifyMessage,
  { platform, env }: DesktopDeps,
): Promise<NotifyAnswer> {
  if (!contacts.desktop) return { outcome: "skipped", reason: "the desktop is to be kept quiet" };
  const title = `${message.town}: ${message.severity} escalation ${message.id}`;
  const text = message.title.slice(0, MAX_TEXT_CHARS);
  const found = commandOf(platform, env, message.severity === "critical", title, text);
  if ("skipped" in found) return { outcome: "skipped", reason: found.skipped };
  const child = Bun.spawn([...found.argv], {
    env: { ...env },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  const code = await child.exited;
  if (code === 0) return { outcome: "sent" };
  return {
    outcome: "failed",
    reason: `${found.argv[0]} ended with ${child.signalCode ?? `exit code ${code}`}`,
  };
}

function commandOf(
  platform: NodeJS.Platform,
  env: DesktopDeps["env"],
  urgent: boolean,
  title: string,
  text: string,
): { readonly argv: readonly string[] } | { readonly skipped: string } {
  const find = (name: string): string | null => Bun.which(name, { PATH: env.PATH ?? "" });
  if (platform === "darwin") {
    const program = find("osascript");
    if (program === null) return { skipped: "there is no osascript on this machine" };
    // The words are arguments of the script, and never a part of it.
    const script = [
      "on run argv",
      "display notification (item 2 of argv) with title (item 1 of argv)",
      "end run",
    ];
    return { argv: [program, ...script.flatMap(line => ["-e", line]), "--", title, text] };
  }
  if (!env.DBUS_SESSION_BUS_ADDRESS && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    return { skipped: "the town runs without a desktop" };
  }
  const program = find("notify-send");
  if (program === null) return { skipped: "there is no notify-send on this machine" };
  return {
    argv: [program, "-a", "gastown", "-u", urgent ? "critical" : "normal", "--", title, escapeMarkup(text)],
  };
}

/** Notification servers read the body as markup. */
function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
