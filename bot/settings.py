"""The environment becomes one frozen `Settings`, or a list of all its faults. Nothing else reads the environment.

A `.env` file in the working folder is read too, the environment wins; `NAME_FILE` names a file that holds the value of
`NAME`. What is left empty counts as absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, DotEnvSettingsSource

from adapters.slack.commands import named
from bot import keys

NAME = "booking-bot"
DATABASE_FILE = "booking-bot.db"

PLATFORMS = frozenset({"telegram_bot_token", "slack_bot_token", "slack_client_id"})
"""Each of them alone says that a platform is set."""

NO_PLATFORM = "is required, or SLACK_BOT_TOKEN: no platform is set, and there is nothing to run"


class BadSettings(Exception):
    """All variables at fault, each on a line of its own, in plain words and without any value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(["These settings are wrong:", *(f"  {fault}" for fault in faults)]))
        self.faults = tuple(faults)


def page(address: str) -> str:
    """Raises ValueError if it is no whole https address."""
    if not _leads_to(address, ("https",)):
        raise ValueError("must be a whole https address, such as https://example.com/")
    return address


def _server(address: str) -> str:
    if not _leads_to(address, ("https",)) and not (_leads_to(address, ("http",)) and _loopback(address)):
        raise ValueError("must be a whole https address; http will do for this machine alone")
    return address.rstrip("/")


def _leads_to(address: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    whole = address.isprintable() and " " not in address and port != 0
    return whole and parts.scheme in schemes and bool(parts.hostname) and parts.username is None


def _loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _credential(token: SecretStr) -> SecretStr:
    if not re.fullmatch("[!-~]+", token.get_secret_value()):
        raise ValueError("holds a space or a letter that no token has")
    return token


def _bot_token(token: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[0-9]{5,20}:[A-Za-z0-9_-]{20,}", token.get_secret_value()):
        raise ValueError("is no token of @BotFather's: a number, a colon and some 35 letters")
    return token


def _slack_token(token: SecretStr, begins: str) -> SecretStr:
    if not re.fullmatch(rf"{begins}[A-Za-z0-9-]{{10,}}", token.get_secret_value()):
        raise ValueError(f"is no such token of Slack's: it begins with {begins}")
    return token


def _chat(chat: str) -> str:
    if not re.fullmatch(r"telegram:-?[0-9]{1,20}|slack:(T[A-Z0-9]+/)?[CDGU][A-Z0-9]+", chat):
        raise ValueError("is no chat such as telegram:123456, slack:C0123 or slack:T0123/C0123")
    return chat


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise ValueError("names no file")
    return file


def _database(url: str) -> str:
    if not re.match(r"sqlite:///.|postgresql(\+psycopg)?://.", url):
        raise ValueError("must begin with sqlite:/// and a path, or with postgresql://")
    return url


def _several(given: object) -> object:
    return tuple(re.split(r"[,\s]+", given.strip())) if isinstance(given, str) else given


def _language(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*", name):
        raise ValueError("must name a language, such as en or es-CL")
    return name


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError("must name a zone of the tz database, such as America/Santiago") from None
    return name


def _upper(word: object) -> object:
    return word.upper() if isinstance(word, str) else word


def _home(path: Path) -> Path:
    return path.expanduser().absolute()


SHORTEST_CREDENTIAL = 8


class Settings(BaseModel):
    """Each field is the variable of the same name in capitals; its description is the comment in `.env.example`."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    videsk_api_token: Annotated[SecretStr, AfterValidator(_credential)] = Field(
        description="The back-end token of Videsk's API. Required."
    )
    videsk_api_url: Annotated[str, AfterValidator(_server)] = Field(
        "https://api.videsk.io", description="Where the API answers; http only on this machine, for the stand-in."
    )
    videsk_referrer: Annotated[str, AfterValidator(page)] = Field(
        description="The https page that carries Videsk's widget: people join their appointments there. Required."
    )
    videsk_form_segment: str = Field(
        "", description="The segment whose form is asked, or <service id>=<segment>,...,*=<segment>."
    )
    form_file: Annotated[Path | None, AfterValidator(lambda file: _existing(file) if file else None)] = Field(
        None,
        description='The form in JSON: a list of fields or {"<service id>": [...], "*": [...]}. Wins over the segment.',
    )
    videsk_requests_per_second: Annotated[int, Field(ge=0, le=1000)] = Field(
        20,
        description="How much may be asked of the API, by all people and nodes together; it blocks who asks more. "
        "0 is no limit.",
    )
    telegram_bot_token: Annotated[
        SecretStr | None, AfterValidator(lambda token: _bot_token(token) if token else None)
    ] = Field(None, description="The bot's token from @BotFather. Without it there is no Telegram.")
    telegram_api_url: Annotated[str, AfterValidator(_server)] = Field(
        "https://api.telegram.org", description="Where the Bot API answers; http only on this machine."
    )
    slack_bot_token: Annotated[
        SecretStr | None, AfterValidator(lambda token: _slack_token(token, "xoxb-") if token else None)
    ] = Field(None, description="The bot token of one Slack workspace. Without it, and without OAuth, no Slack.")
    slack_app_token: Annotated[
        SecretStr | None, AfterValidator(lambda token: _slack_token(token, "xapp-") if token else None)
    ] = Field(None, description="The app's token for Socket Mode. Without it Slack posts to PUBLIC_URL/slack/events.")
    slack_signing_secret: Annotated[
        SecretStr | None, AfterValidator(lambda secret: _credential(secret) if secret else None)
    ] = Field(None, description="The app's signing secret: required without an app token.")
    slack_client_id: str = Field(
        "", description="The app's client id: several workspaces, by OAuth, at /slack/install."
    )
    slack_client_secret: Annotated[
        SecretStr | None, AfterValidator(lambda secret: _credential(secret) if secret else None)
    ] = Field(None, description="The app's client secret, with the client id.")
    slack_commands: Annotated[str, AfterValidator(lambda wish: wish if named(wish) or not wish else "")] = Field(
        "", description="Other names of Slack's commands, such as book=/appointment,cancel=/call-off."
    )
    slack_api_url: Annotated[str, AfterValidator(_server)] = Field(
        "https://slack.com/api", description="Where Slack's Web API answers; http only on this machine."
    )
    admin_chat: Annotated[str, AfterValidator(lambda chat: _chat(chat) if chat else "")] = Field(
        "",
        description="Where you are told of writes in doubt and of trouble: telegram:<chat>, slack:[<team>/]<channel>.",
    )
    public_url: Annotated[str, AfterValidator(lambda address: page(address).rstrip("/") if address else "")] = Field(
        "", description="The https address that leads to HTTP_PORT from outside: webhooks instead of polling."
    )
    http_host: str = Field("127.0.0.1", description="Where the web server listens: webhooks, health, metrics.")
    http_port: Annotated[int, Field(ge=0, le=65535)] = Field(8080, description="Its port; 0 for no web server.")
    data_dir: Annotated[Path, AfterValidator(_home)] = Field(
        description="Where data and keys are kept. Default: booking-bot in the XDG data folder."
    )
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        repr=False, description="sqlite:////path/to/file.db or postgresql://... . Default: SQLite in DATA_DIR."
    )
    secret_keys: Annotated[tuple[str, ...], BeforeValidator(_several), AfterValidator(keys.checked)] = Field(
        (),
        repr=False,
        description="Seal what is stored: newest first, parted by commas. Made in DATA_DIR on SQLite, else required.",
    )
    forget_after_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        90, description="Days after the last visit and the last appointment when a person is forgotten."
    )
    messages_per_minute: Annotated[int, Field(ge=0, le=10_000)] = Field(
        60, description="How much one person may write or press: more is not taken, and told so. 0 is no limit."
    )
    bookings_per_day: Annotated[int, Field(ge=0, le=10_000)] = Field(
        20, description="How much one person may book in 24 hours. 0 is no limit."
    )
    coming_appointments: Annotated[int, Field(ge=0, le=10_000)] = Field(
        20, description="How many appointments one person may have ahead. 0 is no limit."
    )
    default_locale: Annotated[str, AfterValidator(_language)] = Field(
        "en", description="The language and region of people of whom nothing is known, such as es-CL."
    )
    default_timezone: Annotated[str, AfterValidator(_timezone)] = Field(
        "UTC", description="Their time zone, such as America/Santiago."
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR."
    )
    log_format: Literal["pretty", "json"] = Field("pretty", description="pretty for people, json for machines.")

    @property
    def in_slack(self) -> bool:
        return bool(self.slack_bot_token or self.slack_client_id)

    @property
    def kept_in(self) -> str:
        """The database, in words without a password."""
        address = urlsplit(self.database_url)
        return address.path.removeprefix("/") if address.scheme == "sqlite" else f"{address.hostname}{address.path}"

    def credentials(self) -> Iterator[str]:
        """What must never be logged. What is shorter than any credential is only a word in the place of one."""
        secrets = (value.get_secret_value() for _, value in self if isinstance(value, SecretStr))
        address = urlsplit(self.database_url)
        asked = (word for name, words in parse_qs(address.query).items() if "password" in name for word in words)
        written = address.password or ""  # as it stands in the address, and as it is
        all_of_them = (*self.secret_keys, *secrets, written, unquote(written), *asked)
        yield from (each for each in all_of_them if len(each) >= SHORTEST_CREDENTIAL)


def load(
    environ: Mapping[str, str],
    folder: Path | None = None,
    instead: Mapping[str, str] | None = None,
    *,
    platform: bool = False,
) -> Settings:
    """The settings of an environment and of the `.env` in `folder` (the working folder). Raises `BadSettings`.

    Makes DATA_DIR and a key in it where there is none and SQLite is used. What stands in `instead`, by field name,
    counts whatever is set. A `platform` is wanted by what listens.
    """
    values, faults = _gathered(environ, (folder or Path.cwd()) / ".env")
    for name, value in (instead or {}).items():
        values.pop(name, None)
        faults.pop(name, None)
        if value:
            values[name] = value
    values.setdefault("data_dir", str(_data_home(environ) / NAME))
    values.setdefault("database_url", f"sqlite:///{Path(values['data_dir']).expanduser().absolute() / DATABASE_FILE}")
    given = dict.fromkeys(faults, "") | values
    if platform and PLATFORMS.isdisjoint(given):
        faults |= {"telegram_bot_token": NO_PLATFORM}
    together = dict(_together(given))
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise BadSettings(_listed(together | dict(_faults(error)) | faults)) from None
    if together or faults:
        raise BadSettings(_listed(together | faults))
    return settings if settings.secret_keys else settings.model_copy(update={"secret_keys": _own_keys(settings)})


def _together(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with settings beside each other; `values` are those that are set, whatever is wrong with each."""
    if values["database_url"].startswith("postgresql") and not values.get("secret_keys"):
        yield "secret_keys", "is required with PostgreSQL"
    yield from _slacks(values)
    if "public_url" in values and _is_zero(values.get("http_port")):
        yield "http_port", "cannot be 0 while PUBLIC_URL is set: something must listen"
    yield from _admins(values)


def _slacks(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is missing of Slack, or too much."""
    one, several = "slack_bot_token" in values, "slack_client_id" in values
    comes_in = not {"slack_app_token", "slack_signing_secret"}.isdisjoint(values)
    if several != ("slack_client_secret" in values):
        yield "slack_client_secret" if several else "slack_client_id", "is required with the other of the two"
    if one and several:
        yield "slack_bot_token", "is too many: SLACK_CLIENT_ID installs the app by OAuth"
    if several and "public_url" not in values:
        yield "public_url", "is required with SLACK_CLIENT_ID: people install the app there"
    if comes_in and not (one or several):
        yield "slack_bot_token", "is required: the rest of Slack is set"
    if (one or several) and not comes_in:
        yield "slack_app_token", "is required for Socket Mode, or SLACK_SIGNING_SECRET for HTTP"
    if comes_in and "slack_app_token" not in values and _is_zero(values.get("http_port")):
        yield "http_port", "cannot be 0 while Slack posts to it"


def _admins(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Whether ADMIN_CHAT can be written to."""
    platform, _, chat = values.get("admin_chat", "").partition(":")
    if platform == "telegram" and "telegram_bot_token" not in values:
        yield "admin_chat", "is in Telegram, and TELEGRAM_BOT_TOKEN is not set"
    if platform == "slack" and {"slack_bot_token", "slack_client_id"}.isdisjoint(values):
        yield "admin_chat", "is in Slack, and Slack is not set"
    if platform == "slack" and "slack_client_id" in values and "/" not in chat:
        yield "admin_chat", "must name the workspace: slack:T0123/C0123"


def _is_zero(port: str | None) -> bool:
    return bool(port) and not str(port).strip("0")


def alone(name: str, environ: Mapping[str, str], folder: Path | None = None) -> str:
    """One setting, for what needs no other, as it was written; empty if it is not set."""
    values, _ = _gathered(environ, (folder or Path.cwd()) / ".env")
    return values.get(name, "")


def lacks_calendar(environ: Mapping[str, str], folder: Path | None = None) -> bool:
    """Whether a platform is set, and no calendar: somebody wants to try it."""
    values, faults = _gathered(environ, (folder or Path.cwd()) / ".env")
    return bool(PLATFORMS & values.keys()) and not {"videsk_api_token"} & (values.keys() | faults.keys())


def keeps_keys(environ: Mapping[str, str], folder: Path | None = None) -> bool:
    """Whether the secret keys are our own, in a file in DATA_DIR, and not set by anybody."""
    values, faults = _gathered(environ, (folder or Path.cwd()) / ".env")
    return "secret_keys" not in values.keys() | faults.keys()


def example() -> str:
    """A `.env` file with every variable, as it is without being set."""
    return "".join(
        [
            f"# Settings of {NAME}. Copy this file to .env, or set them in the environment.\n",
            "# NAME_FILE=/path reads NAME from a file. What is left empty counts as absent.\n",
            *(_explained(name) for name in Settings.model_fields),
        ]
    )


def _explained(name: str) -> str:
    field = Settings.model_fields[name]
    default = "" if field.is_required() or not field.default else str(field.default)
    return f"\n# {field.description}\n{name.upper()}={default}\n"


def _gathered(environ: Mapping[str, str], dotenv: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The values by field name, and what is wrong with files that should hold one."""
    beside = DotEnvSettingsSource(BaseSettings, env_file=dotenv, env_file_encoding="utf-8").env_vars
    written = {name.lower(): value or "" for name, value in beside.items()}
    given = {name: value for name, value in environ.items() if name.isupper()}
    present = _present(written) | _present({name.lower(): value for name, value in given.items()})
    values, faults = {}, {}
    for name in Settings.model_fields:
        try:
            value = _value(name, present)
        except ValueError as error:
            faults[name] = str(error)
            continue
        if value:
            values[name] = value
    return values, faults


def _present(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in values.items() if value.strip()}


def _value(name: str, present: Mapping[str, str]) -> str:
    """The value itself, or what the file holds that `NAME_FILE` names."""
    file = present.get(f"{name}_file")
    if file is None:
        return present.get(name, "")
    if name in present:
        raise ValueError(f"and {name.upper()}_FILE are both set: one of them is too many")
    try:
        return Path(file).expanduser().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"cannot be read from the file that {name.upper()}_FILE names") from None


def _listed(faults: Mapping[str, str]) -> list[str]:
    """One line for each variable, in the order of the settings."""
    return [f"{name.upper()} {faults[name]}" for name in Settings.model_fields if name in faults]


def _faults(error: ValidationError) -> Iterator[tuple[str, str]]:
    for each in error.errors(include_url=False, include_input=False):
        match each["type"], each.get("ctx", {}):
            case "missing", _:
                fault = "is required"
            case "literal_error", {"expected": expected}:
                fault = f"must be {expected}"
            case (("int_parsing" | "greater_than_equal" | "less_than_equal"), _):
                fault = f"must be a whole number from {' to '.join(map(str, _bounds(str(each['loc'][0]))))}"
            case "value_error", {"error": why}:
                fault = str(why)
            case _:
                fault = "cannot be understood"
        yield str(each["loc"][0]), fault


def _bounds(name: str) -> tuple[int, int]:
    """The least and the most that a number may be."""
    least, most = Settings.model_fields[name].metadata
    return least.ge, most.le


def _data_home(environ: Mapping[str, str]) -> Path:
    """The XDG Base Directory Specification: a relative path is to be ignored."""
    named = Path(environ.get("XDG_DATA_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".local" / "share"


def _own_keys(settings: Settings) -> tuple[str, ...]:
    database = Path(settings.database_url.removeprefix("sqlite:///"))
    try:
        return keys.kept_in(settings.data_dir, database)
    except keys.NoKeys as error:
        raise BadSettings([str(error)]) from None
