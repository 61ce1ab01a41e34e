import interUrl from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url";
import monoBoldUrl from "jetbrains-mono/fonts/webfonts/JetBrainsMonoNL-Bold.woff2?url";
import monoUrl from "jetbrains-mono/fonts/webfonts/JetBrainsMonoNL-Regular.woff2?url";

const FACES: readonly (readonly [family: string, url: string, descriptors: FontFaceDescriptors])[] = [
  ["Inter Variable", interUrl, { weight: "100 900" }],
  ["JetBrains Mono NL", monoUrl, { weight: "400" }],
  ["JetBrains Mono NL", monoBoldUrl, { weight: "700" }],
];

/**
 * Adds the page's own fonts and waits for them, at most `patienceMs`: the page that appears then does not change its
 * letters, and the terminal measures the right ones. A font that cannot be had leaves the system's in its place.
 */
export async function loadFonts(fonts: FontFaceSet, patienceMs: number): Promise<void> {
  const faces = FACES.map(([family, url, descriptors]) => new FontFace(family, `url("${url}")`, descriptors));
  for (const face of faces) fonts.add(face);
  const loaded = Promise.allSettled(faces.map(face => face.load()));
  const patience = new Promise(resolve => setTimeout(resolve, patienceMs));
  await Promise.race([loaded, patience]);
}
