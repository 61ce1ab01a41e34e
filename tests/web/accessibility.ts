/**
 * Checks of a page that need no judgement: names, contrast, references, landmarks, sizes. They look into shadow roots.
 * Each finding names the rule and the element.
 */
import type { Page } from "playwright-core";

/** What is wrong; empty when nothing was found. */
export async function accessibilityFindings(page: Page): Promise<readonly string[]> {
  return await page.evaluate(inspect);
}

/** Runs in the page, so it may use nothing from outside. */
function inspect(): string[] {
  const findings: string[] = [];
  const all: Element[] = [];
  const collect = (root: ParentNode) => {
    for (const element of root.querySelectorAll("*")) {
      all.push(element);
      if (element.shadowRoot !== null) collect(element.shadowRoot);
    }
  };
  collect(document);
  const shown = (element: Element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.getClientRects().length > 0;
  const visible = all.filter(shown);
  const describe = (element: Element) => {
    const host =
      element.getRootNode() instanceof ShadowRoot
        ? `${(element.getRootNode() as ShadowRoot).host.localName} `
        : "";
    const classes =
      typeof element.className === "string" && element.className !== ""
        ? `.${element.className.trim().replaceAll(/\s+/g, ".")}`
        : "";
    return `${host}<${element.localName}${classes}> "${(element.textContent ?? "").trim().replaceAll(/\s+/g, " ").slice(0, 40)}"`;
  };
  const parentOf = (element: Element): Element | null =>
    element.assignedSlot ?? element.parentElement ?? (element.getRootNode() as ShadowRoot).host ?? null;

  // Names of what can be operated.
  const nameOf = (element: Element): string => {
    const label = element.getAttribute("aria-label");
    if (label !== null) return label.trim();
    const root = element.getRootNode() as Document | ShadowRoot;
    const labelled = element.getAttribute("aria-labelledby");
    if (labelled !== null) return (root.getElementById(labelled)?.textContent ?? "").trim();
    if (element.id !== "") {
      const text = root.querySelector(`label[for="${CSS.escape(element.id)}"]`)?.textContent?.trim();
      if (text) return text;
    }
    return (element.textContent ?? "").trim() || (element.getAttribute("title") ?? "").trim();
  };
  for (const element of visible) {
    const operable = element.matches(
      "button, a[href], input, select, textarea, [role=separator], [role=dialog]",
    );
    if (operable && nameOf(element) === "") findings.push(`no name: ${describe(element)}`);
    if (element.matches("button button, a button, button a"))
      findings.push(`nested control: ${describe(element)}`);
    if ((element as HTMLElement).tabIndex > 0) findings.push(`tab order: ${describe(element)}`);
    if (element.matches("ul, ol") && [...element.children].some(child => child.localName !== "li")) {
      findings.push(`list with something else in it: ${describe(element)}`);
    }
    const labelled = element.getAttribute("aria-labelledby");
    if (labelled !== null && (element.getRootNode() as ShadowRoot).getElementById(labelled) === null) {
      findings.push(`label that does not exist: ${describe(element)}`);
    }
    if (element.localName === "svg" && element.getAttribute("aria-hidden") !== "true") {
      findings.push(`drawing without a role: ${describe(element)}`);
    }
  }

  // Ids are unique in their tree.
  const ids = new Map<Node, Set<string>>();
  for (const element of all) {
    if (element.id === "") continue;
    const known = ids.get(element.getRootNode()) ?? new Set<string>();
    if (known.has(element.id)) findings.push(`id used twice: ${element.id}`);
    ids.set(element.getRootNode(), known.add(element.id));
  }

  // The page as a whole.
  if (document.documentElement.lang === "") findings.push("the page has no language");
  if (document.title.trim() === "") findings.push("the page has no title");
  const mains = visible.filter(element => element.localName === "main");
  if (mains.length > 1) findings.push(`${mains.length} main landmarks`);
  const levels = visible
    .filter(element => /^h[1-6]$/.test(element.localName))
    .map(element => Number(element.localName[1]));
  levels.forEach((level, index) => {
    const before = index === 0 ? 0 : (levels[index - 1] ?? 0);
    if (level > before + 1 && index > 0) findings.push(`heading jumps from ${before} to ${level}`);
  });

  // Sizes: 24 by 24 at least, unless in a line of text.
  for (const element of visible.filter(one => one.matches("button, select, input"))) {
    const { width, height } = element.getBoundingClientRect();
    const inline =
      getComputedStyle(element).display.startsWith("inline") || element.matches(".link, .segment");
    if (!inline && (width < 24 || height < 24))
      findings.push(`small target ${width}x${height}: ${describe(element)}`);
  }

  // Contrast of text.
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (canvas === null) return [...findings, "no canvas to measure colours with"];
  const parse = (color: string): [number, number, number, number] => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top: [number, number, number, number], below: [number, number, number, number]) =>
    [0, 1, 2].map(i => (top[i] ?? 0) * top[3] + (below[i] ?? 0) * (1 - top[3])).concat(1) as [
      number,
      number,
      number,
      number,
    ];
  const backgroundOf = (element: Element): [number, number, number, number] => {
    const layers: [number, number, number, number][] = [];
    for (let at: Element | null = element; at !== null; at = parentOf(at)) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color[3] === 0) continue;
      layers.push(color);
      if (color[3] === 1) break;
    }
    const page = parse(getComputedStyle(document.documentElement).backgroundColor);
    return layers.reduceRight((below, layer) => over(layer, below), page);
  };
  const luminance = ([r, g, b]: [number, number, number, number]) => {
    const [x = 0, y = 0, z = 0] = [r, g, b].map(value => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const reported = new Set<string>();
  for (const element of visible) {
    const own = [...element.childNodes].some(
      node => node.nodeType === Node.TEXT_NODE && (node.textContent ?? "").trim() !== "",
    );
    if (
      !own ||
      element.closest(".xterm, .sr-only, :disabled") !== null ||
      element.matches("style, script, option")
    )
      continue;
    const style = getComputedStyle(element);
    const back = backgroundOf(element);
    const front = over(parse(style.color), back);
    const [light = 0, dark = 0] = [luminance(front), luminance(back)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const key = `${style.color} ${back}`;
    if (ratio < (large ? 3 : 4.5) && !reported.has(key)) {
      reported.add(key);
      findings.push(
        `contrast ${ratio.toFixed(2)}: ${describe(element)} ${style.color} on ${back.map(Math.round).slice(0, 3)}`,
      );
    }
  }
  return findings;
}
