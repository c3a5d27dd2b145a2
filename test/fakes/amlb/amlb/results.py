import pandas as pd


def save_predictions(dataset, output_file, predictions, truth, probabilities=None, probabilities_labels=None):
    """One column for each label in order, then `predictions` and `truth`; those two alone for numbers."""
    table = pd.DataFrame(index=range(len(predictions)))
    if probabilities is not None:
        assert len(set(probabilities_labels)) == probabilities.shape[1]
        table = pd.DataFrame(probabilities, columns=probabilities_labels)[sorted(probabilities_labels)]
    table["predictions"] = predictions
    table["truth"] = truth.squeeze().to_numpy()
    table.to_csv(output_file, index=False)
