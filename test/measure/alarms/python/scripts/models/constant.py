found = np.full(len(test), target.median()) if is_number else np.tile(target.value_counts(normalize=True).sort_index(), (len(test), 1))
