import gettext
import io
from pathlib import Path

import pytest

from config.runtime import StartError
from config.runtime.messages import compile_stale, compiled

CATALOGUE = r"""
# a comment
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=n != 1;\n"

#: grid/x.py
msgid "today"
msgstr "今天"

msgctxt "noun"
msgid "today"
msgstr "今日"

#, python-format
msgid ""
"one "
"line"
msgstr "一行\t\"引\""

msgid "%d row"
msgid_plural "%d rows"
msgstr[0] "一行"
msgstr[1] "%d 行"
#, fuzzy
#| msgid "old"
msgid "unsure"
msgstr "不定"

msgid "empty"
msgstr ""

#~ msgid "gone"
#~ msgstr "没了"
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOGUE)
    return path


def test_a_compiled_catalogue_reads_as_it_was_written(source: Path):
    catalogue = gettext.GNUTranslations(io.BytesIO(compiled(source)))

    assert catalogue.gettext("today") == "今天"
    assert catalogue.pgettext("noun", "today") == "今日"
    assert catalogue.gettext("one line") == '一行\t"引"'
    assert [catalogue.ngettext("%d row", "%d rows", n) for n in (1, 2)] == ["一行", "%d 行"]


@pytest.mark.parametrize("text", ["unsure", "empty", "gone", "old"])
def test_what_is_unsure_empty_or_obsolete_stays_untranslated(source: Path, text: str):
    assert gettext.GNUTranslations(io.BytesIO(compiled(source))).gettext(text) == text


def test_it_writes_the_same_messages_as_babel(source: Path):
    from babel.messages.mofile import read_mo, write_mo
    from babel.messages.pofile import read_po

    theirs = io.BytesIO()
    write_mo(theirs, read_po(io.BytesIO(source.read_bytes())))
    theirs.seek(0)

    def messages(file: io.BytesIO) -> dict:
        return {(str(m.id), m.context): m.string for m in read_mo(file) if m.id}

    assert messages(io.BytesIO(compiled(source))) == messages(theirs)


def test_only_what_changed_is_compiled(source: Path, tmp_path: Path):
    assert compile_stale(tmp_path) == [source.with_suffix(".mo")]
    assert compile_stale(tmp_path) == []


def test_a_broken_line_is_named(source: Path):
    source.write_text('msgid "a"\nmsgstr oops\n')

    with pytest.raises(StartError, match=r"django.po, line 2"):
        compiled(source)
