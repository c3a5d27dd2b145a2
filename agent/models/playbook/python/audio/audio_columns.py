def sound_columns():
    # What trees see: all views as numbers, and the other columns.
    both = []
    for frame, views in ((X, (timbre, bands, shape, course)), (X_test, (timbre_test, bands_test, shape_test, course_test))):
        rest = as_numbers(frame[[c for c in frame.columns if not str(c).startswith("sound ")]]).to_numpy()
        both.append(np.hstack([*views, rest]).astype(np.float32))
    return both
