"""Credentials are found by names and by their form, and nothing else is changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.storage.secrets import (
    MASK,
    is_secret_name,
    mask_arguments,
    mask_code,
    mask_text,
    mask_tokens,
    mask_tree,
    secret_values,
)


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "db_password",
        "dbPassword",
        "PASSWORD",
        "passwd",
        "pwd",
        "secret",
        "secrets",
        "clientSecret",
        "token",
        "--token",
        "db.token",
        "hf_token",
        "accessToken",
        "access-tokens",
        "api_key",
        "apiKey",
        "apikey",
        "WANDB_API_KEY",
        "private_key",
        "Authorization",
        "Proxy-Authorization",
        "cookie",
        "credentials",
        "--auth",
    ],
)
def test_names_of_secrets(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "tokenizer",
        "max_tokens",
        "pad_token",
        "tokens",
        "key",
        "author",
        "authors",
        "key_size",
        "passes",
        "monkey",
    ],
)
def test_names_of_what_is_no_secret(name):
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "postgres://me:hunter2@host/db",
        "postgres://me:hunter2%40x@host:5432/db?sslmode=require",
        "postgres://me:hunter@2@host/db",
        "mongodb+srv://me@corp:hunter2@host",
        "redis://:hunter2@host:6379/0",
        "amqp://me:hun/ter2@host/vhost",
        "https://hunter2@github.com/org/repo",
        "https://x:hunter2@github.com/org/repo.git and more",
        "https://host/data?user=me&password=hunter2&x=1",
        "https://acc.blob.core.windows.net/c?sv=2020&sig=hunter2",
        "https://s3/x?X-Amz-Credential=hunter2&X-Amz-Signature=hunter2#part",
        "host=db user=me password=hunter2 dbname=x",
        "Server=db;User Id=me;Password='hunter2 x';Encrypt=yes",
        "DefaultEndpointsProtocol=https;AccountName=me;AccountKey=hunter2==;EndpointSuffix=x",
        "Authorization: Bearer hunter2",
        "curl -H 'authorization: Basic hunter2' x",
        "X-Api-Key: hunter2",
        '{"user": "me", "db_password": "hunter2", "n": 1}',
        "{'api_key': 'hunter2'}",
        "requests failed: Bearer hunter2hunter2hunter2",
        "DB_PASSWORD=hunter2",
    ],
)
def test_credentials_in_texts_are_masked(text):
    masked = mask_text(text)
    assert "hunter2" not in masked
    assert "hun/ter2" not in masked
    assert "2@host" not in masked
    assert MASK in masked
    assert mask_text(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:8080/a@b",
        "https://host/path?page=2&sort=key",
        "ssh://git@github.com:22/org/repo",
        "git@github.com:org/repo.git",
        "me@example.com",
        "file:///data/a:b@c",
        "s3://bucket/key",
        "lr=0.1",
        "password reset emails",
        "basic training of a bearer",
        "a: b",
        "{'tokenizer': 'gpt2', 'max_tokens': 5}",
        "C:\\data@x",
    ],
)
def test_other_texts_stay(text):
    assert mask_text(text) == text


def test_all_beneath_a_secret_name_is_masked():
    tree = {"db": "hunter2", "n": 5, "on": True, "none": None, "empty": "", "list": ["a", {"b": 1.5}]}
    assert mask_tree(tree) == {
        "db": MASK,
        "n": MASK,
        "on": True,
        "none": None,
        "empty": "",
        "list": [MASK, {"b": MASK}],
    }


def test_arguments():
    words = [
        "x.py",
        "db.password=a",
        "--header",
        "Authorization: Bearer abc",
        "--url=postgres://a:b@h/x",
        "--secret=",
    ]
    assert mask_arguments(words) == [
        "x.py",
        f"db.password={MASK}",
        "--header",
        f"Authorization: {MASK}",
        f"--url=postgres://{MASK}@h/x",
        "--secret=",
    ]


@given(st.text())
def test_masking_twice_changes_nothing_more(text):
    assert mask_text(mask_text(text)) == mask_text(text)


TOKENS = [
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "a1B2_" * 12,
    "glpat-" + "a1B2-" * 4,
    "hf_" + "a1B2c" * 7,
    "sk-proj-" + "a1B2_" * 9,
    "sk-ant-api03-" + "a1B2-" * 9,
    "sk_live_" + "a1B2" * 6,
    "AKIAIOSFODNN7EXAMPLE",
    "AIza" + "a1B2_" * 7,
    "xoxb-123456789012-abcdefghijkl",
    "npm_" + "a1B2" * 9,
    "pypi-" + "a1B2_" * 12,
    "dapi" + "0a1b" * 8,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9",
]


@pytest.mark.parametrize("token", TOKENS)
def test_tokens_of_well_known_services_are_masked(token):
    for masked in (mask_text, mask_code, mask_tokens):
        assert masked(f'login("{token}") failed') == f'login("{MASK}") failed'


@pytest.mark.parametrize(
    "text",
    [
        "risk-" + "a1" * 30,
        "sk-learn",
        "sk-" + "learn-" * 9,
        "hf_hub",
        "npm_config",
        "eyJ.eyJ.",
        "ghp_" + "a" * 5,
    ],
)
def test_words_that_begin_like_tokens_stay(text):
    assert mask_tokens(text) == text


def test_private_keys_are_masked():
    text = "a\n-----BEGIN EC PRIVATE KEY-----\nhunter2\nhunter3==\n-----END EC PRIVATE KEY-----\nb"
    masked = f"a\n-----BEGIN EC PRIVATE KEY-----{MASK}-----END EC PRIVATE KEY-----\nb"
    assert mask_text(text) == masked
    assert "hunter2" not in mask_tokens(text[: text.index("==")])  # cut off
    assert mask_text("-----BEGIN PUBLIC KEY-----\nabc\n") == "-----BEGIN PUBLIC KEY-----\nabc\n"


def test_code_keeps_what_is_no_credential():
    text = 'password = read(); dsn = "postgres://me:hunter2@h"; url = "https://h?token=hunter2"'
    masked = f'password = read(); dsn = "postgres://{MASK}@h"; url = "https://h?token={MASK}"'
    assert mask_code(text) == masked


def test_values_of_secret_variables():
    pattern = secret_values(
        {
            "API_KEY": "hunter2",
            "PGPASSWORD": "a.b+c*d",
            "PASSWORD": "short",
            "USER": "somebody",
            "KEY_SECRET": "x" * 9,
        }
        | {"SIGNING_KEY": "line one\n\nline two\n", "EMPTY_TOKEN": "", "LONG_TOKEN": "hunter2-and-more"}
    )
    text = "hunter2-and-more hunter2 a.b+c*d aXb+c*d short somebody xxxxxxxxx line two"
    assert pattern.sub(MASK, text) == f"{MASK} {MASK} {MASK} aXb+c*d short somebody {MASK} {MASK}"
    assert secret_values({"USER": "somebody", "TOKEN": ""}) is None
