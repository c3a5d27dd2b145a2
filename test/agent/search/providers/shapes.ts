/** Answers in the shapes that the providers' own documentation shows, with made-up content. */

export const tavily = JSON.stringify({
  query: "tabular classification",
  follow_up_questions: null,
  answer: null,
  images: [],
  results: [
    {
      url: "https://example.org/gbdt",
      title: "Gradient boosting on tables",
      content: "Trees do well on tables.",
      score: 0.91,
      raw_content: null,
    },
    { url: "https://example.org/nn", title: "Networks", content: "So do networks.", score: 0.8 },
  ],
  response_time: 1.2,
});

export const brave = JSON.stringify({
  type: "search",
  query: { original: "tabular classification", more_results_available: true },
  mixed: { type: "mixed" },
  web: {
    type: "search",
    results: [
      {
        title: "LightGBM in practice",
        url: "https://example.org/lgbm",
        is_source_local: false,
        description: "Fast trees for <b>tables</b>.",
        page_age: "2026-02-01T00:00:00",
        language: "en",
        family_friendly: true,
      },
    ],
    family_friendly: true,
  },
});

export const exa = JSON.stringify({
  requestId: "r-1",
  autopromptString: "x",
  resolvedSearchType: "neural",
  results: [
    {
      id: "https://example.org/tabular",
      title: null,
      url: "https://example.org/tabular",
      publishedDate: "2025-11-16T01:36:32.547Z",
      author: "A. Writer",
      text: "TabM is an ensemble of MLPs.",
    },
  ],
  costDollars: { total: 0.005 },
});

export const serpapi = JSON.stringify({
  search_metadata: { id: "1", status: "Success" },
  search_parameters: { engine: "google", q: "tabular" },
  organic_results: [
    { position: 1, title: "CatBoost", link: "https://catboost.ai/", snippet: "Categories." },
    { position: 2, title: "No snippet", link: "https://example.org/x" },
  ],
});

export const searxng = JSON.stringify({
  query: "tabular",
  number_of_results: 0,
  results: [
    {
      url: "https://xgboost.readthedocs.io/",
      title: "XGBoost docs",
      content: "Scalable trees.",
      engine: "brave",
      engines: ["brave", "bing"],
      score: 2,
    },
    { url: "https://example.org/none", title: "Nothing shown", content: null, engine: "bing" },
  ],
  answers: [],
  unresponsive_engines: [["google", "timeout"]],
});

export const duckduckgo = `<!DOCTYPE html><html><body><div id="links" class="results">
<div class="result results_links result--ad"><h2 class="result__title"><a class="result__a" href="https://ads.example">Ad</a></h2></div>
<div class="result results_links results_links_deep web-result"><div class="links_main">
<h2 class="result__title"><a rel="nofollow" class="result__a" href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc&amp;rut=0af">Tabular models</a></h2>
<a class="result__snippet" href="//duckduckgo.com/l/?uddg=x">Which <b>models</b> suit tables.</a></div></div>
<div class="result web-result"><a class="result__a" href="https://example.org/direct">Direct</a></div>
</div></body></html>`;

export const duckduckgoNothing = `<html><body><div id="links"><div class="no-results">No results found for q.</div></div></body></html>`;

export const duckduckgoChallenge = `<html><body><div class="anomaly-modal__mask"><div class="anomaly-modal__title">Unfortunately, bots use DuckDuckGo too.</div>
<form id="challenge-form" action="//duckduckgo.com/anomaly.js?sv=html" method="POST"></form></div></body></html>`;

export const huggingface = JSON.stringify([
  {
    _id: "1",
    id: "google/vit-base-patch16-224",
    likes: 900,
    private: false,
    downloads: 4_000_000,
    tags: ["transformers", "pytorch", "vit", "license:apache-2.0"],
    pipeline_tag: "image-classification",
    library_name: "transformers",
    createdAt: "2022-03-02T23:29:05.000Z",
    modelId: "google/vit-base-patch16-224",
  },
  { _id: "2", id: "some/unknown", likes: 0, private: false, tags: [], modelId: "some/unknown" },
]);

export const arxiv = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">ArXiv Query</title>
<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">1</opensearch:totalResults>
<entry><id>http://arxiv.org/abs/2106.11959v5</id><updated>2023-10-26T17:25:00Z</updated>
<title>Deep learning
  on a table</title><summary>  We look at networks &amp; trees
for tables.
</summary><author><name>A. Writer</name></author><category term="cs.LG"/></entry></feed>`;

export const arxivError = `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/api/errors#incorrect_id_format</id>
<title>Error</title><summary>incorrect id format</summary></entry></feed>`;

export const github = JSON.stringify({
  total_count: 1,
  incomplete_results: false,
  items: [
    {
      name: "train.py",
      path: "train.py",
      sha: "0",
      html_url: "https://github.com/some/repo/blob/abc/train.py",
      repository: { id: 1, full_name: "some/repo", description: null, private: false },
      score: 1,
      text_matches: [{ object_type: "FileContent", fragment: "model = LGBMClassifier()" }],
    },
  ],
});

export const kaggleList = JSON.stringify([
  { ref: "someone/a-baseline", title: "A baseline", author: "someone", totalVotes: 40 },
  { ref: "other/unvoted", title: "Unvoted", author: "other" },
]);

export const kagglePull = JSON.stringify({
  metadata: { ref: "someone/a-baseline", language: "python" },
  blob: { source: "print('baseline')", language: "python", kernelType: "script" },
});
