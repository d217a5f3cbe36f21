"""Settings name every fault at once and no secret, and a first start needs no key."""

import stat
import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.keys import KEYS_FILE
from bot.settings import BadSettings, Settings, example, load
from bot.store.vault import Vault, new_key

SECRET = "s3cr3t-token"


@pytest.fixture
def enough(tmp_path: Path) -> dict[str, str]:
    return {
        "VIDESK_API_TOKEN": SECRET,
        "VIDESK_REFERRER": "https://example.com/book",
        "DATA_DIR": str(tmp_path / "kept"),
    }


def faults(environ: dict[str, str], folder: Path) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as raised:
        load(environ, folder)
    return raised.value.faults


def test_the_least_that_must_be_set_is_enough(enough: dict[str, str], tmp_path: Path) -> None:
    settings = load(enough, tmp_path)
    assert settings.videsk_api_token.get_secret_value() == SECRET
    assert settings.videsk_api_url == "https://api.videsk.io"
    assert settings.database_url == f"sqlite:///{tmp_path}/kept/booking-bot.db"
    assert (settings.default_locale, settings.default_timezone) == ("en", "UTC")
    assert (settings.log_level, settings.log_format, settings.form_file) == ("INFO", "pretty", None)


@pytest.mark.parametrize(
    ("chat", "more", "fault"),
    [
        ("telegram:@name", {}, "is no chat such as"),
        ("somewhere:1", {}, "is no chat such as"),
        ("telegram:-100123", {}, "TELEGRAM_BOT_TOKEN is not set"),
        ("slack:C0123", {}, "Slack is not set"),
        (
            "slack:C0123",
            {
                "SLACK_CLIENT_ID": "1.2",
                "SLACK_CLIENT_SECRET": SECRET,
                "SLACK_SIGNING_SECRET": SECRET,
                "PUBLIC_URL": "https://bot.example.com",
            },
            "must name the workspace",
        ),
    ],
)
def test_a_chat_that_cannot_be_written_to_is_named(
    chat: str, more: dict[str, str], fault: str, enough: dict[str, str], tmp_path: Path
) -> None:
    [found] = faults(enough | more | {"ADMIN_CHAT": chat}, tmp_path)
    assert found.startswith("ADMIN_CHAT ")
    assert fault in found


def test_every_variable_at_fault_is_named_at_once(tmp_path: Path) -> None:
    wrong = {
        "VIDESK_API_URL": "http://example.com",
        "FORM_FILE": str(tmp_path / "none.json"),
        "DATABASE_URL": "mysql://localhost/x",
        "SECRET_KEYS": f"{new_key()},short",
        "DEFAULT_LOCALE": "the king's English",
        "DEFAULT_TIMEZONE": "Mars/Olympus",
        "LOG_LEVEL": "loud",
        "LOG_FORMAT": "xml",
    }
    assert faults(wrong, tmp_path) == (
        "VIDESK_API_TOKEN is required",
        "VIDESK_API_URL must be a whole https address; http will do for this machine alone",
        "VIDESK_REFERRER is required",
        "FORM_FILE names no file",
        "DATABASE_URL must begin with sqlite:/// and a path, or with postgresql://",
        "SECRET_KEYS key 2 of 2 is no key of 32 bytes in URL-safe base64",
        "DEFAULT_LOCALE must name a language, such as en or es-CL",
        "DEFAULT_TIMEZONE must name a zone of the tz database, such as America/Santiago",
        "LOG_LEVEL must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'",
        "LOG_FORMAT must be 'pretty' or 'json'",
    )


def test_nothing_is_made_while_anything_is_wrong(enough: dict[str, str], tmp_path: Path) -> None:
    faults(enough | {"LOG_LEVEL": "loud"}, tmp_path)
    assert not (tmp_path / "kept").exists()


def test_no_secret_is_in_a_fault(enough: dict[str, str], tmp_path: Path) -> None:
    wrong = enough | {
        "VIDESK_API_TOKEN": f"{SECRET} with a space",
        "SECRET_KEYS": SECRET,
        "DATABASE_URL": f"mysql://me:{SECRET}@localhost/x",
        "VIDESK_REFERRER": f"http://me:{SECRET}@example.com",
    }
    with pytest.raises(BadSettings) as raised:
        load(wrong, tmp_path)
    assert len(raised.value.faults) == 4
    assert SECRET not in str(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////srv/bot/data.db", "/srv/bot/data.db"),
        ("postgresql://bot:hush@db.example.com/bookings", "db.example.com/bookings"),
    ],
)
def test_where_data_is_kept_is_said_without_a_password(
    url: str, said: str, enough: dict[str, str], tmp_path: Path
) -> None:
    keys = {"SECRET_KEYS": new_key(), "DATA_DIR": str(tmp_path)}
    assert load({**enough, **keys, "DATABASE_URL": url}, tmp_path).kept_in == said


def test_no_secret_is_in_the_settings_written_out(enough: dict[str, str], tmp_path: Path) -> None:
    key = new_key()
    settings = load(enough | {"SECRET_KEYS": key, "DATABASE_URL": f"postgresql://me:{SECRET}@localhost/x"}, tmp_path)
    assert settings.secret_keys == (key,)
    assert SECRET not in repr(settings) + str(settings)
    assert key not in repr(settings) + str(settings)


def test_settings_cannot_be_changed(enough: dict[str, str], tmp_path: Path) -> None:
    settings = load(enough, tmp_path)
    with pytest.raises(ValidationError):
        settings.log_level = "DEBUG"  # type: ignore[misc]


def test_a_secret_can_stand_in_a_file(enough: dict[str, str], tmp_path: Path) -> None:
    del enough["VIDESK_API_TOKEN"]
    (tmp_path / "token").write_text(f"{SECRET}\n")
    settings = load(enough | {"VIDESK_API_TOKEN_FILE": str(tmp_path / "token")}, tmp_path)
    assert settings.videsk_api_token.get_secret_value() == SECRET


def test_a_secret_in_two_places_or_in_a_file_that_is_not_there_is_a_fault(
    enough: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("another")
    wrong = enough | {"VIDESK_API_TOKEN_FILE": str(tmp_path / "token"), "SECRET_KEYS_FILE": str(tmp_path / "none")}
    assert faults(wrong, tmp_path) == (
        "VIDESK_API_TOKEN and VIDESK_API_TOKEN_FILE are both set: one of them is too many",
        "SECRET_KEYS cannot be read from the file that SECRET_KEYS_FILE names",
    )


def test_a_file_that_is_no_text_is_a_fault(enough: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(b"\xff\xfe")
    assert faults(enough | {"SECRET_KEYS_FILE": str(tmp_path / "keys")}, tmp_path) == (
        "SECRET_KEYS cannot be read from the file that SECRET_KEYS_FILE names",
    )


def test_a_form_file_is_a_path_and_no_secret(enough: dict[str, str], tmp_path: Path) -> None:
    form = tmp_path / "form.json"
    form.write_text("[]")
    assert load(enough | {"FORM_FILE": str(form)}, tmp_path).form_file == form


def test_the_environment_wins_over_the_file_beside(enough: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('LOG_LEVEL=DEBUG\nDEFAULT_LOCALE="es-CL"\n# LOG_FORMAT=json\nLOG_FORMAT=\n')
    settings = load(enough | {"LOG_LEVEL": "error"}, tmp_path)
    assert (settings.log_level, settings.default_locale, settings.log_format) == ("ERROR", "es-CL", "pretty")


def test_a_file_beside_may_name_files_too(enough: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(new_key())
    (tmp_path / ".env").write_text(f"SECRET_KEYS_FILE={tmp_path / 'keys'}\n")
    assert load(enough, tmp_path).secret_keys == ((tmp_path / "keys").read_text(),)


def test_what_is_empty_counts_as_absent(enough: dict[str, str], tmp_path: Path) -> None:
    assert load(enough | {"LOG_LEVEL": "", "SECRET_KEYS": "  ", "FORM_FILE": ""}, tmp_path).log_level == "INFO"
    assert faults(enough | {"VIDESK_API_TOKEN": " "}, tmp_path) == ("VIDESK_API_TOKEN is required",)


@pytest.mark.parametrize(
    "url", ["http://localhost:8080", "http://127.0.0.1:8080/", "http://[::1]:80", "https://a.example"]
)
def test_the_api_may_be_on_this_machine(enough: dict[str, str], tmp_path: Path, url: str) -> None:
    assert load(enough | {"VIDESK_API_URL": url}, tmp_path).videsk_api_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1",
        "http://localhost.example.com",
        "ftp://localhost",
        "api.videsk.io",
        "https://",
        "https://[",
        "x",
    ],
)
def test_the_api_must_be_reached_safely(enough: dict[str, str], tmp_path: Path, url: str) -> None:
    [fault] = faults(enough | {"VIDESK_API_URL": url}, tmp_path)
    assert fault.startswith("VIDESK_API_URL must be")


@pytest.mark.parametrize("page", ["http://localhost/", "example.com", "https://example.com/a b", "javascript:alert(1)"])
def test_the_referrer_must_be_an_https_page(enough: dict[str, str], tmp_path: Path, page: str) -> None:
    [fault] = faults(enough | {"VIDESK_REFERRER": page}, tmp_path)
    assert fault.startswith("VIDESK_REFERRER must be")


def test_the_data_folder_is_the_one_of_the_xdg_specification(enough: dict[str, str], tmp_path: Path) -> None:
    del enough["DATA_DIR"]
    assert load(enough | {"XDG_DATA_HOME": str(tmp_path)}, tmp_path).data_dir == tmp_path / "booking-bot"


def test_a_relative_xdg_folder_is_ignored(
    enough: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del enough["DATA_DIR"]
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = load(enough | {"XDG_DATA_HOME": "here"}, tmp_path)
    assert settings.data_dir == tmp_path / ".local" / "share" / "booking-bot"


def test_a_first_start_makes_a_key_that_nobody_else_can_read(enough: dict[str, str], tmp_path: Path) -> None:
    settings = load(enough, tmp_path)
    file = tmp_path / "kept" / KEYS_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file]
    assert Vault(settings.secret_keys).unseal("p", 1, Vault(settings.secret_keys).seal("p", 1, b"x")) == b"x"


def test_the_next_start_has_the_same_key(enough: dict[str, str], tmp_path: Path) -> None:
    assert load(enough, tmp_path).secret_keys == load(enough, tmp_path).secret_keys


def test_keys_can_be_given_newest_first_in_any_spacing(enough: dict[str, str], tmp_path: Path) -> None:
    new, old = new_key(), new_key()
    assert load(enough | {"SECRET_KEYS": f" {new} ,\n{old}"}, tmp_path).secret_keys == (new, old)
    assert not (tmp_path / "kept" / KEYS_FILE).exists()


def test_postgresql_needs_keys_that_all_nodes_share(enough: dict[str, str], tmp_path: Path) -> None:
    url = {"DATABASE_URL": "postgresql://localhost/bookings"}
    assert faults(enough | url, tmp_path) == ("SECRET_KEYS is required with PostgreSQL",)
    assert load(enough | url | {"SECRET_KEYS": new_key()}, tmp_path).database_url == url["DATABASE_URL"]


def test_a_lost_key_is_never_replaced_while_there_is_something_that_it_opens(
    enough: dict[str, str], tmp_path: Path
) -> None:
    load(enough, tmp_path)
    (tmp_path / "kept" / "booking-bot.db").touch()
    (tmp_path / "kept" / KEYS_FILE).unlink()
    [fault] = faults(enough, tmp_path)
    assert fault.startswith("SECRET_KEYS is not set, and ")
    assert not (tmp_path / "kept" / KEYS_FILE).exists()


def test_a_key_that_others_can_read_is_refused(enough: dict[str, str], tmp_path: Path) -> None:
    load(enough, tmp_path)
    (tmp_path / "kept" / KEYS_FILE).chmod(0o644)
    [fault] = faults(enough, tmp_path)
    assert "chmod 600" in fault


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff"])
def test_a_file_of_keys_that_holds_none_is_a_fault(enough: dict[str, str], tmp_path: Path, content: bytes) -> None:
    load(enough, tmp_path)
    (tmp_path / "kept" / KEYS_FILE).write_bytes(content)
    [fault] = faults(enough, tmp_path)
    assert fault.endswith("it holds no keys")


def test_a_folder_that_cannot_be_made_is_a_fault(enough: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("in the way")
    [fault] = faults(enough, tmp_path)
    assert fault.startswith("SECRET_KEYS cannot be kept in ")


def test_programs_that_start_at_once_share_one_key(enough: dict[str, str], tmp_path: Path) -> None:
    found: list[tuple[str, ...]] = []
    ready = threading.Barrier(8)

    def start() -> None:
        ready.wait()
        found.append(load(enough, tmp_path).secret_keys)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_the_example_explains_every_variable_and_is_itself_read(enough: dict[str, str], tmp_path: Path) -> None:
    lines = example().splitlines()
    for name in Settings.model_fields:
        place = next(at for at, line in enumerate(lines) if line.startswith(f"{name.upper()}="))
        assert lines[place - 1].startswith("# ")
    (tmp_path / ".env").write_text(example())
    assert load(enough, tmp_path) == load(enough, tmp_path / "kept")


def test_what_is_wrong_together_is_said_with_what_is_wrong_alone(tmp_path: Path) -> None:
    found = faults(
        {
            "VIDESK_API_TOKEN": SECRET,
            "SLACK_BOT_TOKEN": "no-token-of-slacks",
            "PUBLIC_URL": "no-address",
            "HTTP_PORT": "0",
            "ADMIN_CHAT": "telegram:1",
            "DATABASE_URL": "postgresql://localhost/bot",
            "DATA_DIR": str(tmp_path / "kept"),
        },
        tmp_path,
    )
    assert [each.partition(" ")[0] for each in found] == [
        *(
            "VIDESK_REFERRER",
            "SLACK_BOT_TOKEN",
            "SLACK_APP_TOKEN",
            "ADMIN_CHAT",
            "PUBLIC_URL",
            "HTTP_PORT",
            "SECRET_KEYS",
        )
    ]
    assert "SLACK_BOT_TOKEN is no such token" in found[1]


def test_a_file_that_cannot_be_read_does_not_count_as_absent(enough: dict[str, str], tmp_path: Path) -> None:
    slack = {"SLACK_BOT_TOKEN_FILE": str(tmp_path / "missing"), "SLACK_APP_TOKEN": "xapp-0000000000"}
    (fault,) = faults({**enough, **slack, "ADMIN_CHAT": "slack:C0123"}, tmp_path)
    assert fault.startswith("SLACK_BOT_TOKEN cannot be read")


def test_what_listens_wants_a_platform_and_says_so_with_the_rest(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as raised:
        load({}, tmp_path, platform=True)
    assert [each.partition(" ")[0] for each in raised.value.faults] == [
        *("VIDESK_API_TOKEN", "VIDESK_REFERRER", "TELEGRAM_BOT_TOKEN")
    ]


@pytest.mark.parametrize(
    ("url", "passwords"),
    [
        ("sqlite:////srv/data.db", set()),
        ("postgresql://bot:long%40enough@db.example.com/x", {"long%40enough", "long@enough"}),
        ("postgresql://bot@db.example.com/x?password=long%40enough", {"long@enough"}),
    ],
)
def test_the_password_of_a_database_is_kept_out_of_logs_however_it_is_written(
    url: str, passwords: set[str], enough: dict[str, str], tmp_path: Path
) -> None:
    keys = {"SECRET_KEYS": new_key(), "DATA_DIR": str(tmp_path)}
    rest = set(load({**enough, **keys}, tmp_path).credentials())
    assert set(load({**enough, **keys, "DATABASE_URL": url}, tmp_path).credentials()) - rest == passwords
