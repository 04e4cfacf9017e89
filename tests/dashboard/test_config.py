"""Settings: where they come from, and that wrong ones are all told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.app import cache_options
from dashboard.config import SETTINGS, AppConfig, ConfigError, is_loopback


def test_defaults_need_nothing():
    """Without any setting: embedded, on this machine only."""
    config = AppConfig.from_env({}, None)

    assert (config.host, config.port, config.workers, config.threads) == ("127.0.0.1", 8050, 1, 8)
    assert config.home.embedded
    assert config.data_dir == Path("var").absolute()
    assert config.url == "http://127.0.0.1:8050"


def test_environment_goes_before_the_file(tmp_path):
    """`.env` fills what the environment leaves open, and its values are taken as they stand."""
    dotenv = tmp_path / ".env"
    dotenv.write_text("CLIENTELE_PORT=9000\nCLIENTELE_THREADS=3\nCLIENTELE_CURRENCY='gbp'\n")

    config = AppConfig.from_env({"CLIENTELE_PORT": "9001"}, dotenv)

    assert (config.port, config.threads, config.currency) == (9001, 3, "GBP")


def test_every_wrong_setting_is_told_at_once():
    """One start tells all that is wrong, each with its name and what would be right."""
    wrong = {
        "CLIENTELE_PORT": "80800",
        "CLIENTELE_CURRENCY": "EURO",
        "CLIENTELE_TIME_ZONE": "Mars/Olympus",
        "CLIENTELE_WORKERS": "2",
        "CLIENTELE_HOST": "0.0.0.0",
        "CLIENTELE_LOG_FORMAT": "xml",
        "CLIENTELE_THREDS": "4",
        "REDIS_URL": "http://cache",
    }

    with pytest.raises(ConfigError) as caught:
        AppConfig.from_env(wrong, None)

    assert len(caught.value.problems) == len(wrong)
    for variable in wrong:
        assert any(variable in problem for problem in caught.value.problems)


@pytest.mark.parametrize("url", ["http://h", "clickhouse://", "clickhouse://h:port/x"])
def test_a_secret_is_never_repeated(url):
    """What may hold a password is not printed when it is wrong."""
    with pytest.raises(ConfigError) as caught:
        AppConfig.from_env({"CLICKHOUSE_URL": url, "CLIENTELE_SECRET_KEY": "short"}, None)

    assert len(caught.value.problems) == 2
    assert url not in str(caught.value).replace("clickhouse:// or clickhouses://", "")
    assert "short" not in str(caught.value)


def test_a_shared_cache_needs_a_secret():
    """Nothing unsigned is read from Redis, so processes without a secret could share nothing."""
    shared = {"REDIS_URL": "redis://cache:6379/0"}
    with pytest.raises(ConfigError, match="CLIENTELE_SECRET_KEY"):
        AppConfig.from_env(shared, None)

    assert AppConfig.from_env({**shared, "CLIENTELE_SECRET_KEY": "k" * 32}, None).redis_url


def test_warehouses_that_share_a_cache_keep_their_answers_apart():
    """Each counts its data versions from one; who serves the same warehouse shares its answers."""

    def prefix(database: str) -> str:
        text = {
            "REDIS_URL": "redis://cache:6379/0",
            "CLIENTELE_SECRET_KEY": "k" * 32,
            "CLICKHOUSE_URL": f"clickhouse://me:secret@house/{database}",
        }
        return str(cache_options(AppConfig.from_env(text, None))["CACHE_KEY_PREFIX"])

    assert prefix("shop") == prefix("shop") != prefix("trial")
    assert "secret" not in prefix("shop")


def test_another_address_needs_the_explicit_setting():
    """Serving to other machines happens only when it was asked for."""
    config = AppConfig.from_env({"CLIENTELE_HOST": "0.0.0.0", "CLIENTELE_ALLOW_REMOTE": "1"}, None)

    assert not config.loopback
    assert config.url == "http://127.0.0.1:8050"


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True)]
    + [("0.0.0.0", False), ("10.0.0.1", False), ("example.org", False), ("", False)],
)
def test_loopback(host, expected):
    """Only addresses of this machine count as loopback."""
    assert is_loopback(host) is expected


def test_server_home_allows_more_workers():
    """Several web processes need a warehouse outside of them."""
    config = AppConfig.from_env(
        {"CLICKHOUSE_URL": "clickhouse://u:p%40@db:9/shop", "CLIENTELE_WORKERS": "4"}, None
    )

    assert (config.home.host, config.home.port, config.home.password) == ("db", 9, "p@")
    assert config.home.database == "shop"


def test_every_setting_has_a_field_and_back():
    """The table and the class never drift apart."""
    assert [setting.field for setting in SETTINGS] == list(AppConfig.__dataclass_fields__)
