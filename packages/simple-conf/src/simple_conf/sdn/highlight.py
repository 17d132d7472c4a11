"""SDN in colours: a lexer for Pygments, which finds it by the name ``sdn``."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups, include  # type: ignore[import-untyped, unused-ignore]
from pygments.token import (  # type: ignore[import-untyped, unused-ignore]
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
    Whitespace,
)

_KEY = r'(?:[\w\-./]+|"(?:[^"\\\n]|\\.)*")'


class SdnLexer(RegexLexer):  # type: ignore[misc, unused-ignore]
    """Highlights SDN, Simple Data Notation."""

    name = "SDN"
    aliases: ClassVar = ["sdn"]
    filenames: ClassVar = ["*.sdn"]
    mimetypes: ClassVar = ["text/x-sdn"]
    version_added = ""

    tokens: ClassVar = {
        "root": [
            (r"\n", Whitespace),
            (r"[ \t]+", Whitespace),
            (r"#[^\n]*", Comment.Single),
            (r"(-)([ ]+|(?=\n))", bygroups(Punctuation, Whitespace)),
            (rf"({_KEY})([ \t]+)(\|)", bygroups(Name.Tag, Whitespace, Punctuation), "columns"),
            (
                rf"^([ ]*)((?:-[ ]+)*)({_KEY})([ \t]*)([:=])([ \t]*)([|>]-?)([ \t]*)(#[^\n]*)?(\n)"
                r"((?:(?:\1[ ]+[^\n]*|[ \t]*)\n)+)",
                bygroups(
                    Whitespace,
                    Punctuation,
                    Name.Tag,
                    Whitespace,
                    Operator,
                    Whitespace,
                    Punctuation,
                    Whitespace,
                    Comment.Single,
                    Whitespace,
                    String.Doc,
                ),
            ),
            (rf"({_KEY})([ \t]*)(:(?=[ \t\n])|=)", bygroups(Name.Tag, Whitespace, Operator), "value"),
            include("scalars"),
        ],
        "value": [
            (r"\n", Whitespace, "#pop"),
            (r"[ \t]+", Whitespace),
            (r'"""(?:.|\n)*?"""', String.Doc),
            (r"[|>]-?(?=[ \t]*(?:#[^\n]*)?\n)", Punctuation),
            (
                r"(table)([ ]*)(\{)([^}\n]*)(\})",
                bygroups(Keyword.Type, Whitespace, Punctuation, Keyword.Type, Punctuation),
            ),
            include("scalars"),
        ],
        "columns": [
            (r"\|", Punctuation, "#pop"),
            (r"[^|,\n]+", Name.Attribute),
            (r",", Punctuation),
            (r"\n", Whitespace, "#pop"),
        ],
        "scalars": [
            (r"(?<=[ \t\n])#[^\n]*", Comment.Single),
            (r"\$\{[^}\n]*\}", String.Interpol),
            (r'"(?:[^"\\\n]|\\.)*"(?=[ \t]*[:=])', Name.Tag),
            (r'"', String.Double, "string"),
            (r"-?0x[0-9a-fA-F_]+(?![^\s,\]})])", Number.Hex),
            (r"-?\d[\d_]*(?:\.\d+)?[eE][+-]?\d+(?![^\s,\]})])|-?\d[\d_]*\.\d+(?![^\s,\]})])", Number.Float),
            (r"-?\d[\d_]*(?![^\s,\]})])", Number.Integer),
            (r"(?:true|false|null|nil)(?=[ \t]*(?:[,\]})\n#]|$))", Keyword.Constant),
            (r"\?\?\?", Keyword.Pseudo),
            (r"[\w\-./]+(?=[ \t]*(?::[ \t]|=))", Name.Tag),
            (r"[\[\]{}(),:=]", Punctuation),
            (r'[^\s,\[\](){}"$#:=]+', Text),
            (r"[ \t]+", Whitespace),
            (r".", Text),
        ],
        "string": [
            (r'[^"\\\n]+', String.Double),
            (r'\\(?:[ntr\\"]|u[0-9a-fA-F]{4})', String.Escape),
            (r"\\.", String.Double),
            (r'"', String.Double, "#pop"),
            (r"\n", Whitespace, "#pop"),
        ],
    }
