"""What all programs agree upon while they run: paces, and answers that are kept. Nothing else is touched."""

import sqlalchemy as sa
from alembic import op

revision = "0004_since_0003"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("whole", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_paces"),
    )
    op.create_index("ix_paces_until", "paces", ["until"])
    op.create_table(
        "answers",
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("service", sa.String()),
        sa.Column("agent", sa.String()),
        sa.Column("until", sa.BigInteger()),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("node", sa.BigInteger()),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("question", name="pk_answers"),
    )
    op.create_index("ix_answers_leased_until", "answers", ["leased_until"])


def downgrade() -> None:
    op.drop_table("answers")
    op.drop_table("paces")
