y = inverse(y)


def inverse(values):
    return values


predictions = {f"script {number + 1}": pair for number, pair in enumerate(MEMBERS)}
