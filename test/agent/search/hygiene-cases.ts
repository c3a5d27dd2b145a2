/** Made-up pages, each about a competition or only like it; `isAbout`: it must be kept out of a benchmark run. */
export type HygieneCase = {
  names: { id: string; title: string; aliases: readonly string[] };
  page: { url: string; title: string; text: string };
  isAbout: boolean;
};

const spooky = {
  id: "spooky-author-identification",
  title: "Spooky Author Identification",
  aliases: [],
};
const leaf = { id: "leaf-classification", title: "Leaf Classification", aliases: [] };
const cactus = {
  id: "aerial-cactus-identification",
  title: "Aerial Cactus Identification",
  aliases: [],
};
const nomad = {
  id: "nomad2018-predict-transparent-conductors",
  title: "Nomad2018 Predicting Transparent Conductors",
  aliases: ["NOMAD 2018"],
};
const dogs = {
  id: "dogs-vs-cats-redux-kernels-edition",
  title: "Dogs vs. Cats Redux: Kernels Edition",
  aliases: ["dogs vs cats redux"],
};
const house = {
  id: "house-prices-advanced-regression-techniques",
  title: "House Prices - Advanced Regression Techniques",
  aliases: [],
};
const titanic = {
  id: "titanic",
  title: "Titanic - Machine Learning from Disaster",
  aliases: ["Titanic"],
};
const taxi = {
  id: "new-york-city-taxi-fare-prediction",
  title: "New York City Taxi Fare Prediction",
  aliases: [],
};
const detecting = {
  id: "detecting-insults-in-social-commentary",
  title: "Detecting Insults in Social Commentary",
  aliases: [],
};
const denoising = {
  id: "denoising-dirty-documents",
  title: "Denoising Dirty Documents",
  aliases: [],
};
const tps = {
  id: "tabular-playground-series-dec-2021",
  title: "Tabular Playground Series - Dec 2021",
  aliases: [],
};
const whale = {
  id: "the-icml-2013-whale-challenge-right-whale-redux",
  title: "The ICML 2013 Whale Challenge - Right Whale Redux",
  aliases: ["right whale redux"],
};

const blog = (slug: string) => `https://blog.example.org/${slug}`;
const about = (names: HygieneCase["names"], url: string, title: string, text = "") => ({
  names,
  page: { url, title, text },
  isAbout: true,
});
const apart = (names: HygieneCase["names"], url: string, title: string, text = "") => ({
  names,
  page: { url, title, text },
  isAbout: false,
});

export const hygieneCases: readonly HygieneCase[] = [
  about(spooky, "https://www.kaggle.com/c/spooky-author-identification", "Overview"),
  about(spooky, "https://www.kaggle.com/competitions/anything-else", "Another one"),
  about(spooky, "https://web.archive.org/web/2018/https://www.kaggle.com/c/x", "Archived"),
  about(spooky, "https://r.jina.ai/https%3A%2F%2Fwww.kaggle.com%2Fc%2Fx", "Read through"),
  about(spooky, "https://www-kaggle-com.translate.goog/c/x", "Translated"),
  about(spooky, "https://webcache.example/search?q=cache%253Akaggle%252Ecom/c/x", "Cached"),
  about(spooky, "https://github.com/someone/spooky_author_identification", "Code"),
  about(spooky, "https://github.com/someone/SpookyAuthorIdentification", "Code"),
  about(
    spooky,
    blog("nlp"),
    "My silver medal",
    "We entered the Spooky Author Identification contest.",
  ),
  about(spooky, blog("nlp"), "SPÖÖKY  author—identification", "Texts of three writers."),
  about(spooky, "https://farid.one/kaggle-solutions/", "All solutions"),
  about(spooky, "https://github.com/faridrashidi/kaggle-solutions", "All solutions"),
  about(spooky, "https://github.com/openai/mle-bench/tree/main/x", "Benchmark"),
  about(leaf, blog("leaves"), "Leaf Classification on Kaggle", "A network for 99 species."),
  about(leaf, blog("leaves"), "Plants", "I took part in the leaf classification competition."),
  about(leaf, "https://github.com/someone/leaf-classification", "Code"),
  about(
    cactus,
    blog("cactus"),
    "Notes",
    "In aerial cactus identification a small ResNet is enough.",
  ),
  about(
    nomad,
    blog("nomad"),
    "Oxides",
    "The NOMAD 2018 challenge was won with symmetry functions, says its leaderboard.",
  ),
  about(
    nomad,
    blog("crystal"),
    "Predicting transparent conductors",
    "nomad2018-predict-transparent-conductors in 20 lines",
  ),
  about(dogs, blog("pets"), "Dogs vs Cats Redux", "1st place solution with inception."),
  about(dogs, "https://github.com/a/dogs-vs-cats-redux-kernels-edition/blob/main/a.py", "a.py"),
  about(house, blog("ames"), "House prices: advanced regression techniques", "Stacked ridge."),
  about(titanic, blog("ship"), "Titanic", "The well-known Kaggle competition for beginners."),
  about(taxi, blog("fares"), "Fares", "New York City Taxi Fare Prediction with LightGBM"),
  about(detecting, blog("insults"), "Detecting insults in social commentary", "Char n-grams."),
  about(denoising, blog("documents"), "Denoising Dirty Documents", "An autoencoder."),
  about(tps, blog("tps"), "Tabular Playground Series Dec 2021", "A network wins this."),
  about(tps, "https://github.com/me/tabular-playground-series-dec-2021", "Code"),
  about(whale, blog("whales"), "Sounds", "Our gold medal in Right Whale Redux."),
  about(whale, blog("whales"), "The ICML 2013 whale challenge: right whale redux", ""),

  apart(spooky, blog("authors"), "Author identification with character n-grams", "Stylometry."),
  apart(spooky, blog("ghosts"), "Spooky action at a distance", "Entangled states."),
  apart(
    leaf,
    blog("species"),
    "Leaf classification from scanned images",
    "Shape descriptors of leaves and a survey of data sets.",
  ),
  apart(
    leaf,
    "https://arxiv.org/abs/1505.03424",
    "Deep plant identification",
    "Leaf classification by a network.",
  ),
  apart(leaf, blog("trees"), "Decision trees", "Each leaf holds a class; classification follows."),
  apart(cactus, blog("desert"), "Cactus species of the Sonora", "Aerial roots are rare."),
  apart(
    nomad,
    blog("materials"),
    "Transparent conductors by density functional theory",
    "Band gaps of oxides.",
  ),
  apart(nomad, blog("travel"), "A digital nomad in 2018", "Working from everywhere."),
  apart(dogs, blog("transfer"), "Transfer learning for pets", "Telling dogs from cats with a ViT."),
  apart(
    house,
    blog("hedonic"),
    "Hedonic regression of house prices",
    "Advanced techniques for panels.",
  ),
  apart(
    house,
    "https://scikit-learn.org/stable/modules/linear_model.html",
    "Linear models",
    "Regression techniques.",
  ),
  apart(titanic, blog("survival"), "Survival analysis", "Cox models for censored times."),
  apart(
    taxi,
    blog("trips"),
    "Predicting trip durations in a city",
    "Haversine distance of taxi trips.",
  ),
  apart(detecting, blog("toxic"), "Toxic comment models", "Transformers for abusive language."),
  apart(denoising, blog("autoencoder"), "Denoising autoencoders", "Clean documents from noise."),
  apart(tps, blog("tabular"), "Networks on tabular data", "A series of experiments."),
  apart(tps, blog("gbdt"), "Gradient boosting", "Kaggle competitions are often won by it."),
  apart(
    whale,
    blog("sound"),
    "Detecting whale calls in spectrograms",
    "Convolutions over mel bands.",
  ),
];

/** Queries, and whether a benchmark run may ask them of the competition beside them. */
export const queryCases = [
  { names: spooky, text: "spooky author identification winning solution", isAllowed: false },
  { names: leaf, text: "leaf classification best model", isAllowed: false },
  { names: titanic, text: "titanic feature engineering", isAllowed: false },
  { names: nomad, text: "nomad2018 predict transparent conductors", isAllowed: false },
  { names: spooky, text: "text classification by author style log loss", isAllowed: true },
  { names: house, text: "gradient boosting regression rmsle strong baseline", isAllowed: true },
  { names: leaf, text: "state of the art image classification 2026", isAllowed: true },
] as const;
