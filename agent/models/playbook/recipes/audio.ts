import type { Brief } from "../../../brief.ts";
import type { Recipe } from "../section.ts";
import { columnsOf, hasPackage } from "../traits.ts";

/** What libsndfile reads; without it the recipes read WAV files only. */
const sounds = ["wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "au"];

function hasSounds(brief: Brief): boolean {
  const { media } = brief.profile;
  const formats = hasPackage(brief, "soundfile") ? sounds : ["wav"];
  if (media !== null && formats.includes(media.extension)) return true;
  return columnsOf(brief, "path").some((column) =>
    column.examples.some((text) => formats.includes(text.split(".").pop()?.toLowerCase() ?? "")),
  );
}

/** Know-how for sounds in files. */
export const audioRecipes: readonly Recipe[] = [
  {
    id: "sounds",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: sounds",
    plan: "Read each sound as one channel at one rate and measure it, for all that follows [sounds]: cepstral coefficients with their changes, log-mel bands, loudness and spectrum, and its course over time. Of long sounds parts are read, so that the time holds. A file that cannot be read costs its own row only.",
    fits: hasSounds,
    file: "audio/audio_sounds.py",
    prior: 0.96,
    standard: true,
    needs: [],
  },
  {
    id: "sound-descriptors",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: sound descriptors",
    plan: "Describe each sound in columns that trees can use [sound-descriptors]: statistics over time of its cepstral coefficients, of its log-mel bands, of its loudness, pitch and spectrum. Whether a file could be read is a column too.",
    fits: hasSounds,
    file: "audio/audio_features.py",
    prior: 0.95,
    standard: true,
    needs: [],
  },
  {
    id: "sound-course",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: sound course",
    plan: "Add the loudness of ten bands in each of six parts of a sound [sound-course]. Statistics over the whole sound do not tell what comes first, which spoken words and calls differ in. Sixty columns more are cheap for trees.",
    fits: hasSounds,
    file: "audio/audio_course.py",
    prior: 0.6,
    standard: false,
    needs: [],
  },
  {
    id: "mfcc-svm",
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: "model: mfcc-svm",
    plan: "Keep what the block does and add a kernel machine on the cepstral, mel and envelope statistics of each sound [mfcc-svm], scaled so that each view weighs about the same. On a few thousand sounds it is hard to improve on without a pretrained network. With many rows the kernel is approximated.",
    fits: hasSounds,
    file: "audio/audio_svm.py",
    prior: 0.94,
    standard: false,
    needs: ["sounds", "sound-descriptors"],
  },
  {
    id: "audio-boosting",
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: "model: audio-boosting",
    plan: "Keep what the block does and add boosted trees on all measurements of the sounds and the other columns [audio-boosting]. Few leaves and few columns a tree keep hundreds of correlated measurements from being overfitted. It uses single bands that a kernel averages away.",
    fits: (brief) => hasSounds(brief) && hasPackage(brief, "lightgbm"),
    file: "audio/audio_boosting.py",
    prior: 0.92,
    standard: false,
    needs: ["sounds", "sound-descriptors"],
  },
  {
    id: "spectral-forest",
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: "model: spectral-forest",
    plan: "Keep what the block does and add a forest of extremely randomised trees on all measurements of the sounds [spectral-forest]. Random cuts average out the noise of short recordings. It needs no scaling and hardly any tuning.",
    fits: hasSounds,
    file: "audio/audio_trees.py",
    prior: 0.86,
    standard: false,
    needs: ["sounds", "sound-descriptors"],
  },
];
