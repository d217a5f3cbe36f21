"""Which program has something in hand, so that the others can tell what a dead one has left. No row is changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("inbox", "owed", "writes")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("node", sa.BigInteger()))


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN node")
