"""When each session last moved, so that those of people who stay away can be found. No session is opened."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # When those that are there moved last is sealed in them: their time begins now.
    now = int(datetime.now(UTC).timestamp() * 1000)
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(sa.Column("at", sa.BigInteger(), nullable=False, server_default=sa.text(str(now))))
    with op.batch_alter_table("sessions") as sessions:
        sessions.alter_column("at", server_default=None)
    op.create_index("ix_sessions_at", "sessions", ["at"])


def downgrade() -> None:
    op.drop_index("ix_sessions_at", "sessions")
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("at")
