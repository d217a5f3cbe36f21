"""The first tables: what came in, who, where they stand, what is booked, and what is owed. No rows."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()


def upgrade() -> None:
    op.create_table(
        "meta",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
    )
    _what_comes_in()
    _who_and_where()
    _what_is_booked()
    _what_is_owed()


def downgrade() -> None:
    for table in ("writes", "owed", "appointments", "places", "sessions", "forms", "persons", "inbox", "meta"):
        op.drop_table(table)


def _id(table: str) -> tuple[sa.Column[Any], sa.PrimaryKeyConstraint]:
    return (
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _person(table: str) -> tuple[sa.Column[Any], sa.ForeignKeyConstraint]:
    owner = f"fk_{table}_person_id"
    return (
        sa.Column("person_id", NUMBER, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=owner, ondelete="CASCADE"),
    )


def _what_comes_in() -> None:
    op.create_table(
        "inbox",
        *_id("inbox"),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("error", sa.LargeBinary()),
        sa.UniqueConstraint("key", name="uq_inbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_state", "inbox", ["state", "id"])


def _who_and_where() -> None:
    op.create_table(
        "persons",
        *_id("persons"),
        sa.Column("look_up", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("look_up", name="uq_persons_look_up"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sessions",
        *_person("sessions"),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_sessions"),
    )
    op.create_table(
        "forms",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_forms"),
    )
    op.create_table(
        "places",
        *_id("places"),
        *_person("places"),
        sa.Column("look_up", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("anchor", sa.LargeBinary()),
        sa.Column("shown", sa.BigInteger()),
        sa.Column("front", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("person_id", "look_up", name="uq_places_person_id_look_up"),
        sqlite_autoincrement=True,
    )
    _one_a_person("ix_places_front", "places", "front")


def _what_is_booked() -> None:
    op.create_table(
        "appointments",
        sa.Column("id", sa.String(), nullable=False),
        *_person("appointments"),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("start_at", INSTANT, nullable=False),
        sa.Column("end_at", INSTANT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("tokens", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_appointments"),
    )
    op.create_index("ix_appointments_person_id", "appointments", ["person_id"])
    op.create_index("ix_appointments_start_at", "appointments", ["start_at"])


def _what_is_owed() -> None:
    op.create_table(
        "owed",
        *_id("owed"),
        *_person("owed"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", INSTANT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.UniqueConstraint("person_id", "kind", "ref", name="uq_owed_person_id_kind_ref"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_owed_due_at", "owed", ["due_at"])
    op.create_table(
        "writes",
        *_person("writes"),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("appointment", sa.String()),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "key", name="pk_writes"),
    )
    op.create_index("ix_writes_state", "writes", ["state"])
    _one_a_person("ix_writes_live", "writes", "state IN ('confirmed', 'sent')")


def _one_a_person(index: str, table: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(index, table, ["person_id"], unique=True, sqlite_where=condition, postgresql_where=condition)
