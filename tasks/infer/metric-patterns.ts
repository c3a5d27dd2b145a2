import type { MetricName } from "../competition.ts";

/**
 * How people write a metric, in lower case with plain dashes and single blanks. `name` is null for one that is not
 * computed here: it is listed so that nothing else is made of its words. `weak`: too common a word to mean a metric
 * outside of what is said of the evaluation.
 */
export type Pattern = { words: RegExp; name: MetricName | null; weak?: true };

const SQUARED = "mean[- ]squared?[- ]";
const RMSE = `(\\bmc-?rmse\\b|\\brmse\\b|root[- ]${SQUARED}(error|deviation)|square root of (the )?(${SQUARED}error|mse\\b))`;
const MSE = `(\\bmse\\b|${SQUARED}error)`;
/** "(RMSE) between the logarithm of …", "of log1p(…)", "on the log scale". */
const OF_LOGARITHM =
  "[^.]{0,60}?\\b(between|of|on|in|to)( the)?( (natural|base[- \\w]{0,6}))?[- (]+log(arithm(s|ic)?|s|1p|-transformed)?\\b";
const F = "\\bf[- _]?";
const F1 = `${F}1\\b`;
const AVERAGED = "[- ]?(averaged?)?[- ]";
const AT_K = "(@|at) ?\\(?(k\\b|\\d+)?";

/** Metrics not computed here whose words hold those of one that is. */
const FIRST: readonly (RegExp | string)[] = [
  /\b(mean|average|combination|product|(weighted )?sum) of (the )?(two|three|four|five|following|several)( \w+)? (metrics|measures|scores|components)/u,
  /log(arithm)? of (the )?(mean absolute error|mae\b)|\blog[- ]mae\b/u,
  /label[- ](weighted[- ]label[- ])?ranking[- ]average[- ]precision|\blw?lrap\b/u,
  /linear(ly)?[- ]weighted[- ](cohen'?s? )?kappa/u,
  /word[- ]level jaccard( score)?/u,
  /top[- ]?(\d+|k)[- ](classification )?error( rate)?/u,
  /\b(?<!average )(precision|recall|hit[- ]?rate|f1)([- ]score)? ?@ ?(k\b|\d+)|\b(recall|hit[- ]?rate) at (k\b|\d+)/u,
  /\bw?rmsse\b|\bnrmse\b|\bw?mase\b|mean absolute scaled error/u,
  /median absolute (percent(age)? )?error|\bmda?p?e\b|\bwmae\b|\bpf1\b/u,
];

/** Other metrics that are not computed here. */
const UNKNOWN: readonly RegExp[] = [
  /concordance[- ]index|\bc-index\b|harrell'?s? c\b|\bconcordance\b/u,
  /kendall'?s?( rank)?( correlation| tau)?/u,
  /\bcrps\b|continuous ranked probability( score)?/u,
  /levenshtein( distance)?|edit distance|word error rate|character error rate|\bbleu\b|\brouge\b|perplexity/u,
  /\bdice\b( coefficient| score)?|hamming (loss|distance)|hausdorff/u,
  /kullback[- ]leibler|\bkl[- ]divergence|jensen[- ]shannon|kolmogorov[- ]smirnov|\bks statistic/u,
  /\bmspe\b|mean[- ]squared?[- ]percent(age)?[- ]error/u,
  /mean reciprocal rank|\bmrr\b|\bdcg\b|mean average precision|\bcmap\b/u,
  /(poisson|gamma|tweedie) deviance|explained variance|maximum error|\bmax error|log[- ]cosh|huber loss/u,
  /hinge loss|zero[- ]one loss|equal error rate|expected calibration error|cohen'?s?[- ]kappa|\bkappa\b/u,
  /sharpe ratio|haversine( distance)?|euclidean distance|geometric mean|\bg-mean\b|youden/u,
  /rand index|mutual information|silhouette/u,
];

/** Words that mean a metric only where nothing else does: "F1, the mean of precision and recall". */
export const LAST: readonly Pattern[] = [
  /\b(precision|recall|sensitivity|specificity)\b|\b(misclassification|error) rate\b|\bcorrelation\b/u,
].map((words) => ({ words, name: null, weak: true }));

const known = (name: MetricName, ...words: (RegExp | string)[]): Pattern[] =>
  words.map((each) => ({ words: new RegExp(each, "u"), name }));

const weak = (name: MetricName, ...words: (RegExp | string)[]): Pattern[] =>
  known(name, ...words).map((each) => ({ ...each, weak: true }));

const unknown = (...words: readonly (RegExp | string)[]): Pattern[] =>
  words.map((each) => ({ words: new RegExp(each, "u"), name: null, weak: true }));

/** More telling words first: what one has taken, no later one sees. */
export const PATTERNS: readonly Pattern[] = [
  ...unknown(...FIRST),
  ...known(
    "quadratic_kappa",
    /quadratic(ally)?[- ](weighted[- ])?(cohen'?s? )?kappa|\bqwk\b|kappa[^.]{0,40}quadratic( weights?)?/u,
    /weighted[- ](cohen'?s? )?kappa/u,
  ),
  ...known(
    "rmsle",
    RMSE + OF_LOGARITHM,
    /\brmsle\b|root[- ]mean[- ]squared?[- ]log(arithmic)?[- ]error/u,
  ),
  ...known("msle", MSE + OF_LOGARITHM, /\bmsle\b|mean[- ]squared?[- ]log(arithmic)?[- ]error/u),
  ...known("rmspe", /\brmspe\b|root[- ]mean[- ]squared?[- ]percent(age)?[- ]error/u),
  ...known("smape", /\bsmape\b|symmetric mean absolute percent(age)?( error)?/u),
  ...known("wmape", /\bwm?ape\b|weighted[- ](mean[- ])?absolute[- ]percent(age)?[- ]error/u),
  ...known("mape", /\bmape\b|mean[- ]absolute[- ]percent(age)?( error)?/u),
  ...known(
    "map_at_k",
    `mean average precision[ (]+${AT_K}`,
    `\\bmap ?@ ?(k\\b|\\d+)?|\\bmap at (k\\b|\\d+)|mean average precision[ (]+map ?@ ?(k\\b|\\d+)?`,
  ),
  ...known(
    "ndcg_at_k",
    `\\bndcg ?(${AT_K})?|normali[sz]ed discounted cumulative gain[ (]*(${AT_K})?`,
  ),
  // A mean over boxes, queries or classes is another metric than that of one list.
  ...unknown(/mean average precision/u),
  ...known(
    "average_precision",
    /(area under (the )?)?(curve[^.]{0,40})?precision[- ]?(and |\/|vs\.? |versus )?recall([- ]curve)?( \(?(pr[- ]?)?auc\)?)|area under (the )?(curve[^.]{0,40})?(precision[- ]?(and |\/|vs\.? |versus )?recall|pr\b)([- ]curve)?/u,
    /precision[- ]recall[- ]?(auc|area|curve)|\bau[- ]?prc?\b|\bpr[- _]?auc\b|\bauc[- _]?\(?pr\b|\bauc[^.]{0,20}precision[- ]recall([- ]curve)?/u,
    /average[- _]precision([- _]score)?/u,
  ),
  ...known("roc_auc_macro", `macro${AVERAGED}(roc[- ])?auc|(roc[- ])?auc[- ,(]*macro`),
  ...known(
    "roc_auc",
    /\bauroc\b|\broc[- _]?auc\b|\bauc[- _]?roc\b|\bauc\b|area under (the )?(roc|receiver|curve)|\broc curve/u,
  ),
  ...weak("gini", /(normali[sz]ed )?\bgini\b( coefficient| index| score)?/u),
  ...known("brier", /\bbrier\b( score| loss)?/u),
  ...known("balanced_log_loss", /balanced[- _](log(arithmic)?[- _]?loss|cross[- ]?entropy)/u),
  ...known("log_loss", /\blog[- _]?loss|logarithmic loss|cross[- ]?entropy/u),
  ...known(
    "balanced_accuracy",
    /balanced[- _]accuracy|(mean|average) (per[- ])?class(-wise)? (accuracy|recall)|macro[- ]?(averaged?)? ?recall|unweighted average recall/u,
  ),
  ...known(
    "top_k_accuracy",
    /top[- _]?(\d+|k|three|five|ten)[- _](classification |categorical )?accuracy|accuracy ?@ ?(k\b|\d+)|accuracy at (k\b|\d+)/u,
  ),
  ...known("f1_macro", `macro${AVERAGED}${F1}|${F1}[- _(]*(score)?[- ,(]*macro|macro f-?score`),
  ...known("f1_micro", `micro${AVERAGED}${F1}|${F1}[- _(]*(score)?[- ,(]*micro`),
  ...known("f1_weighted", `weighted${AVERAGED}${F1}|${F1}[- _(]*(score)?[- ,(]*weighted`),
  ...weak("fbeta", `${F}(beta|β|0?\\.\\d+|[2-9])(?!\\w|\\.\\d)([- _](score|measure|metric))?`),
  ...known("f1", `${F1}|f1[- _]score|f-?measure|f-score`),
  ...weak(
    "jaccard",
    /jaccard( index| score| similarity)?|intersection[- ]over[- ]union|\bm?iou\b/u,
  ),
  ...known("mcc", /matthews|\bmcc\b/u),
  ...known("rmse", RMSE),
  ...known("mse", MSE),
  ...known("mae", /\bmae\b|mean[- ]absolute[- ](error|deviation)/u),
  ...known("pinball", /pinball([- ]loss)?|quantile[- ]loss/u),
  ...known("r2", /\br2(_score)?\b|\br\^2|r²|r[- ]squared|coefficient of determination/u),
  ...weak("pearson", /pearson('?s)?( product[- ]moment)?( correlation)?( coefficient)?/u),
  ...known("spearman", /spearman/u),
  ...unknown(...UNKNOWN),
  ...weak("accuracy", /accuracy/u),
];
