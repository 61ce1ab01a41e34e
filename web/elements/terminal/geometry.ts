/** How a terminal fills its box. Pure. All lengths are CSS pixels. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** Size of one character cell. */
export interface CellMetrics {
  /** Width per pixel of font size. */
  readonly widthRatio: number;
  readonly heightAt: (fontSize: number) => number;
}

export interface Geometry {
  readonly cols: number;
  readonly rows: number;
  readonly fontSize: number;
}

export interface FitOptions {
  readonly box: Box;
  readonly cell: CellMetrics;
  /** The size to be read at; smaller ones are used only to make the columns fit. */
  readonly fontSize: number;
  /** Fewer columns than this are not asked for: programs draw badly in them, and smaller letters do less harm. */
  readonly minCols: number;
}

/** Smaller letters are not drawn; what does not fit then is scrolled to. */
const MIN_FONT_SIZE = 6;

/** The size that this viewer would like to have: as the primary viewer it asks for it. */
export function fitGeometry({ box, cell, fontSize, minCols }: FitOptions): Geometry {
  const natural = Math.floor(box.width / (cell.widthRatio * fontSize));
  const cols = Math.max(minCols, Math.min(1_000, natural));
  const size = natural >= minCols ? fontSize : shrink(box.width / (cols * cell.widthRatio), fontSize);
  return { cols, rows: rowsFor(box.height, cell, size), fontSize: size };
}

/**
 * Somebody else's screen in this box, in letters small enough that its columns fit.
 * @param keepRows true when the rows must stay as they are, false when there may be as many as there is room for
 */
export function followGeometry(
  { box, cell, fontSize }: FitOptions,
  size: { readonly cols: number; readonly rows: number },
  keepRows: boolean,
): Geometry {
  let chosen = shrink(box.width / (size.cols * cell.widthRatio), fontSize);
  if (!keepRows) return { cols: size.cols, rows: rowsFor(box.height, cell, chosen), fontSize: chosen };
  while (chosen > MIN_FONT_SIZE && size.rows * cell.heightAt(chosen) > box.height) chosen -= 0.25;
  return { cols: size.cols, rows: size.rows, fontSize: chosen };
}

/** In steps of a quarter pixel, and down to what can still be made out. */
function shrink(exact: number, most: number): number {
  return Math.max(MIN_FONT_SIZE, Math.min(most, Math.floor(exact * 4) / 4));
}

function rowsFor(height: number, cell: CellMetrics, fontSize: number): number {
  return Math.max(1, Math.min(1_000, Math.floor(height / cell.heightAt(fontSize))));
}
