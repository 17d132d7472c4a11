"""Values of secret names are masked in code and configuration files; everything else stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.storage.secret_lines import SecretLines
from simple_track.storage.secrets import MASK


def mask(text, *, code):
    lines = SecretLines(code=code)
    return "\n".join(map(lines.mask, text.split("\n")))


CODE = [
    'password = "hunter2"',
    "password: str = 'hunter2'",
    'PASSWORD: Final[str] = "hunter2"',
    'os.environ["API_KEY"] = "hunter2"',
    'connect(host="x", password="hunter2", port=5432)',
    '{"password": "hunter2", "user": "me"}',
    'if password == "hunter2": pass',
    'assert password != "hunter2"',
    'api_key = os.getenv("API_KEY", "hunter2")',
    'p.add_argument("--password", "-p", type=str, default="hunter2", help="of the store")',
    'p.add_argument("--password", default="hunter2")',
    'cmd = "export PASSWORD=hunter2 && x"',
    'dsn = "postgres://me:hunter2@h/db"',
    "# password = hunter2",
    '"source": ["api_key = \\"hunter2\\"\\n",',
    "const token = `hunter2`;",
    'token := "hunter2"',
    ":token => 'hunter2'",
    'headers = {"Authorization": f"Bearer hunter2"}',
    'credentials = {\n    "user": "hunter2",\n}',
    'api_key = (\n    "hunter2"\n    "hunter2"\n)',
    'password = \\\n    "hunter2"',
    'd = {\n    "password":\n        "hunter2",\n}',
    'secret = """\nhunter2\nhunter2 more"""',
    'secret = """hunter2\nhunter2 more"""',
    "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("text", CODE)
def test_literals_of_secret_names_are_masked_in_code(text):
    masked = mask(text + '\nx = "abc"', code=True)
    assert "hunter2" not in masked
    assert MASK in masked
    assert masked.endswith('\nx = "abc"')


@pytest.mark.parametrize(
    "text",
    [
        'self.api_key = os.environ["API_KEY"]',
        'api_key = os.getenv("API_KEY")',
        'token = tokenizer("x")',
        'if token == "<pad>": x = "abc"',
        "max_tokens = 5000",
        'pad_token = "<pad>"',
        "password = None",
        'password = ""',
        'password = "${oc.env:DB_PASSWORD}"',
        "token: str",
        'if token:\n    print("abc")',
        'f(password, "abc")',
        'p.add_argument("--tokenizer", default="gpt2")',
        'token = cache[key]\nname = "abc"',
        "def f(token: str | None = None, n: int = 5000): ...",
        'print("password: ")',
        "a token: a piece of a text",
        'x = {"author": "me"}',
    ],
)
def test_code_stays(text):
    assert mask(text, code=True) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("password: hunter2", f"password: {MASK}"),
        ("password: hunter 2 # why", f"password: {MASK} # why"),
        ('password: "hunter2"', f'password: "{MASK}"'),
        ("export API_KEY=hunter2,more", f"export API_KEY={MASK}"),
        ('{"password": 5, "x": 1}', f'{{"password": {MASK}, "x": 1}}'),
        ("db: {user: me, password: hunter2, port: 5}", f"db: {{user: me, password: {MASK}, port: 5}}"),
        (
            "auth:\n  user: hunter2\n  list:\n    - hunter2\nx: 1",
            f"auth:\n  user: {MASK}\n  list:\n    {MASK}\nx: 1",
        ),
        ("password: |\n  hunter2\n  more\nx: 1", f"password: |\n  {MASK}\n  {MASK}\nx: 1"),
        ("secrets:\n- hunter2\n- b: hunter2\nx: 1", f"secrets:\n{MASK}\n- b: {MASK}\nx: 1"),
        (
            "[credentials]\nuser = 'me'\n[other]\nuser = 'me'",
            f"[credentials]\nuser = {MASK}\n[other]\nuser = 'me'",
        ),
        ('"auth": {\n  "a": "hunter2"\n},\n"x": 5', f'"auth": {{\n  "a": {MASK}\n}},\n"x": 5'),
        ("  - password: hunter2\n    user: me", f"  - password: {MASK}\n    user: me"),
        ("//host/:_authToken=hunter2", f"//host/:_authToken={MASK}"),
        ("url: postgres://me:hunter2@h/db", f"url: postgres://{MASK}@h/db"),
        ("db.password = hunter2", f"db.password = {MASK}"),
    ],
)
def test_everything_beneath_a_secret_name_is_masked_in_configuration_files(text, masked):
    assert mask(text, code=False) == masked


@pytest.mark.parametrize(
    "text",
    [
        "password: ${DB_PASSWORD}",
        "password: ${{ secrets.PASSWORD }}",
        "PASSWORD=$PASSWORD",
        "max_tokens: 5",
        "tokenizer:\n  name: gpt2",
        "password:\nuser: me",
        "auth: true",
        "password:",
        "",
    ],
)
def test_other_lines_of_configuration_files_stay(text):
    assert mask(text, code=False) == text


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("password" * 50_000, True),
        ("password=" * 50_000, False),
        ("password = '" * 20_000, False),
        ("a:" * 200_000, True),
        ("{" * 500_000, True),
    ],
    ids=["names", "assignments", "quotes", "keys", "braces"],
)
def test_a_line_without_an_end_is_masked_in_time_in_proportion_to_its_length(text, stays):
    # quadratic time would be minutes for each
    assert (mask(text, code=False) == text) == stays
    for code in (True, False):
        assert len(mask(text[:19_000], code=code)) <= 19_000


@given(st.text(), st.booleans())
def test_text_without_a_name_or_a_sign_stays(text, code):
    plain = "".join(letter for letter in text if letter not in "=:,@")
    masked = mask(plain, code=code)
    assert masked == plain


@given(st.lists(st.sampled_from([*"'\"`{}[]()=:,\\ #", "password", "hunter2", "\n", "  ", "x", '"""', "- "])))
def test_any_line_is_masked_without_an_error(parts):
    for code in (True, False):
        text = "".join(parts)
        assert mask(text, code=code).count("\n") == text.count("\n")
