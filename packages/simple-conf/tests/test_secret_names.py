"""Which names are taken for those of secrets."""

import threading

import pytest

from simple_conf.secret_names import marking, may_name_secret, names_secret, sounds_secret


@pytest.mark.parametrize(
    "name",
    """password db.password DB_PASSWORD dbPassword passwd pwd smtp_pass secret PGPASSWORD
    clientsecret client-secret clientSecret
    token     hf_token accessToken access_tokens api_key apiKey APIKey api-keys apikey
    WANDB_API_KEY private_key ssh_key auth
    credentials authorization cookie SENTRY_DSN""".split(),  # noqa: SIM905
)
def test_names_of_secrets_sound_like_it(name):
    assert sounds_secret(name)
    assert names_secret(name)


@pytest.mark.parametrize(
    "name",
    """tokenizer max_tokens num_tokens max_token tokens eos_token pad_token key keys sort_key key_dim num_keys
    monkey lr passes bypass_rate author authors compass pass_rate n 7 _ secretary""".split(),  # noqa: SIM905
)
def test_names_of_other_things_do_not(name):
    assert not sounds_secret(name)
    assert not may_name_secret(name)


def test_names_are_marked_for_the_time_of_a_block_in_one_thread():
    seen = []
    with marking(["wort"]), marking(["pin"]):
        assert names_secret("a.wort")
        assert names_secret("wort.inner")
        assert names_secret("pin")
        assert not names_secret("worts")
        thread = threading.Thread(target=lambda: seen.append(names_secret("wort")))
        thread.start()
        thread.join()
    assert seen == [False]
    assert not names_secret("wort")


def test_misspelt_names_are_taken_for_secrets():
    assert may_name_secret("passwrod")
    assert may_name_secret("db.pasword")
    with marking(["wort"]):
        assert may_name_secret("worte")
    assert not may_name_secret("worte")
    assert not may_name_secret("password_" * 100 + "x") or names_secret("password_" * 100 + "x")
