def side_rows(entry):
    try:
        table = read_table(entry["name"])
        if "amounts" in entry:
            table = table.assign(**amounts_in(entry["name"], entry["amounts"]))
    except Exception as problem:  # a side table that cannot be read costs its columns, not the script
        print(f"{entry['name']} is left out: {problem}")
        return None
    return table.drop(columns=[c for c in TARGETS if c in table.columns])


def plain_key(values):
    # 7, 7.0 and "7" are the same key.
    text = values.astype(object).where(values.notna(), "(missing)").astype(str).str.strip()
    return text.str.replace(r"\.0$", "", regex=True)
