#!/usr/bin/env python3
"""Names of countries, languages and currencies: lines of English<TAB>Chinese, each English name once.

    iso_names.py SHARE > iso-codes.txt

SHARE holds iso-codes/json and locale/zh_CN of Debian's iso-codes. Names that are not translated are left out."""
import gettext
import json
import pathlib
import sys

LISTS = {"iso_3166-1": ("name", "common_name", "official_name"), "iso_639-2": ("name", "common_name"),
         "iso_639-3": ("name", "common_name"), "iso_4217": ("name",)}


def main():
    share = pathlib.Path(sys.argv[1])
    chinese = {}
    for name, keys in LISTS.items():
        entries = json.loads((share / f"iso-codes/json/{name}.json").read_text(encoding="utf-8"))
        with open(share / f"locale/zh_CN/LC_MESSAGES/{name}.mo", "rb") as file:
            catalog = gettext.GNUTranslations(file)
        for entry in entries[name.removeprefix("iso_")]:
            for english in filter(None, map(entry.get, keys)):
                translated = catalog.gettext(english)
                if any("\u3400" <= c <= "\u9fff" for c in translated):
                    chinese.setdefault(english, translated)
    out = open(1, "w", encoding="utf-8", newline="\n", closefd=False)
    for english, translated in chinese.items():
        print(english, translated, sep="\t", file=out)
    out.flush()


main()
