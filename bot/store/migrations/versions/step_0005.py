"""Whose a delivery is, so that each person's are handled in one order by all programs. No row is changed."""

import sqlalchemy as sa
from alembic import op

revision = "0005_since_0003"
down_revision = "0004_since_0003"
branch_labels = None
depends_on = None

_OPEN = sa.text("whose IS NOT NULL")


def upgrade() -> None:
    op.add_column("inbox", sa.Column("whose", sa.String()))
    op.create_index("ix_inbox_whose", "inbox", ["whose", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_index("ix_inbox_whose", "inbox")
    op.execute("ALTER TABLE inbox DROP COLUMN whose")
