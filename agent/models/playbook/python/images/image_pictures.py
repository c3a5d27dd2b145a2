# include: images/image_read.py
from sklearn.decomposition import PCA


def gradient_histograms(images, cells=7, bins=9):
    # Histograms of gradient directions in cells, each block of two by two cells scaled to length one.
    gray = images.mean(axis=3)
    count, side = len(gray), gray.shape[1]
    padded = np.pad(gray, ((0, 0), (1, 1), (1, 1)), mode="edge")
    down, right = padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1], padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]
    strength = np.sqrt(down**2 + right**2)
    angle = (np.arctan2(down, right) % np.pi) / np.pi * bins
    low = np.floor(angle).astype(int) % bins
    share = angle - np.floor(angle)
    cell = np.minimum(np.arange(side) * cells // side, cells - 1)
    where = cell[:, None] * cells + cell[None, :]
    base = np.arange(count)[:, None, None] * cells * cells + where[None]
    size = count * cells * cells * bins
    grid = np.bincount((base * bins + low).ravel(), (strength * (1 - share)).ravel(), size)
    grid += np.bincount((base * bins + (low + 1) % bins).ravel(), (strength * share).ravel(), size)
    grid = grid.reshape(count, cells, cells, bins).astype(np.float32)
    blocks = [grid[:, a : cells - 1 + a, b : cells - 1 + b] for a in (0, 1) for b in (0, 1)]
    blocks = np.concatenate(blocks, axis=3)
    length = np.sqrt((blocks**2).sum(axis=3, keepdims=True)) + 0.05
    return np.minimum(blocks / length, 0.4).reshape(count, -1)


def colour_moments(images):
    flat = images.reshape(len(images), -1, 3)
    mean, spread = flat.mean(axis=1), flat.std(axis=1)
    third = np.cbrt(((flat - mean[:, None]) ** 3).mean(axis=1))
    shares = np.stack([(flat > cut).mean(axis=1) for cut in (0.25, 0.5, 0.75)], axis=1)
    return np.hstack([mean, spread, third, shares.reshape(len(images), -1)])


def describe(images, part=2000):
    cuts = range(0, len(images), part)
    if len(images) == 0:
        return np.zeros((0, 1296), np.float32)
    return np.vstack([gradient_histograms(images[c : c + part]) for c in cuts])


def reduced(matrix, matrix_test, most):
    size = min(most, matrix.shape[1], len(matrix) - 1)
    rows = np.random.default_rng(SEED).permutation(len(matrix))[:6000]
    pca = PCA(max(1, size), random_state=SEED, svd_solver="randomized").fit(matrix[rows])
    return pca.transform(matrix), pca.transform(matrix_test)


shapes, shapes_test = reduced(describe(pictures), describe(pictures_test), 150)
shades, shades_test = reduced(pictures.reshape(len(pictures), -1), pictures_test.reshape(len(pictures_test), -1), 60)
colours, colours_test = colour_moments(pictures), colour_moments(pictures_test)
