import type { ColumnProfile } from "../../../../tasks/profile/profile.ts";
import type { Brief } from "../../../brief.ts";
import type { Recipe } from "../section.ts";
import { columnsOf } from "../traits.ts";

const pictures = ["png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"];

/** Whether that many values fill a square, in one lane or in three. */
function fillsSquare(count: number): boolean {
  return Number.isInteger(Math.sqrt(count)) || Number.isInteger(Math.sqrt(count / 3));
}

/** Columns that differ by a number only (`pixel0`, `pixel1` …), fill a square and hold shades: 0 to 255, or 0 to 1. */
function hasPixels(brief: Brief): boolean {
  const groups = new Map<string, ColumnProfile[]>();
  for (const column of columnsOf(brief, "numeric", "constant", "boolean", "categorical")) {
    const stem = column.name.replace(/[\d_x]+$/u, "");
    if (stem !== column.name) groups.set(stem, [...(groups.get(stem) ?? []), column]);
  }
  return [...groups.values()].some(
    (group) =>
      group.length >= 64 &&
      fillsSquare(group.length) &&
      group.every(({ min, max }) => (min ?? 0) >= 0 && (max ?? 0) <= 255),
  );
}

function hasPictures(brief: Brief): boolean {
  const { media } = brief.profile;
  if (media !== null) {
    return pictures.includes(media.extension.replace(/^\./u, "").toLowerCase());
  }
  const named = columnsOf(brief, "path").some((column) =>
    column.examples.some((text) => pictures.includes(text.split(".").pop()?.toLowerCase() ?? "")),
  );
  return named || hasPixels(brief);
}

/** Know-how for images, from files or from pixel columns. */
export const imageRecipes: readonly Recipe[] = [
  {
    id: "pictures",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: pictures",
    plan: "Read each image, shrink it, and find the main directions of its shapes and shades, for all that follows [pictures]. Shapes are histograms of gradients in cells. Pixel columns are put together into an image again; files are decoded without any library where none is there.",
    fits: hasPictures,
    file: "images/image_pictures.py",
    prior: 0.96,
    standard: true,
    needs: [],
  },
  {
    id: "image-descriptors",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: image descriptors",
    plan: "Describe each image in columns that trees can use [image-descriptors]: the main directions of its gradient histograms and of its shrunk pixels, and its color moments. Single pixel columns are dropped for them.",
    fits: hasPictures,
    file: "images/image_features.py",
    prior: 0.95,
    standard: true,
    needs: [],
  },
  {
    id: "pixel-svm",
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: "model: pixel-svm",
    plan: "Keep what the block does and add a kernel machine on the main directions of the gradient histograms and pixels [pixel-svm]. On a few thousand images it is hard to beat without a net that was trained elsewhere. With many rows the kernel is approximated.",
    fits: hasPictures,
    file: "images/image_svm.py",
    prior: 0.94,
    standard: false,
    needs: ["pictures", "image-descriptors"],
  },
  {
    id: "image-boosting",
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: "model: image-boosting",
    plan: "Keep what the block does and add histogram boosting on the main directions of the image descriptors, the shrunk pixels and the other columns [image-boosting]. It uses single dark or bright places that a kernel smooths over.",
    fits: hasPictures,
    file: "images/image_boosting.py",
    prior: 0.7,
    standard: false,
    needs: ["pictures", "image-descriptors"],
  },
];
