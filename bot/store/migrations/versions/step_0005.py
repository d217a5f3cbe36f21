"""For several programs at once: whose a delivery is, so that each person's are handled in one order by all; and which
screens are to be new messages, so that whoever comes next knows where the last may stand. No row is changed."""

import sqlalchemy as sa
from alembic import op

revision = "0005_since_0003"
down_revision = "0004_since_0003"
branch_labels = None
depends_on = None

_OPEN = sa.text("whose IS NOT NULL")


def upgrade() -> None:
    op.add_column("inbox", sa.Column("whose", sa.String()))
    op.add_column("owed", sa.Column("below", sa.Boolean()))
    op.create_index("ix_inbox_whose", "inbox", ["whose", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_index("ix_inbox_whose", "inbox")
    op.execute("ALTER TABLE inbox DROP COLUMN whose")
    op.execute("ALTER TABLE owed DROP COLUMN below")
